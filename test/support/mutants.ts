import { viewOf } from "../../src/codec/bytes.js";
import { readElf } from "../../src/image/read-elf.js";

/** The same for each run, so that a new failure comes from a change. The environment can set another, to search on. */
export const SEED = Number(process.env["ELFWRIGHT_SEED"] ?? 1);

/** Numbers at the edges of fields and pages. */
const INTERESTING = [
  0, 1, 2, 4, 7, 8, 0x10, 0x7f, 0x80, 0xff, 0xfff, 0x1000, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0,
  0xffffffff,
];

/** The generator mulberry32: each call gives a number below its argument. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Breaks a few bytes, mostly where headers and tables are, and sometimes cuts the file. */
export function mutant(
  original: Uint8Array,
  hot: readonly { at: number; length: number }[],
  below: (n: number) => number,
): Uint8Array {
  const bytes = original.slice();
  const view = viewOf(bytes);
  const interesting = () => INTERESTING[below(INTERESTING.length)]!;

  for (let i = 1 + below(6); i > 0; i--) {
    const range = below(8) === 0 ? { at: 0, length: bytes.length } : hot[below(hot.length)]!;
    const at = range.at + below(range.length);
    const word = at - (at % 4);
    const kind = below(4);

    if (kind === 0) {
      bytes[at] = below(256);
    } else if (kind === 1) {
      bytes[at]! ^= 1 << below(8);
    } else if (kind === 2 && word + 4 <= bytes.length) {
      view.setUint32(word, interesting(), below(2) === 0);
    } else if (word + 8 <= bytes.length) {
      const value = BigInt.asUintN(64, BigInt(interesting()) << BigInt(below(33)));
      view.setBigUint64(word, value, below(2) === 0);
    }
  }

  return below(10) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes;
}

const HOT_SECTIONS: ReadonlySet<string> = new Set([
  ".dynamic",
  ".dynsym",
  ".hash",
  ".gnu.hash",
  ".gnu.version",
  ".gnu.version_r",
  ".gnu.version_d",
  ".note.gnu.build-id",
  ".rela.dyn",
  ".rel.dyn",
  ".symtab",
]);

/** Where a broken byte matters: headers, and every table of the file. */
export function hotRanges(bytes: Uint8Array): { at: number; length: number }[] {
  const { header: h, sections } = readElf(bytes);
  const hot = sections.filter((s) => HOT_SECTIONS.has(s.name)).map((s) => s.header);
  const ranges = [
    { at: 0, length: 64 },
    { at: h.phoff, length: h.phnum * h.phentsize },
    { at: h.shoff, length: h.shnum * h.shentsize },
    ...hot.map((s) => ({ at: s.offset, length: s.size })),
  ];

  return ranges.filter((r) => r.length > 0);
}
