import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import { removeSections, stripUnneeded } from "../../src/strip/strip.js";
import { dynamicFixtures, fixture, GREETING, runProgram, scratch } from "../support/fixtures.js";
import { itWithTools } from "../support/tools.js";

const files = scratch();
const PAYLOAD = Buffer.from(`PAYLOAD ${"zip".repeat(100)} END`);
const f = dynamicFixtures.find((f) => f.name === "x86_64-glibc-pie-runpath")!;
const plain = fixture(f.name);
const bundle = Buffer.concat([plain, PAYLOAD]);
const HUGE = "/opt/elfwright/".repeat(500);

/** What an edit of the bundle is refused with; undefined where it is not. */
function refused(edit: Edit) {
  try {
    patch(bundle, [edit]);
  } catch (e) {
    if (isElfError(e, "OVERLAY")) return e.detail;
    throw e;
  }
  return undefined;
}

describe("a payload behind the ELF file", () => {
  it("is seen", () => expect(readElf(bundle).overlay).toEqual({ offset: plain.length, size: PAYLOAD.length }));

  it("stays untouched by edits that need no room at the end", () => {
    for (const edit of [
      setRunpath("/short"),
      setInterpreter("/lib/ld.so"),
      setRunpath("/a/path/that/only/fits/into/slack/of/the/first/segment"),
    ]) {
      const { bytes } = patch(bundle, [edit]);
      expect(bytes.length).toBe(bundle.length);
      expect(bytes.subarray(plain.length).equals(PAYLOAD)).toBe(true);
    }
  });

  it.each([
    ["a strip", stripUnneeded()],
    ["a section", removeSections(".comment")],
    ["a huge runpath", setRunpath(HUGE)],
  ])("is refused by default: %s", (_, edit) => {
    expect(refused(edit)).toEqual({ offset: plain.length, size: PAYLOAD.length });
  });

  for (const [title, edits] of [
    ["a strip", [stripUnneeded()]],
    ["a huge runpath", [setRunpath(HUGE)]],
    ["both", [stripUnneeded(), setRunpath(HUGE)]],
  ] as const) {
    itWithTools([f.interpreter], `${title}, kept in place: at the same offset, and the program runs`, () => {
      const { bytes } = patch(bundle, edits, { overlay: "keep-in-place" });
      expect(bytes.subarray(plain.length, bundle.length).equals(PAYLOAD)).toBe(true);
      expect(runProgram(f, files.write("in-place", bytes))).toMatchObject({ status: 0, stdout: GREETING(1) });
    });

    itWithTools([f.interpreter], `${title}, kept: at the new end, and the program runs`, () => {
      const { bytes, notes } = patch(bundle, edits, { overlay: "keep" });
      expect(bytes.subarray(-PAYLOAD.length).equals(PAYLOAD)).toBe(true);
      expect(notes.map((n) => n.note)).toContain("OVERLAY");
      expect(bytes.length).not.toBe(bundle.length);
      expect(runProgram(f, files.write("keep", bytes))).toMatchObject({ status: 0, stdout: GREETING(1) });
    });

    it(`${title}, dropped: the same as without it`, () => {
      const { bytes } = patch(bundle, edits, { overlay: "drop" });
      expect(bytes.equals(patch(plain, edits).bytes)).toBe(true);
    });
  }

  it("kept in place by a strip: the section header table ends where it did, as payloads are found behind it", () => {
    const { bytes } = patch(bundle, [stripUnneeded()], { overlay: "keep-in-place" });
    const { shoff, shnum } = readElf(bundle).header;
    expect(readElf(bytes).header).toMatchObject({ shoff, shnum });
    expect(bytes.length).toBe(bundle.length);
    expect(readElf(bytes).symbols).toBe(null);
    expect(check(readElf(bytes)).filter((f) => f.severity !== "note")).toEqual([]);
    expect(patch(bytes, [stripUnneeded()], { overlay: "keep-in-place" }).changed).toBe(false);
  });

  it("dropped even when nothing else changes", () => {
    expect(patch(bundle, [], { overlay: "drop" }).bytes.equals(plain)).toBe(true);
  });

  itWithTools([f.interpreter], "kept behind a first patch, kept in place by a second, and both run", () => {
    const first = patch(bundle, [setRunpath(HUGE)], { overlay: "keep" }).bytes;
    const at = readElf(first).overlay!.offset;
    const second = patch(first, [setRunpath(`${HUGE}/and/more`), stripUnneeded()], { overlay: "keep-in-place" }).bytes;

    expect(second.subarray(at, at + PAYLOAD.length).equals(PAYLOAD)).toBe(true);

    for (const [name, bytes] of [
      ["first", first],
      ["second", second],
    ] as const) {
      expect(runProgram(f, files.write(name, bytes))).toMatchObject({ status: 0, stdout: GREETING(1) });
    }

    // Inside the file it is no overlay any more, and asking to drop it is answered.
    expect(patch(second, [], { overlay: "drop" }).notes.map((n) => n.note)).toEqual(["NOT_FOUND"]);
  });

  it("hidden between the sections and their headers is refused too", () => {
    // The section header table moves behind the payload: now it lies inside the file, but nothing names it.
    const at = readElf(plain).header.shoff;
    const table = plain.subarray(at);
    const padding = Buffer.alloc((8 - (PAYLOAD.length % 8)) % 8);
    const hidden = Buffer.concat([plain.subarray(0, at), PAYLOAD, padding, table]);
    hidden.writeBigUInt64LE(BigInt(hidden.length - table.length), 40); // e_shoff

    expect(readElf(hidden).overlay).toBe(null);
    expect(() => patch(hidden, [stripUnneeded()])).toThrowError(/OVERLAY/);

    const { bytes } = patch(hidden, [stripUnneeded()], { overlay: "keep" });
    expect(bytes.includes(PAYLOAD)).toBe(true);
  });
});
