import { expect, it } from "vitest";
import { equalBytes, viewOf } from "../../src/codec/bytes.js";
import { isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/elf.js";
import { EM, ET, STT } from "../../src/spec/constants.js";
import { type BuildOptions, buildElf } from "../../src/testing/build-elf.js";
import { ENCODINGS, fixture, READERS } from "../helpers.js";

const SEED = Number(process.env["ELFWRIGHT_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const ROUNDS = Number(process.env["ELFWRIGHT_ROUNDS"] ?? 300);
const INTERESTING = [0, 1, 2, 4, 7, 8, 0x10, 0x7f, 0x80, 0xff, 0xfff, 0x1000, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

/** mulberry32. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Breaks a few bytes, mostly where headers and tables are, and sometimes cuts the file. */
function mutant(original: Uint8Array, hot: readonly { at: number; length: number }[], below: (n: number) => number): Uint8Array {
  const b = original.slice(), v = viewOf(b);
  for (let i = 1 + below(6); i > 0; i--) {
    const range = below(8) === 0 ? { at: 0, length: b.length } : hot[below(hot.length)]!, at = range.at + below(range.length);
    const word = at - (at % 4), kind = below(4);
    if (kind === 0) b[at] = below(256);
    else if (kind === 1) b[at]! ^= 1 << below(8);
    else if (kind === 2 && word + 4 <= b.length) v.setUint32(word, INTERESTING[below(INTERESTING.length)]!, below(2) === 0);
    else if (word + 8 <= b.length) v.setBigUint64(word, BigInt.asUintN(64, BigInt(INTERESTING[below(INTERESTING.length)]!) << BigInt(below(33))), below(2) === 0);
  }
  return below(10) === 0 ? b.subarray(0, below(b.length)) : b;
}

/** Where a broken byte says something: headers, and every table of the file. */
function hotRanges(b: Uint8Array): { at: number; length: number }[] {
  const { header: h, sections } = readElf(b);
  const ranges = [{ at: 0, length: 64 }, { at: h.phoff, length: h.phnum * h.phentsize }, { at: h.shoff, length: h.shnum * h.shentsize }];
  for (const s of sections) if ([".dynamic", ".dynsym", ".hash", ".gnu.hash", ".gnu.version", ".gnu.version_r", ".gnu.version_d", ".note.gnu.build-id", ".rela.dyn", ".rel.dyn", ".symtab"].includes(s.name)) ranges.push({ at: s.header.offset, length: s.header.size });
  return ranges.filter((r) => r.length > 0);
}

const RICH: BuildOptions = {
  soname: "libx.so.1", runpath: "/opt/lib", hash: "both", pageSize: 0x1000, versionNeeds: [{ file: "libc.so.6", versions: ["A_1", "A_2"] }], versionDefinitions: [{ name: "X_1" }, { name: "X_2", parents: ["X_1"] }],
  symbols: [{ name: "puts", defined: false, version: "A_1" }, { name: "answer", version: "X_2" }, { name: "old", version: "X_1", hidden: true }, { name: "data", type: STT.OBJECT }],
  relocations: [{ symbol: "puts" }, { symbol: "data" }],
};

const FILES: readonly [string, Uint8Array][] = [
  ...ENCODINGS.flatMap((e): [string, Uint8Array][] => [
    [`${e.label} library`, buildElf({ ...e, ...RICH })],
    [`${e.label} without sections or hash tables`, buildElf({ ...e, ...RICH, sections: false, hash: "none" })],
    [`${e.label} extended numbering`, buildElf({ ...e, pageSize: 0x1000, extendedNumbering: true, sectionTable: "start" })],
  ]),
  ["MIPS", buildElf({ ...RICH, class: 32, littleEndian: false, machine: EM.MIPS, hash: "none", tags: [{ tag: 0x70000011, value: 5 }] })],
  ["object", buildElf({ type: ET.REL, symbols: RICH.symbols! })],
  ["core", buildElf({ type: ET.CORE, notes: [{ section: "", owner: "CORE", type: 1, description: new Uint8Array(100) }] })],
  ["kernel", buildElf({ type: ET.EXEC, dynamic: false, base: 0xffffffff81000000n })],
  ["x86_64 fixture", fixture("x86_64-glibc-lib.so")], ["s390x fixture", fixture("s390x-glibc-pie")], ["i386 fixture", fixture("i386-glibc-exec")],
];

it.each(FILES)(`every property of a broken file is a result or an ElfError: %s (seed ${SEED})`, (_, original) => {
  const hot = hotRanges(original);
  let results = 0, errors = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const b = mutant(original, hot, random(SEED + round)), before = b.slice();
    const attempt = (what: string, read: () => unknown) => {
      try {
        const value = read();
        results++;
        return value;
      } catch (e) {
        errors++;
        if (!isElfError(e)) throw new Error(`ELFWRIGHT_SEED=${SEED}, round ${round}, ${what}: ${String(e)}`, { cause: e });
        return undefined;
      }
    };
    for (const [what, read] of Object.entries(READERS)) attempt(what, () => read(readElf(b)));
    const counts = attempt("counts", () => { const e = readElf(b); return [e.symbols?.count ?? 0, e.dynamicSymbols?.count ?? 0, e.overlay?.size ?? 1, e.dynamic?.capacity ?? 1]; }) as number[] | undefined;
    if (counts?.some((n) => !Number.isSafeInteger(n) || n < 0)) throw new Error(`ELFWRIGHT_SEED=${SEED}, round ${round}: a count of ${counts.join(", ")}`);
    if (!equalBytes(b, before)) throw new Error(`ELFWRIGHT_SEED=${SEED}, round ${round}: reading changed the file`);
  }
  // Mutants that all fail, or all pass, would test nothing.
  expect(results).toBeGreaterThan(ROUNDS);
  expect(errors).toBeGreaterThan(0);
});
