import { describe, expect, it } from "vitest";
import { addDebugTag, removeDebugTag } from "../../src/edit/debug-tag.js";
import { setRunpath } from "../../src/edit/runpath.js";
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

  it.each([{ soname: "libx.so" }, { symbols: [{ name: "answer" }] }, { symbols: [{ name: "puts", defined: false }] }])(
    "a library that needs nothing stays one: %j",
    (options) => {
      const alone = buildElf({ ...e, interpreter: null, needed: [], entry: true, hash: "both", ...options });
      const added = patch(alone, [addDebugTag()]).bytes;
      expect([alone, added].map((bytes) => readElf(bytes).linkage)).toEqual(["shared-library", "shared-library"]);
      expect(debug(patch(added, [setRunpath("/opt/lib"), removeDebugTag()]).bytes)).toEqual([]);
    },
  );

  it("one that is there stays as it is; the removal of none is a note", () => {
    expect(patch(program, [addDebugTag()]).changed).toBe(false);
    expect(patch(library, [removeDebugTag()])).toMatchObject({ changed: false, notes: [{ note: "NOT_FOUND" }] });
  });
});

it("both at once contradict each other", () =>
  expect(caught(() => patch(buildElf(), [removeDebugTag(), addDebugTag()])).code).toBe("BAD_EDIT"));
