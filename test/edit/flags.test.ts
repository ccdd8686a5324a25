import { describe, expect, it } from "vitest";
import { clearFlags, type FlagName, type FlagsEdit, noDefaultLib, setFlags } from "../../src/edit/flags.js";
import { readElf } from "../../src/image/read-elf.js";
import { parseEdit } from "../../src/index.js";
import { patch } from "../../src/patch.js";
import { DF, DF_1 } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS } from "../support/elf.js";

const ALL = [...Object.keys(DF).map((k) => `DF_${k}`), ...Object.keys(DF_1).map((k) => `DF_1_${k}`)] as FlagName[];

/** The values of DT_FLAGS and DT_FLAGS_1. */
const flags = (bytes: Uint8Array) => [DT.FLAGS, DT.FLAGS_1].map((tag) => readElf(bytes).dynamic!.get(tag));

describe.each(ENCODINGS)("$label", (e) => {
  const program = buildElf({ ...e });
  const library = buildElf({ ...e, soname: "libx.so" });

  it.each<[string, Uint8Array, FlagsEdit[], (bigint | undefined)[]]>([
    ["no default library", library, [noDefaultLib()], [undefined, 0x800n]],
    ["beside what is set", program, [noDefaultLib()], [undefined, 0x8000800n]],
    ["both words", library, [setFlags("DF_BIND_NOW", "DF_1_NOW")], [8n, 1n]],
    ["every flag there is", library, [setFlags(...ALL)], [0x1fn, 0x7fffffffn]],
    ["cleared to nothing", program, [clearFlags("DF_1_PIE")], [undefined, 0n]],
    [
      "set and cleared, different ones",
      program,
      [clearFlags("DF_1_PIE"), setFlags("DF_1_NOW"), setFlags("DF_ORIGIN")],
      [1n, 1n],
    ],
    ["what is not set stays so", library, [clearFlags("DF_1_PIE", "DF_ORIGIN")], [undefined, undefined]],
  ])("%s", (_, before, edits, expected) => {
    const { bytes } = patch(before, edits);
    expect(flags(bytes)).toEqual(expected);
    expect(patch(bytes, edits).changed).toBe(false);

    const others = (file: Uint8Array) =>
      readElf(file).dynamic!.entries.filter((x) => x.tag !== DT.FLAGS && x.tag !== DT.FLAGS_1);
    expect(others(bytes)).toMatchObject(others(before).map(({ tag, value }) => ({ tag, value })));
  });

  it("bits that nobody knows stay", () => {
    const before = buildElf({
      ...e,
      tags: [
        { tag: DT.FLAGS_1, value: 0x80000001 },
        { tag: DT.FLAGS, value: 0x40000008 },
      ],
    });
    expect(flags(patch(before, [setFlags("DF_1_NODELETE"), clearFlags("DF_BIND_NOW")]).bytes)).toEqual([
      0x40000000n,
      0x80000009n,
    ]);
  });

  it("older tags of the same meaning go with a flag that is cleared, and only with it", () => {
    const before = buildElf({
      ...e,
      tags: [
        { tag: DT.BIND_NOW, value: 0 },
        { tag: DT.SYMBOLIC, value: 0 },
        { tag: DT.TEXTREL, value: 0 },
        { tag: DT.FLAGS, value: 14 },
      ],
    });
    const older: readonly number[] = [DT.BIND_NOW, DT.SYMBOLIC, DT.TEXTREL];
    const tags = (...edits: FlagsEdit[]) => {
      const { entries } = readElf(patch(before, edits).bytes).dynamic!;
      return entries.map((x) => x.tag).filter((tag) => older.includes(tag));
    };
    expect(tags(clearFlags("DF_BIND_NOW"))).toEqual([DT.SYMBOLIC, DT.TEXTREL]);
    expect(tags(clearFlags("DF_SYMBOLIC"))).toEqual([DT.BIND_NOW, DT.TEXTREL]);
    expect(tags(clearFlags("DF_1_NOW", "DF_ORIGIN"))).toEqual([DT.BIND_NOW, DT.SYMBOLIC, DT.TEXTREL]);
  });

  it("the change is told by the flags' names", () => {
    expect(patch(program, [noDefaultLib()]).changes).toEqual([
      { at: "dynamic", tag: "DT_FLAGS_1", from: "DF_1_PIE", to: "DF_1_NODEFLIB DF_1_PIE" },
    ]);
  });
});

describe("flags that are wrong, or contradict each other", () => {
  it.each<[string, () => FlagsEdit[]]>([
    ["none", () => [setFlags()]],
    ["unknown", () => [setFlags("DF_1_FAST" as FlagName)]],
    ["an inherited property", () => [setFlags("DF_constructor" as FlagName)]],
    ["without its prefix", () => [setFlags("NOW" as FlagName)]],
    [
      "unknown in a value that was not made here",
      () => [parseEdit({ edit: "setFlags", flags: ["DF_FAST"] }) as FlagsEdit],
    ],
    ["set and cleared", () => [setFlags("DF_1_NOW"), clearFlags("DF_1_NOW")]],
    ["text relocations, which are what they are", () => [clearFlags("DF_TEXTREL")]],
  ])("%s", (_, edits) => expect(caught(() => patch(buildElf(), edits())).code).toBe("BAD_EDIT"));
});
