import { describe, expect, it } from "vitest";
import { addDebugTag, removeDebugTag } from "../../src/edit/debug-tag.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS } from "../support/elf.js";

describe.each(ENCODINGS)("$label", (e) => {
  const library = buildElf({ ...e, soname: "libx.so" });
  const program = buildElf({ ...e });
  const debug = (bytes: Uint8Array) => {
    const { entries } = readElf(bytes).dynamic!;
    return entries.filter((x) => x.tag === DT.DEBUG).map((x) => x.value);
  };

  it("comes once, and goes", () => {
    const added = patch(library, [addDebugTag(), addDebugTag()]).bytes;
    expect([debug(library), debug(added)]).toEqual([[], [0n]]);
    expect(patch(added, [addDebugTag()]).changed).toBe(false);
    expect(debug(patch(added, [removeDebugTag()]).bytes)).toEqual([]);
  });

  it("one that is there stays as it is; the removal of none is a note", () => {
    expect(patch(program, [addDebugTag()]).changed).toBe(false);
    expect(patch(library, [removeDebugTag()])).toMatchObject({ changed: false, notes: [{ note: "NOT_FOUND" }] });
  });
});

it("both at once contradict each other", () =>
  expect(caught(() => patch(buildElf(), [removeDebugTag(), addDebugTag()])).code).toBe("BAD_EDIT"));
