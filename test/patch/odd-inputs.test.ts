import { describe, expect, it } from "vitest";
import { setRunpath, stripUnneeded } from "../../src/index.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { PT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, dyn, ENCODINGS, phdr } from "../support/elf.js";

const LONG = "/opt/elfwright/".repeat(30);

describe.each(ENCODINGS)("$label", (e) => {
  it("a file that needs versions and has no DT_VERSYM gets none by an edit of something else", () => {
    const bytes = buildElf({
      ...e,
      versionNeeds: [{ file: "libc.so.6", versions: ["GLIBC_2.4"] }],
      symbols: [{ name: "puts", defined: false }],
    });
    dyn(bytes, DT.VERSYM).tag = DT.DEBUG;
    const before = readElf(bytes).dynamic!.entries.map((x) => x.tag);

    const after = readElf(patch(bytes, [setRunpath(LONG)]).bytes);
    expect(after.runpath).toBe(LONG);
    expect(after.dynamic!.get(DT.VERSYM)).toBe(undefined);
    expect(after.dynamic!.entries.map((x) => x.tag).filter((tag) => tag !== DT.RUNPATH)).toEqual(
      before.filter((tag) => tag !== DT.RUNPATH),
    );
  });

  it.each([
    ["a strip", [stripUnneeded()]],
    ["a search path that needs a new segment", [setRunpath(LONG.repeat(300))]],
  ])("a segment that begins behind the end of the file stops %s: what it names cannot be kept", (_, edits) => {
    const bytes = buildElf({
      ...e,
      notes: [{ section: ".note.gnu.build-id", owner: "GNU", type: 3, description: new Uint8Array(20) }],
    });
    phdr(bytes, PT.NOTE).offset = bytes.length + 0x100000;
    expect(caught(() => patch(bytes, edits)).code).toBe("TRUNCATED");
  });
});
