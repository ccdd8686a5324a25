import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { type OsAbiName, setOsAbi, type SetOsAbi } from "../../src/edit/os-abi.js";
import { setExecstack, type SetExecstack } from "../../src/edit/execstack.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { readElf } from "../../src/image/read-elf.js";
import { parseEdit } from "../../src/index.js";
import { patch } from "../../src/patch.js";
import { ELFOSABI, PF, PT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS, fixture, phdr } from "../support/elf.js";

const RW = PF.R | PF.W;
const RWX = RW | PF.X;
const stack = (bytes: Uint8Array) => readElf(bytes).segments.find((s) => s.type === PT.GNU_STACK)!.flags;

/** Offsets at which two files of one size differ. */
const differences = (a: Uint8Array, b: Uint8Array) => [...a.keys()].filter((i) => a[i] !== b[i]);

describe.each(ENCODINGS)("$label", (e) => {
  const program = buildElf({ ...e });

  it.each([
    [RW, true, RWX],
    [RWX, false, RW],
    [RW, false, RW],
    [RWX, true, RWX],
    [PF.R, false, RW],
  ])("p_flags %i, executable %s: %i, and no other byte changes", (flags, executable, expected) => {
    const before = buildElf({ ...e, stackFlags: flags });
    const { bytes, changed } = patch(before, [setExecstack(executable)]);
    expect([stack(bytes), changed]).toEqual([expected, flags !== expected]);
    expect(differences(before, bytes).length).toBe(flags === expected ? 0 : 1);
    expect(patch(bytes, [setExecstack(executable)]).changed).toBe(false);
  });

  it("the change is told", () => {
    expect(patch(program, [setExecstack(true)]).changes).toEqual([
      { at: "segments", name: "PT_GNU_STACK", field: "flags", from: "RW ", to: "RWE" },
    ]);
    expect(patch(program, [setOsAbi("GNU")]).changes).toEqual([
      { at: "header", field: "osabi", from: "ELFOSABI_NONE", to: "ELFOSABI_GNU" },
    ]);
  });

  it.each<[OsAbiName | number, number]>([
    ["FREEBSD", 9],
    ["NONE", 0],
    [255, 255],
    [0, 0],
  ])("EI_OSABI %s is %i, and no other byte changes", (abi, number) => {
    const before = buildElf({ ...e, osabi: 3 });
    const { bytes } = patch(before, [setOsAbi(abi)]);
    expect(readElf(bytes).header.osabi).toBe(number);
    expect(differences(before, bytes)).toEqual([7]);
    expect(patch(bytes, [setOsAbi(abi)]).changed).toBe(false);
  });

  it("both go along with an edit that adds a segment", () => {
    const runpath = "/opt/elfwright/".repeat(99);
    const { bytes } = patch(buildElf({ ...e, slack: 0 }), [setExecstack(true), setOsAbi("GNU"), setRunpath(runpath)]);
    const elf = readElf(bytes);
    expect([stack(bytes), elf.header.osabi, elf.runpath?.length]).toEqual([RWX, ELFOSABI.GNU, 15 * 99]);
  });
});

describe.each(ENCODINGS)("without PT_GNU_STACK, $label", (e) => {
  it.each([[{ nullSegments: 1 }], [{ headerGap: 64 }], [{}]])("it is added: %j", (room) => {
    const before = buildElf({ ...e, stackFlags: null, ...room });
    const { bytes, changes } = patch(before, [setExecstack(false)]);
    const added = "nullSegments" in room ? 0 : 1;
    expect(stack(bytes)).toBe(RW);
    expect(readElf(bytes).segments.length).toBe(readElf(before).segments.length + added);
    expect(changes).toContainEqual({ at: "segments", name: "PT_GNU_STACK", from: null, to: "RW " });
    expect(check(readElf(bytes)).filter((f) => f.severity === "error")).toEqual([]);
    expect(patch(bytes, [setExecstack(false)]).changed).toBe(false);
  });
});

it("of several PT_GNU_STACK all change", () => {
  const before = buildElf({ nullSegments: 1 });
  Object.assign(phdr(before, PT.NULL), { type: PT.GNU_STACK, flags: RW });

  const { segments } = readElf(patch(before, [setExecstack(true)]).bytes);
  expect(segments.filter((s) => s.type === PT.GNU_STACK).map((s) => s.flags)).toEqual([RWX, RWX]);
});

describe("any program or library", () => {
  it.each(["x86_64-glibc-static", "x86_64-musl-static-pie", "s390x-glibc-exec", "i386-glibc-lib.so"])("%s", (name) => {
    const { bytes } = patch(fixture(name), [setExecstack(true), setOsAbi(3)]);
    expect([stack(bytes), readElf(bytes).header.osabi]).toEqual([RWX, 3]);
  });

  it("no object", () => {
    for (const edit of [setExecstack(true), setOsAbi(3)]) {
      expect(caught(() => patch(fixture("x86_64-object.o"), [edit])).code).toBe("RELOCATABLE");
    }
  });
});

it.each<[string, () => (SetExecstack | SetOsAbi)[]]>([
  ["executable and not", () => [setExecstack(true), setExecstack(false)]],
  ["neither true nor false", () => [setExecstack("yes" as unknown as boolean)]],
  ["two ABIs", () => [setOsAbi(0), setOsAbi(3)]],
  ["more than a byte", () => [setOsAbi(256)]],
  ["no whole number", () => [setOsAbi(1.5)]],
  ["an unknown name", () => [setOsAbi("PLAN9" as OsAbiName)]],
  ["a value that was not made here", () => [parseEdit({ edit: "setOsAbi", abi: -1 }) as SetOsAbi]],
])("wrong: %s", (_, edits) => expect(caught(() => patch(buildElf(), edits())).code).toBe("BAD_EDIT"));
