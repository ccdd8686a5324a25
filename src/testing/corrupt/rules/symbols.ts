import { Verdef, Vernaux, Verneed } from "../../../codec/records.js";
import { gnuHashTable, sysvHashTable } from "../../../image/dynamic/hash.js";
import { versymTable } from "../../../image/dynamic/versions.js";
import { hashEntrySize } from "../../../spec/machines.js";
import { DT } from "../../../spec/dynamic.js";
import { viewOf } from "../../../codec/bytes.js";
import { type FaultyFile, raise, wanted } from "../faulty-file.js";
import type { RuleRecipe } from "../recipe.js";
import { newEntry } from "./dynamic.js";

const VERSIONS = "version needs or definitions";

/** The most symbols of a table that are tried. */
const MOST = 48;

/** Writes an entry of DT_HASH, which has 4 or 8 bytes. */
function setHashEntry(f: FaultyFile, index: number, value: number): void {
  const table = wanted(sysvHashTable(f.elf));
  const { machine, class: c, littleEndian } = f.elf.header;
  const size = hashEntrySize(machine, c);
  const at = table.offset + index * size;
  if (size === 4) f.setWord(at, value);
  else viewOf(f.bytes).setBigUint64(at, BigInt(value), littleEndian);
}

/** Dynamic symbols: names, hash tables, versions. */
export const symbolRecipes = /* @__PURE__ */ (() =>
  ({
    "string-symbol": {
      needs: "dynamic symbols",
      *ways(file) {
        const table = file.elf.dynamicSymbols;
        const size = Number(file.dynamic.get(DT.STRSZ) ?? 0n);
        for (const i of file.symbolsWhere(table, () => true, MOST)) {
          yield (f) => (f.symbol(table, i).name = size + 0x1000);
        }
      },
    },
    "hash-table": {
      needs: "a DT_HASH, or a DT_GNU_HASH of a file with section headers or with an empty bucket",
      *ways(file) {
        const gnu = gnuHashTable(file.elf);
        if (gnu) {
          const buckets = gnu.chainsOffset - gnu.buckets * 4;
          for (let i = 0; i < Math.min(gnu.buckets, MOST) && gnu.first > 1; i++) {
            if (file.word(buckets + i * 4) === 0) yield (f) => f.setWord(buckets + i * 4, 1);
          }
        }
        if (sysvHashTable(file.elf)) yield (f) => setHashEntry(f, 0, 0);
        if (gnu) yield (f) => f.setWord(gnu.offset, 0);
      },
    },
    "hash-symbol": {
      needs: "a hash table that leads to a symbol",
      *ways(file) {
        const gnu = gnuHashTable(file.elf);
        for (let i = 0; gnu && i < Math.min((gnu.symbols ?? gnu.first) - gnu.first, MOST); i++) {
          const at = gnu.chainsOffset + i * 4;
          // The lowest bit is not part of the hash.
          yield (f) => f.setWord(at, f.word(at) ^ 0x100);
        }

        const sysv = sysvHashTable(file.elf);
        for (let i = 0; sysv && i < Math.min(sysv.buckets, MOST); i++) yield (f) => setHashEntry(f, 2 + i, 0);
      },
    },
    "version-count": {
      needs: VERSIONS,
      *ways(file) {
        const { versionNeeds } = file.elf;
        yield (f) => (f.entry(DT.VERNEEDNUM).val += 1);
        yield (f) => (f.entry(DT.VERDEFNUM).val += 1);
        for (const { at } of versionNeeds) yield (f) => (f.record(Verneed, at).cnt += 1);
      },
    },
    "version-revision": {
      needs: VERSIONS,
      *ways(file) {
        for (const { at } of file.elf.versionNeeds) yield (f) => (f.record(Verneed, at).version = 2);
        for (const { at } of file.elf.versionDefinitions) yield (f) => (f.record(Verdef, at).version = 2);
      },
    },
    "version-hash": {
      needs: `${VERSIONS}; a base definition alone has no hash that a loader compares`,
      *ways(file) {
        for (const { versions } of file.elf.versionNeeds) {
          for (const { at } of versions) yield (f) => (f.record(Vernaux, at).hash ^= 1);
        }
        for (const { at } of file.elf.versionDefinitions) yield (f) => (f.record(Verdef, at).hash ^= 1);
      },
    },
    "version-needed": {
      needs: "version needs",
      *ways(file) {
        for (const { at } of file.elf.versionNeeds) yield (f) => (f.record(Verneed, at).file += 1);
        for (const { index } of file.elf.dynamic?.entries.filter((e) => e.tag === DT.NEEDED) ?? []) {
          yield (f) => raise(f.entryAt(index), "val", 1);
        }
      },
    },
    "version-relr": {
      needs: "version needs, glibc's libc.so.6 among DT_NEEDED, and an unused entry in the dynamic section or DT_DEBUG",
      *ways(file) {
        yield* newEntry(file, DT.RELR, (f) => f.dynamic.get(DT.SYMTAB));
        for (const { versions } of file.elf.versionNeeds) {
          const other = versions.find((v) => v.name !== "GLIBC_ABI_DT_RELR");
          const own = versions.find((v) => v.name === "GLIBC_ABI_DT_RELR");
          if (own && other) {
            yield (f) => Object.assign(f.record(Vernaux, own.at), { name: other.nameOffset, hash: other.hash });
          }
        }
      },
    },
    "version-index": {
      needs: "versions of dynamic symbols (DT_VERSYM)",
      *ways(file) {
        const table = wanted(versymTable(file.elf));
        for (let i = 1; i < Math.min(table.count, MOST); i++) {
          yield (f) => viewOf(f.bytes).setUint16(table.offset + i * 2, 0x7ff0, f.elf.header.littleEndian);
        }
      },
    },
  }) as const satisfies Record<string, RuleRecipe>)();
