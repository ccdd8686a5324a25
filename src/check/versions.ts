import { viewOf } from "../codec/bytes.js";
import { sysvHash } from "../codec/hash.js";
import { Verdef, Verneed } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import type { Struct, View } from "../codec/struct.js";
import type { ElfFile } from "../image/elf.js";
import { RELR_VERSION, relrNeedOf } from "../image/dynamic/relr-need.js";
import { versymTable } from "../image/dynamic/versions.js";
import { hex } from "../error.js";
import { VER_FLG, VERSYM } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import type { RecordFields } from "../spec/records.js";
import type { CheckRule, Violation } from "./rule.js";

const read = <F extends RecordFields>(elf: ElfFile, type: Struct<F>, at: number): View<F> =>
  type.view(viewOf(readExactly(elf.source, at, type.size(elf.header.class), "a version record")), 0, elf.header);

/** Compares a chain with its count: glibc follows the chain, bionic and tools the count. */
function* chain(
  elf: ElfFile,
  tag: number,
  name: string,
  records: readonly { at: number }[],
  next: (at: number) => number,
): Generator<Violation> {
  const count = elf.dynamic?.get(tag);
  const last = records.at(-1);
  if (count === undefined || !last) return;

  if (BigInt(records.length) < count) {
    yield { message: `it says ${count}, but the chain ends after ${records.length} records`, at: name };
  } else if (next(last.at) !== 0) {
    yield { message: `it says ${count}, but the chain goes on behind the last of them`, at: name };
  }
}

function* wrongHash(hash: number, name: string, at: string): Generator<Violation> {
  const expected = sysvHash(name);
  if (hash === expected) return;
  yield { message: `the hash of ${name} is ${hex(hash)}, should be ${hex(expected)}`, at };
}

/** The version numbers that symbols may have. */
function knownVersions(elf: ElfFile): Set<number> {
  const known = new Set<number>([VERSYM.LOCAL, VERSYM.GLOBAL]);
  for (const need of elf.versionNeeds) {
    for (const { index } of need.versions) known.add(index & ~VERSYM.HIDDEN);
  }
  for (const { index } of elf.versionDefinitions) known.add(index & ~VERSYM.HIDDEN);

  return known;
}

/** Symbol versions (LSB, "Symbol Versioning"). The rule "readable" says whether the records can be read at all. */
export const versionRules: readonly CheckRule[] = [
  {
    id: "version-count",
    severity: "error",
    sentence: "DT_VERNEEDNUM and DT_VERDEFNUM are the lengths of their chains, vn_cnt those of the versions.",
    *test(elf) {
      yield* chain(elf, DT.VERNEEDNUM, "DT_VERNEEDNUM", elf.versionNeeds, (at) => read(elf, Verneed, at).next);
      yield* chain(elf, DT.VERDEFNUM, "DT_VERDEFNUM", elf.versionDefinitions, (at) => read(elf, Verdef, at).next);

      for (const { file, at, versions } of elf.versionNeeds) {
        const { cnt } = read(elf, Verneed, at);
        if (cnt === versions.length) continue;
        yield {
          message: `vn_cnt is ${cnt}, but the chain ends after ${versions.length} versions`,
          at: `version needs of ${file}`,
        };
      }
    },
  },
  {
    id: "version-revision",
    severity: "error",
    sentence: "vn_version and vd_version are 1: ld.so refuses the file otherwise.",
    *test(elf) {
      for (const { file, at } of elf.versionNeeds) {
        const { version } = read(elf, Verneed, at);
        if (version === 1) continue;
        yield { message: `vn_version at ${hex(at)} is ${version}`, at: `version needs of ${file}` };
      }

      for (const { index, names, at } of elf.versionDefinitions) {
        const { version } = read(elf, Verdef, at);
        if (version === 1) continue;
        yield { message: `vd_version at ${hex(at)} is ${version}`, at: `version definition ${names[0] ?? index}` };
      }
    },
  },
  {
    id: "version-hash",
    severity: "error",
    sentence: "vna_hash and vd_hash are the hashes of their versions' names: ld.so compares them first.",
    *test(elf) {
      for (const { file, versions } of elf.versionNeeds) {
        for (const { hash, name } of versions) yield* wrongHash(hash, name, `version needs of ${file}`);
      }

      for (const { names, flags, at } of elf.versionDefinitions) {
        const name = names[0];
        if (name === undefined || flags & VER_FLG.BASE) continue;
        yield* wrongHash(read(elf, Verdef, at).hash, name, `version definition ${name}`);
      }
    },
  },
  {
    id: "version-needed",
    severity: "error",
    sentence:
      "Every file of which versions are needed is a DT_NEEDED: " +
      'ld.so stops with "Assertion `needed != NULL\' failed" otherwise.',
    *test(elf) {
      const needed = new Set(elf.needed);
      for (const { file } of elf.versionNeeds) {
        if (!needed.has(file)) yield { message: `${file} is not among DT_NEEDED`, at: `version needs of ${file}` };
      }
    },
  },
  {
    id: "version-relr",
    severity: "error",
    sentence:
      "A file with DT_RELR and version needs that needs glibc's libc.so.6 needs its GLIBC_ABI_DT_RELR: " +
      'ld.so stops with "DT_RELR without GLIBC_ABI_DT_RELR dependency" otherwise.',
    *test(elf) {
      const file = relrNeedOf(elf);
      if (file !== undefined) yield { message: `no need of ${RELR_VERSION}`, at: `version needs of ${file}` };
    },
  },
  {
    id: "version-index",
    severity: "error",
    sentence: "Every version number of a dynamic symbol is one that the file needs or defines.",
    *test(elf) {
      const table = versymTable(elf);
      if (!table || !elf.dynamicSymbols?.exact) return;

      const known = knownVersions(elf);
      const data = viewOf(readExactly(elf.source, table.offset, table.count * 2, ".gnu.version"));
      const firstOf = new Map<number, number>();
      for (let i = 0; i < table.count; i++) {
        const version = data.getUint16(i * 2, elf.header.littleEndian) & ~VERSYM.HIDDEN;
        if (!known.has(version) && !firstOf.has(version)) firstOf.set(version, i);
      }

      for (const [version, symbol] of firstOf) {
        yield {
          message: `dynamic symbol ${symbol} has the version number ${version}, which no version record has`,
          at: "DT_VERSYM",
        };
      }
    },
  },
];
