import { describe, expect, it } from "vitest";
import { type PlainTag, removeDynamicTag, setDynamicTag } from "../../src/edit/dynamic-tag.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { EM } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS, fixture } from "../support/elf.js";

const valuesOf = (bytes: Uint8Array, tag: number) =>
  readElf(bytes).dynamic!.entries.flatMap((e) => (e.tag === tag ? [e.value] : []));

describe.each(ENCODINGS)("$label", (e) => {
  it("sets one that is there, and nothing else", () => {
    const before = buildElf({ ...e, tags: [{ tag: DT.CHECKSUM, value: 1 }] });
    const { bytes, changes } = patch(before, [setDynamicTag("DT_CHECKSUM", 0xabcd)]);
    expect(valuesOf(bytes, DT.CHECKSUM)).toEqual([0xabcdn]);
    expect(changes).toEqual([{ at: "dynamic", tag: "DT_CHECKSUM", from: 1, to: 0xabcd }]);
    expect(patch(bytes, [setDynamicTag("DT_CHECKSUM", 0xabcd)]).changed).toBe(false);
  });

  it.each([[undefined], [0]])("adds one that is missing, with %s spare entries", (spareTags) => {
    const before = buildElf({ ...e, ...(spareTags !== undefined && { spareTags }) });
    const { bytes } = patch(before, [setDynamicTag("DT_FEATURE_1", 1)]);
    expect(valuesOf(bytes, DT.FEATURE_1)).toEqual([1n]);
    expect(patch(bytes, [setDynamicTag("DT_FEATURE_1", 1)]).changed).toBe(false);
  });

  it("removes each entry of the name; none is a note", () => {
    const before = buildElf({
      ...e,
      tags: [
        { tag: DT.CHECKSUM, value: 1 },
        { tag: DT.CHECKSUM, value: 2 },
      ],
    });
    const { bytes } = patch(before, [removeDynamicTag("DT_CHECKSUM")]);
    expect(valuesOf(bytes, DT.CHECKSUM)).toEqual([]);

    const again = patch(bytes, [removeDynamicTag("DT_CHECKSUM")]);
    expect([again.changed, again.notes.map((n) => n.note)]).toEqual([false, ["NOT_FOUND"]]);
  });

  it("goes along with others", () => {
    const { bytes } = patch(buildElf({ ...e }), [
      setDynamicTag("DT_CHECKSUM", 5),
      setRunpath("/opt/elfwright/".repeat(99)),
      setDynamicTag("DT_GNU_PRELINKED", 6),
    ]);
    expect([valuesOf(bytes, DT.CHECKSUM), valuesOf(bytes, DT.GNU_PRELINKED)]).toEqual([[5n], [6n]]);
    expect(readElf(bytes).runpath?.length).toBe(15 * 99);
  });

  it(`a value above 2^32-1 is ${e.class === 32 ? "refused" : "taken"}`, () => {
    const large = () => patch(buildElf({ ...e }), [setDynamicTag("DT_CHECKSUM", 2 ** 32)]).bytes;
    if (e.class === 32) expect(caught(large).code).toBe("BAD_EDIT");
    else expect(valuesOf(large(), DT.CHECKSUM)).toEqual([2n ** 32n]);
  });
});

it("a tag of one machine is for its files only", () => {
  const edit = setDynamicTag("DT_AARCH64_PAC_PLT", 0);
  const aarch64 = buildElf({ class: 64, byteOrder: "little", machine: EM.AARCH64 });
  const x86 = buildElf({ class: 64, byteOrder: "little", machine: EM.X86_64 });

  const { bytes } = patch(aarch64, [edit]);
  expect(readElf(bytes).dynamic!.entries.some((e) => e.name === "DT_AARCH64_PAC_PLT")).toBe(true);
  expect(caught(() => patch(x86, [edit])).code).toBe("BAD_EDIT");
});

it.each(["DT_STRTAB", "DT_RELASZ", "DT_NEEDED", "DT_FLAGS", "DT_0x7", "constructor"])(
  "%s is no tag of a plain value",
  (tag) => {
    expect(caught(() => setDynamicTag(tag as PlainTag, 0)).code).toBe("BAD_EDIT");
    expect(caught(() => removeDynamicTag(tag as PlainTag)).code).toBe("BAD_EDIT");
  },
);

it.each([[-1], [0.5], [2 ** 53], [1n as unknown as number]])("no value: %s", (value) => {
  expect(caught(() => setDynamicTag("DT_CHECKSUM", value)).code).toBe("BAD_EDIT");
});

it.each([
  [[setDynamicTag("DT_CHECKSUM", 1), setDynamicTag("DT_CHECKSUM", 2)]],
  [[setDynamicTag("DT_CHECKSUM", 1), removeDynamicTag("DT_CHECKSUM")]],
])("edits that contradict each other: %j", (edits) => {
  expect(caught(() => patch(buildElf(), edits)).code).toBe("BAD_EDIT");
});

it("no static program, no object", () => {
  expect(caught(() => patch(fixture("x86_64-musl-static-pie"), [setDynamicTag("DT_CHECKSUM", 1)])).code).toBe("STATIC");
  expect(caught(() => patch(fixture("x86_64-object.o"), [setDynamicTag("DT_CHECKSUM", 1)])).code).toBe("RELOCATABLE");
});
