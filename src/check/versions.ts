import { viewOf } from "../codec/bytes.js";
import { sysvHash } from "../codec/hash.js";
import { Verdef, Verneed } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import type { Struct, View } from "../codec/struct.js";
import type { ElfFile } from "../image/elf.js";
import { versymTable } from "../image/dynamic/versions.js";
import { hex } from "../error.js";
import { VER_FLG, VERSYM } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import type { RecordFields } from "../spec/records.js";
import type { CheckRule, Violation } from "./rule.js";

const read = <F extends RecordFields>(elf: ElfFile, type: Struct<F>, at: number): View<F> =>
  type.view(viewOf(readExactly(elf.source, at, type.size(elf.header.class), "a version record")), 0, elf.header);

/** A chain against its count: glibc follows the chain, musl and tools the count. */
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

/** Symbol versions (LSB, "Symbol Versioning"). That the records can be read at all is the rule "readable". */
export const versionRules: readonly CheckRule[] = [
  {
    id: "version-count",
    severity: "error",
    sentence: "DT_VERNEEDNUM and DT_VERDEFNUM are the lengths of their chains, vn_cnt those of the versions.",
    *test(elf) {
      yield* chain(elf, DT.VERNEEDNUM, "DT_VERNEEDNUM", elf.versionNeeds, (at) => read(elf, Verneed, at).next);
      yield* chain(elf, DT.VERDEFNUM, "DT_VERDEFNUM", elf.versionDefinitions, (at) => read(elf, Verdef, at).next);
      for (const n of elf.versionNeeds) {
        const { cnt } = read(elf, Verneed, n.at);
        if (cnt !== n.versions.length) {
          yield {
            message: `vn_cnt is ${cnt}, but the chain ends after ${n.versions.length} versions`,
            at: `version needs of ${n.file}`,
          };
        }
      }
    },
  },
  {
    id: "version-revision",
    severity: "error",
    sentence: "vn_version and vd_version are 1: ld.so refuses the file otherwise.",
    *test(elf) {
      for (const n of elf.versionNeeds) {
        const { version } = read(elf, Verneed, n.at);
        if (version !== 1) {
          yield { message: `vn_version at ${hex(n.at)} is ${version}`, at: `version needs of ${n.file}` };
        }
      }
      for (const d of elf.versionDefinitions) {
        const { version } = read(elf, Verdef, d.at);
        if (version !== 1) {
          yield {
            message: `vd_version at ${hex(d.at)} is ${version}`,
            at: `version definition ${d.names[0] ?? d.index}`,
          };
        }
      }
    },
  },
  {
    id: "version-hash",
    severity: "error",
    sentence: "vna_hash and vd_hash are the hashes of their versions' names: ld.so compares them first.",
    *test(elf) {
      const wrong = (hash: number, name: string, at: string) => {
        const should = sysvHash(name);
        return hash === should
          ? []
          : [{ message: `the hash of ${name} is ${hex(hash)}, should be ${hex(should)}`, at }];
      };
      for (const n of elf.versionNeeds) {
        for (const v of n.versions) yield* wrong(v.hash, v.name, `version needs of ${n.file}`);
      }

      for (const d of elf.versionDefinitions) {
        if (d.names[0] !== undefined && !(d.flags & VER_FLG.BASE)) {
          yield* wrong(read(elf, Verdef, d.at).hash, d.names[0], `version definition ${d.names[0]}`);
        }
      }
    },
  },
  {
    id: "version-needed",
    severity: "error",
    sentence:
      'Every file of which versions are needed is a DT_NEEDED: ld.so stops with "Assertion `needed != NULL\' failed" otherwise.',
    *test(elf) {
      const needed = new Set(elf.needed);
      for (const n of elf.versionNeeds) {
        if (!needed.has(n.file)) {
          yield { message: `${n.file} is not among DT_NEEDED`, at: `version needs of ${n.file}` };
        }
      }
    },
  },
  {
    id: "version-index",
    severity: "error",
    sentence: "Every version number of a dynamic symbol is one that the file needs or defines.",
    *test(elf) {
      const t = versymTable(elf);
      if (!t || !elf.dynamicSymbols?.exact) return;

      const known = new Set<number>([VERSYM.LOCAL, VERSYM.GLOBAL]);
      for (const n of elf.versionNeeds) for (const v of n.versions) known.add(v.index & ~VERSYM.HIDDEN);
      for (const d of elf.versionDefinitions) known.add(d.index & ~VERSYM.HIDDEN);
      const b = viewOf(readExactly(elf.source, t.offset, t.count * 2, ".gnu.version"));
      const unknown = new Map<number, number>();

      for (let i = 0; i < t.count; i++) {
        const n = b.getUint16(i * 2, elf.header.littleEndian) & ~VERSYM.HIDDEN;
        if (!known.has(n) && !unknown.has(n)) unknown.set(n, i);
      }

      for (const [n, symbol] of unknown) {
        yield {
          message: `dynamic symbol ${symbol} has the version number ${n}, which no version record has`,
          at: "DT_VERSYM",
        };
      }
    },
  },
];
