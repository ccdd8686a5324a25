import { describe, expect, it } from "vitest";
import { clearFlags, setFlags } from "../../src/edit/flags.js";
import { addNeeded } from "../../src/edit/needed.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch, type PatchResult } from "../../src/patch.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { ENCODINGS } from "../support/elf.js";

const REDUNDANT = [
  { tag: DT.TEXTREL, value: 0 },
  { tag: DT.SYMBOLIC, value: 0 },
  { tag: DT.BIND_NOW, value: 0 },
  { tag: DT.RELACOUNT, value: 1 },
];

/** Names that .dynstr has already, as the ends of others: they need an entry and no string. */
const FREE = ["libc.so.6", "c.so.6", ".so.6", "so.6", "6", "ibc.so.6", "o.6"];

describe.each(ENCODINGS)("$label", (e) => {
  const file = (flags: number, flags1 = 0) =>
    buildElf({
      ...e,
      spareTags: 0,
      tags: [...REDUNDANT, { tag: DT.FLAGS, value: flags }, { tag: DT.FLAGS_1, value: flags1 }],
    });
  /** The tags of REDUNDANT that are still there. */
  const left = (bytes: Uint8Array) => {
    const tags = readElf(bytes).dynamic!.entries.map((x) => x.tag);
    return tags.filter((tag) => REDUNDANT.some((r) => r.tag === tag));
  };
  const expectMove = ({ bytes, notes, plan }: PatchResult) => {
    expect(notes.map((n) => n.note).filter((n) => n.endsWith("_DROPPED"))).toEqual([]);
    expect(left(bytes).length).toBe(4);
    expect(plan.placements.find((p) => p.region === ".dynamic")!.strategy).not.toBe("in-place");
  };

  it.each([
    [1, 14, ["COUNT_DROPPED"], [DT.TEXTREL, DT.SYMBOLIC, DT.BIND_NOW]],
    [2, 14, ["COUNT_DROPPED", "REDUNDANT_DROPPED"], [DT.TEXTREL, DT.SYMBOLIC]],
    [3, 14, ["COUNT_DROPPED", "REDUNDANT_DROPPED", "REDUNDANT_DROPPED"], [DT.TEXTREL]],
    [4, 14, ["COUNT_DROPPED", "REDUNDANT_DROPPED", "REDUNDANT_DROPPED", "REDUNDANT_DROPPED"], []],
    [2, 4, ["COUNT_DROPPED", "REDUNDANT_DROPPED"], [DT.SYMBOLIC, DT.BIND_NOW]],
  ])(
    "%i entries more, DT_FLAGS %i: as many as are needed are spent, in their order, and .dynamic stays",
    (count, flags, codes, tags) => {
      const before = file(flags);
      const edits = [addNeeded(FREE.slice(1, 1 + count))];
      const { bytes, notes } = patch(before, edits);

      expect(notes.map((n) => n.note)).toEqual(codes);
      expect(left(bytes)).toEqual(tags);
      expect([readElf(bytes).dynamic!.offset, readElf(bytes).needed.length, bytes.length]).toEqual([
        readElf(before).dynamic!.offset,
        1 + count,
        before.length,
      ]);
      expect(patch(bytes, edits)).toMatchObject({ changed: false, notes: [] });
    },
  );

  it.each([
    [5, 14],
    [2, 0],
    [3, 8],
  ])("%i entries more, DT_FLAGS %i: where they do not suffice, none is spent, and .dynamic moves", (count, flags) => {
    expectMove(patch(file(flags), [addNeeded(FREE.slice(1, 1 + count))]));
  });

  it("DF_1_NOW says what DT_BIND_NOW says", () => {
    expect(left(patch(file(0, 1), [addNeeded(FREE.slice(1, 3))]).bytes)).toEqual([DT.TEXTREL, DT.SYMBOLIC]);
  });

  it("a flag that the same patch sets makes its tag redundant, one that it clears does not", () => {
    const addTwo = addNeeded(FREE.slice(1, 3));
    expect(left(patch(file(0), [setFlags("DF_BIND_NOW"), addTwo]).bytes)).toEqual([DT.TEXTREL, DT.SYMBOLIC]);
    expectMove(patch(file(0, 1), [clearFlags("DF_1_NOW"), addTwo]));
  });
});
