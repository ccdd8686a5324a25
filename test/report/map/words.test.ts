import { describe, expect, it } from "vitest";
import { compareMaps, layoutMap, mapSvg, mapText, readElf } from "../../../src/index.js";
import { cells, shorten, wrap } from "../../../src/report/map/words.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import type { BuildOptions } from "../../../src/testing/build-options.js";

/** How often a letter is looked at: each that is not ASCII is matched against what is wide. */
function countLetters(act: () => unknown): number {
  const { test } = RegExp.prototype;
  let count = 0;
  RegExp.prototype.test = function (this: RegExp, s: string): boolean {
    count++;
    return test.call(this, s);
  };

  try {
    act();
  } finally {
    RegExp.prototype.test = test;
  }
  return count;
}

/** Files with a section whose name has this many letters, which has bytes or none. */
const named = (letters: number, description: number): BuildOptions => ({
  notes: [
    { section: `.${"é".repeat(letters)}`, owner: "x", type: 1, description: new Uint8Array(description) },
    { section: `.${"ñ ".repeat(letters / 2)}`, owner: "x", type: 1, description: new Uint8Array(description) },
  ],
});

const DRAWINGS: readonly (readonly [string, (letters: number) => unknown])[] = [
  ["mapText", (letters) => mapText(mapOf(letters))],
  ["mapText of a wide page", (letters) => mapText(mapOf(letters), { width: 4000 })],
  ["mapSvg", (letters) => mapSvg(mapOf(letters))],
  ["mapText of two files", (letters) => mapText(compared(letters), { width: 2000 })],
  ["mapSvg of two files", (letters) => mapSvg(compared(letters))],
  ["mapText with a long title", (letters) => mapText(mapOf(1), { title: "é".repeat(letters), width: 3000 })],
  ["mapSvg with a long title", (letters) => mapSvg(mapOf(1), { title: "é ü".repeat(letters / 2) })],
  ["wrap", (letters) => wrap("é".repeat(letters), 5000)],
  ["shorten", (letters) => shorten("é".repeat(letters), 5000)],
];

const mapOf = (letters: number) => layoutMap(readElf(buildElf(named(letters, 8))));
const compared = (letters: number) =>
  compareMaps(readElf(buildElf(named(letters, 8))), readElf(buildElf(named(letters + 10, 32))));

describe("long names", () => {
  it.each(DRAWINGS)("%s looks at each letter a few times", (_, draw) => {
    const few = countLetters(() => draw(10_000));
    const many = countLetters(() => draw(40_000));
    expect(many).toBeLessThan(4.5 * few + 10_000);
    expect(many).toBeLessThan(40 * 40_000);
  });
});

describe("cells", () => {
  it.each([
    ["latin, greek", "aé§λ", 4],
    ["kanji, hangul, full-width forms", "中한Ａ", 6],
    ["kanji behind U+FFFF", "𠀀𪜀𰀀", 6],
    ["tangut, nushu, kana extended", "𗀀𛅰𛀀", 6],
    ["pictures", "🚀🏿🈀", 6],
    ["mathematical letters, gothic, cuneiform", "𝐀𐌰𒀀", 3],
  ])("%s", (_, s, width) => {
    expect(cells(s)).toBe(width);
  });

  it("are counted where lines break", () => {
    expect(wrap("𠀀𠀁𠀂𠀃", 5)).toEqual(["𠀀𠀁", "𠀂𠀃"]);
    expect(wrap("ab 𠀀 𠀁 c", 5)).toEqual(["ab 𠀀", "𠀁 c"]);
    expect(shorten("𠀀𠀁𠀂𠀃", 5)).toBe("𠀀…𠀃");
  });

  it("break words that are longer than a line, and go on behind them", () => {
    expect(wrap("a bcdefgh ij k", 4)).toEqual(["a", "bcde", "fgh", "ij k"]);
    expect(wrap("", 4)).toEqual([""]);
    expect(wrap("  a  b", 4)).toEqual(["a  b"]);
    expect(wrap("中文", 1)).toEqual(["", "中", "文"]);
  });
});
