import { describe, expect, it } from "vitest";
import { removeSoname, setSoname, type SonameEdit } from "../../src/edit/soname.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS } from "../support/elf.js";

describe.each(ENCODINGS)("$label", (e) => {
  const library = buildElf({ ...e, soname: "libx.so.1" });
  const LONG = `libx-${"y".repeat(300)}.so.1`;

  it.each([["libz.so.1"], [LONG], ["x.so.1"]])("the name becomes %s, and once more changes nothing", (name) => {
    for (const before of [library, buildElf({ ...e })]) {
      const { bytes, changes } = patch(before, [setSoname(name)]);
      expect(readElf(bytes).soname).toBe(name);
      expect(changes).toContainEqual({ at: "dynamic", tag: "DT_SONAME", from: readElf(before).soname, to: name });
      expect(patch(bytes, [setSoname(name)]).changed).toBe(false);
      expect(readElf(bytes).needed).toEqual(["libc.so.6"]);
    }
  });

  it("the name that it has is no change", () => expect(patch(library, [setSoname("libx.so.1")]).changed).toBe(false));

  it("the name goes; where there is none, a note says so", () => {
    const tags = (file: Uint8Array) => readElf(file).dynamic!.entries.map((x) => x.tag);
    const { bytes } = patch(library, [removeSoname()]);
    expect(tags(bytes)).toEqual(tags(library).filter((tag) => tag !== DT.SONAME));
    expect(patch(bytes, [removeSoname()])).toMatchObject({ changed: false, notes: [{ note: "NOT_FOUND" }] });
  });
});

describe("edits of the name that are wrong, or contradict each other", () => {
  it.each<[string, () => SonameEdit[]]>([
    ["an empty name", () => [setSoname("")]],
    ["two names", () => [setSoname("a"), setSoname("b")]],
    ["set and removed", () => [setSoname("a"), removeSoname()]],
    ["removed and set", () => [removeSoname(), setSoname("a")]],
  ])("%s", (_, edits) => expect(caught(() => patch(buildElf(), edits())).code).toBe("BAD_EDIT"));

  it("the same twice is fine", () =>
    expect(readElf(patch(buildElf(), [setSoname("a"), setSoname("a")]).bytes).soname).toBe("a"));
});
