import { describe, expect, it } from "vitest";
import { bytesSource } from "../../src/codec/source.js";
import { disjoint, searchTexts, SHORTEST_NEEDLE } from "../../src/diagnose/detect/text-search.js";
import { counting } from "../support/elf.js";

const latin1 = (s: string): Uint8Array => Uint8Array.from(s, (c) => c.charCodeAt(0));
const never = () => false;

describe("searchTexts", () => {
  const texts = ["abcde", "/rustc/", "\xf1\xff\xff\xff\0\0", "aaaaaaaa", "library/std/src/"];

  it("finds each text wherever it begins, as indexOf does", () => {
    for (const text of texts) {
      for (let at = 0; at < 13; at++) {
        const whole = `${"\0".repeat(at)}${text}${"\xff".repeat(7)}`;
        const found = searchTexts(bytesSource(latin1(whole)), [{ offset: 0, size: whole.length }], [{ text }], never);
        expect([text, at, found]).toEqual([text, at, [whole.indexOf(text)]]);
      }
    }
  });

  it("finds texts across pieces, and none across ranges", () => {
    const size = 3 << 20;
    const bytes = new Uint8Array(size);
    const text = "library/std/src/";

    for (const at of [(1 << 20) - 5, (2 << 20) - 1, size - text.length]) {
      bytes.fill(0);
      bytes.set(latin1(text), at);
      expect(searchTexts(bytesSource(bytes), [{ offset: 0, size }], [{ text }], never)).toEqual([at]);
    }

    bytes.set(latin1(text), 1000);
    const ranges = [
      { offset: 0, size: 1005 },
      { offset: 1005, size: 1000 },
    ];
    expect(searchTexts(bytesSource(bytes), ranges, [{ text }], never)).toEqual([undefined]);
  });

  it("goes on where an occurrence does not hold, at most 4096 times", () => {
    const whole = "abcde".repeat(10_000);
    const source = bytesSource(latin1(whole));
    const range = [{ offset: 0, size: whole.length }];
    expect(searchTexts(source, range, [{ text: "abcde", holds: (at) => at >= 5000 }], never)).toEqual([5000]);

    let asked = 0;
    const holdsNever = () => {
      asked++;
      return false;
    };
    expect(searchTexts(source, range, [{ text: "abcde", holds: holdsNever }], never)).toEqual([undefined]);
    expect(asked).toBe(4096);
  });

  it("stops when enough was found", () => {
    const bytes = new Uint8Array(8 << 20);
    const source = counting(bytesSource(bytes));
    bytes.set(latin1("/rustc/"), 100);

    const range = [{ offset: 0, size: bytes.length }];
    const isEnough = ([rust]: readonly (number | undefined)[]) => rust !== undefined;
    expect(searchTexts(source, range, [{ text: "/rustc/" }, { text: "GHCRTS" }], isEnough)).toEqual([100, undefined]);
    expect(source.bytes).toBeLessThan(2 << 20);
    expect("GHCRTS".length).toBeGreaterThanOrEqual(SHORTEST_NEEDLE);
  });
});

it("ranges that overlap are read once", () => {
  const ranges = [
    { offset: 10, size: 20 },
    { offset: 0, size: 15 },
    { offset: 12, size: 5 },
    { offset: 90, size: 50 },
    { offset: 200, size: 5 },
  ];
  expect(disjoint(ranges, 100)).toEqual([
    { offset: 0, size: 15 },
    { offset: 15, size: 15 },
    { offset: 90, size: 10 },
  ]);
});
