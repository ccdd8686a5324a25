import { describe, expect, it } from "vitest";
import { encodeText } from "../../src/codec/bytes.js";
import { compactTable } from "../../src/tables/compact-strings.js";
import { random } from "../support/mutants.js";

/** The bytes of a string, as text with commas. */
const stringAt = (b: Uint8Array, at: number) => [...b.subarray(at, b.indexOf(0, at))].join();

/** The least size: that of the strings that end no other, each with its NUL, and the first NUL. */
function leastSize(table: Uint8Array, offsets: Uint32Array): number {
  const texts = new Set([...offsets].map((o) => stringAt(table, o)));
  const all = [...texts].filter((s) => s !== "").map((s) => s.split(","));
  const endsOther = (s: string[]) =>
    all.some((o) => o.length > s.length && s.every((c, i) => c === o[o.length - s.length + i]));

  const kept = all.filter((s) => !endsOther(s));
  return 1 + kept.reduce((size, s) => size + s.length + 1, 0);
}

describe("compactTable", () => {
  it.each([1, 2, 3, 4, 5, 6])("gives every string back in the least room (seed %d)", (seed) => {
    const below = random(seed);
    for (let round = 0; round < 40; round++) {
      // Few letters, so that ends are shared often; bytes of no text among them.
      const table = Uint8Array.from({ length: 30 + below(300) }, () => [0, 97, 98, 97, 255, 98][below(6)]!);
      table[table.length - 1] = 0;
      const offsets = Uint32Array.from({ length: below(40) }, () => below(table.length));
      const out = compactTable(table, offsets);
      expect([...out.offsets].map((o) => stringAt(out.bytes, o))).toEqual([...offsets].map((o) => stringAt(table, o)));
      expect(out.bytes.length).toBe(leastSize(table, offsets));
      expect(compactTable(table, offsets)).toEqual(out);
    }
  });

  it("takes time in proportion to the table, whatever points into it", () => {
    const table = new Uint8Array(1 << 18).fill(97);
    table[table.length - 1] = 0;
    const offsets = Uint32Array.from({ length: 1 << 17 }, (_, i) => i);
    const out = compactTable(table, offsets);
    expect([out.bytes.length, out.offsets[0], out.offsets[1]]).toEqual([table.length + 1, 1, 2]);
  });

  it("of nothing is one NUL", () => {
    expect([...compactTable(encodeText("\0a\0"), new Uint32Array(0)).bytes]).toEqual([0]);
    expect([...compactTable(encodeText("\0a\0"), Uint32Array.of(0, 2)).offsets]).toEqual([0, 0]);
  });
});
