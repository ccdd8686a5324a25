import { describe, expect, it } from "vitest";
import { readElf } from "../../src/image/read-elf.js";
import { ET, PF, PT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS, fixture, phdr } from "../support/elf.js";

describe("segments", () => {
  it.each(ENCODINGS)("are read in order ($label)", (e) => {
    const { segments } = readElf(buildElf({ ...e, pageSize: 0x1000 }));
    expect(segments.map((s) => s.type)).toEqual([
      PT.PHDR,
      PT.INTERP,
      PT.LOAD,
      PT.LOAD,
      PT.LOAD,
      PT.DYNAMIC,
      PT.NOTE,
      PT.GNU_STACK,
      PT.GNU_RELRO,
    ]);
    expect(segments.filter((s) => s.type === PT.LOAD).map((s) => [s.flags, s.vaddr, s.align])).toEqual([
      [PF.R, 0, 0x1000],
      [PF.R | PF.X, 0x1000, 0x1000],
      [PF.R | PF.W, segments[5]!.vaddr, 0x1000],
    ]);
  });

  it("give the interpreter", () => {
    expect(readElf(buildElf({ interpreter: "/opt/ld.so" })).interpreter).toBe("/opt/ld.so");
    expect(readElf(buildElf({ soname: "libx.so" })).interpreter).toBeNull();
    expect(readElf(fixture("x86_64-musl-pie")).interpreter).toBe("/lib/ld-musl-x86_64.so.1");
  });

  it("give an interpreter without its NUL as it stands", () => {
    const b = buildElf({ interpreter: "/opt/ld.so" });
    phdr(b, PT.INTERP).filesz = 7;
    expect(readElf(b).interpreter).toBe("/opt/ld");
    phdr(b, PT.INTERP).filesz = 2 ** 30;
    expect(caught(() => readElf(b).interpreter).code).toBe("TRUNCATED");
  });
});

describe("addresses", () => {
  it.each(ENCODINGS)("become offsets and back ($label)", (e) => {
    const elf = readElf(buildElf({ ...e, type: ET.EXEC, pageSize: 0x1000, bss: 0x100 }));
    const rw = elf.segments.filter((s) => s.type === PT.LOAD)[2]!;
    expect(elf.offsetOf(0x400010)).toBe(0x10);
    expect(elf.offsetOf(0x401000n)).toBe(0x1000);
    expect(elf.addressOf(0x1000)).toBe(0x401000n);
    expect(elf.offsetOf(rw.vaddr + 4)).toBe(rw.offset + 4);
    expect(elf.addressOf(rw.offset + 4)).toBe(BigInt(rw.vaddr + 4));
  });

  it("end where the file's bytes of a segment end", () => {
    const elf = readElf(buildElf({ type: ET.EXEC, bss: 0x100 }));
    const rw = elf.segments.filter((s) => s.type === PT.LOAD)[2]!;
    const end = rw.vaddr + rw.filesz;

    expect(elf.offsetOf(end - 1)).toBe(rw.offset + rw.filesz - 1);
    expect(elf.offsetOf(rw.vaddr, rw.filesz)).toBe(rw.offset);
    expect([elf.offsetOf(end - 1, 2), elf.offsetOf(end), elf.offsetOf(0x3fffff)]).toEqual(Array(3).fill(undefined));
    expect(elf.addressOf(elf.source.size - 1)).toBe(undefined);
    expect(elf.addressOf(rw.offset, rw.filesz + 1)).toBe(undefined);
  });

  it("above 2^53 are exact", () => {
    const elf = readElf(buildElf({ type: ET.EXEC, dynamic: false, base: 0xffffffff81000000n }));
    const load = elf.segments.find((s) => s.type === PT.LOAD)!;
    expect([
      elf.offsetOf(0xffffffff81000000n),
      elf.offsetOf(0xffffffff81001003n),
      elf.offsetOf(0xffffffff80ffffffn),
    ]).toEqual([0, 0x1003, undefined]);
    expect(elf.addressOf(0x1003)).toBe(0xffffffff81001003n);
    expect(load.exact("vaddr")).toBe(0xffffffff81000000n);
    expect(caught(() => load.vaddr).code).toBe("UNSAFE_INTEGER");
    expect([elf.header.entry, elf.linkage, elf.interpreter, elf.dynamic]).toEqual([
      0xffffffff81001000n,
      "static",
      null,
      null,
    ]);
  });
});

describe("a core file", () => {
  const core = buildElf({
    type: ET.CORE,
    notes: [{ section: "", owner: "CORE", type: 1, description: Uint8Array.of(1, 2, 3, 4) }],
  });

  it("has memory above 2^53, and no linkage", () => {
    const elf = readElf(core);
    expect(elf.segments.map((s) => s.type)).toEqual([PT.NOTE, PT.LOAD, PT.LOAD, PT.LOAD]);
    expect(elf.segments[3]!.exact("vaddr")).toBe(0xffffffffff600000n);
    expect(elf.offsetOf(0xffffffffff600010n, 0xff0)).toBe(elf.segments[3]!.offset + 16);
    expect([elf.linkage, elf.dynamic, elf.needed, elf.sections, elf.symbols, elf.overlay]).toEqual([
      "other",
      null,
      [],
      [],
      null,
      null,
    ]);
    expect(elf.notes.map((n) => [n.owner, n.type, [...n.description]])).toEqual([["CORE", 1, [1, 2, 3, 4]]]);
  });
});
