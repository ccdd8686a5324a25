import { describe, expect, it } from "vitest";
import { setExecstack } from "../../src/edit/execstack.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { setGnuStackSize } from "../../src/edit/stack-size.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { diffElf } from "../../src/report/diff.js";
import { PF, PT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS, fixture } from "../support/elf.js";

const MIB = 1 << 20;
const stack = (bytes: Uint8Array) => readElf(bytes).segments.find((s) => s.type === PT.GNU_STACK)!;

describe.each(ENCODINGS)("$label", (e) => {
  it("p_memsz of PT_GNU_STACK is the size, and the same patch again changes nothing", () => {
    const before = buildElf({ ...e });
    const { bytes, changed } = patch(before, [setGnuStackSize(MIB)]);
    expect([stack(bytes).memsz, changed, bytes.length]).toEqual([MIB, true, before.length]);
    expect(patch(bytes, [setGnuStackSize(MIB)]).changed).toBe(false);
  });

  it("the change is told, by the plan and by diff", () => {
    const before = buildElf({ ...e });
    const { bytes, changes } = patch(before, [setGnuStackSize(MIB)]);
    const told = [{ at: "segments", name: "PT_GNU_STACK", field: "memsz", from: 0, to: MIB }];
    expect(changes).toEqual(told);
    expect(diffElf(readElf(before), readElf(bytes))).toEqual(told);
  });

  it("goes along with edits of its flags and with a new segment, in any order", () => {
    const edits = [setGnuStackSize(MIB), setExecstack(true), setRunpath("/opt/elfwright/".repeat(99))];
    const { bytes } = patch(buildElf({ ...e, slack: 0 }), edits);
    expect([stack(bytes).memsz, stack(bytes).flags]).toEqual([MIB, PF.R | PF.W | PF.X]);
    expect(patch(buildElf({ ...e, slack: 0 }), [...edits].reverse()).bytes).toEqual(bytes);
  });

  it("without PT_GNU_STACK it is refused", () => {
    expect(caught(() => patch(buildElf({ ...e, stackFlags: null }), [setGnuStackSize(MIB)])).code).toBe("UNSUPPORTED");
  });

  it(`a size above 2^32-1 is ${e.class === 32 ? "refused" : "taken"}`, () => {
    const large = () => patch(buildElf({ ...e }), [setGnuStackSize(2 ** 32)]).bytes;
    if (e.class === 32) expect(caught(large).code).toBe("BAD_EDIT");
    else expect(stack(large()).memsz).toBe(2 ** 32);
  });
});

it.each([[-1], [1.5], [NaN], [2 ** 53], ["1" as unknown as number]])("no size: %s", (size) => {
  expect(caught(() => setGnuStackSize(size)).code).toBe("BAD_EDIT");
});

it("two sizes contradict each other", () => {
  expect(caught(() => patch(buildElf(), [setGnuStackSize(1), setGnuStackSize(2)])).code).toBe("BAD_EDIT");
});

it("no object", () => {
  expect(caught(() => patch(fixture("x86_64-object.o"), [setGnuStackSize(MIB)])).code).toBe("RELOCATABLE");
});
