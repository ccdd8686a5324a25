import { describe, expect, it } from "vitest";
import { type ElfErrorCode, isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/read-elf.js";
import { EM, ET, PN_XNUM, SHN } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ehdr, ENCODINGS, fixture, shdr } from "../support/elf.js";

describe("the ELF header", () => {
  it.each(ENCODINGS)("says class, byte order, type and machine ($label)", (e) => {
    const { header: h } = readElf(buildElf({ ...e, type: ET.EXEC, machine: EM.SPARCV9, flags: 0x1234, osabi: 9 }));
    expect(h).toMatchObject({
      class: e.class,
      littleEndian: e.littleEndian,
      type: 2,
      machine: 43,
      flags: 0x1234,
      osabi: 9,
      abiVersion: 0,
      phoff: e.class === 64 ? 64 : 52,
      phnum: 9,
    });
    expect([h.ehsize, h.phentsize, h.shentsize]).toEqual(e.class === 64 ? [64, 56, 64] : [52, 32, 40]);
    expect(h.entry).toBe(0x410000n);
  });

  it.each(ENCODINGS)("resolves extended numbering ($label)", (e) => {
    const plain = readElf(buildElf(e));
    const bytes = buildElf({ ...e, extendedNumbering: true });
    const extended = readElf(bytes);

    expect([ehdr(bytes).phnum, ehdr(bytes).shnum, ehdr(bytes).shstrndx]).toEqual([PN_XNUM, 0, SHN.XINDEX]);
    expect([extended.header.phnum, extended.header.shnum, extended.header.shstrndx]).toEqual([
      9,
      plain.header.shnum,
      plain.header.shnum - 1,
    ]);
    expect(extended.sections.map((s) => s.name)).toEqual(plain.sections.map((s) => s.name));
    expect(extended.needed).toEqual(["libc.so.6"]);
  });

  it("has no sections where e_shoff is 0", () => {
    const { header, sections } = readElf(buildElf({ sectionHeaders: false }));
    expect([header.shoff, header.shnum, header.shstrndx, sections.length]).toEqual([0, 0, 0, 0]);
  });

  it("ignores the numbers of tables whose offset is 0", () => {
    const object = buildElf({ type: ET.REL });
    Object.assign(ehdr(object), { phnum: 3, phentsize: 56 });
    expect([readElf(object).header.phnum, readElf(object).segments.length]).toEqual([0, 0]);

    const program = buildElf({ sectionHeaders: false });
    Object.assign(ehdr(program), { shnum: 3, shentsize: 64, shstrndx: 2 });
    const { header, sections } = readElf(program);
    expect([header.shnum, header.shstrndx, sections.length]).toEqual([0, 0, 0]);
  });

  it("does not look for sections where e_shnum and e_shentsize are 0, whatever e_shoff says", () => {
    const b = buildElf({ sectionHeaders: false });
    ehdr(b).shoff = 2 ** 40;
    expect(readElf(b).sections).toEqual([]);
    expect(readElf(b).needed).toEqual(["libc.so.6"]);
  });
});

describe("a broken header", () => {
  const broken = (change: (b: Uint8Array) => Uint8Array | void, from = buildElf()): ElfErrorCode =>
    caught(() => readElf(change(from) ?? from)).code;
  const brokenHeader = (fields: Readonly<Record<string, number>>, from = buildElf()): ElfErrorCode =>
    broken((b) => {
      Object.assign(ehdr(b), fields);
    }, from);
  const poke = (at: number, value: number) => (b: Uint8Array) => {
    b[at] = value;
  };

  it("is NOT_ELF for bad magic, class, data and version, and says where", () => {
    const at = [1, 4, 5, 6].map((i) => {
      const b = buildElf();
      b[i] = 9;
      const error = caught(() => readElf(b));
      return isElfError(error, "NOT_ELF") && error.detail.offset;
    });
    expect(at).toEqual([0, 4, 5, 6]);
    expect([
      broken(poke(4, 0)),
      broken(poke(5, 0)),
      broken(poke(6, 0)),
      broken(() => new Uint8Array(0)),
      broken(() => new TextEncoder().encode("#!/bin/sh\n")),
      broken(() => Uint8Array.of(0x7f, 0x45)),
    ]).toEqual(Array(6).fill("NOT_ELF"));
  });

  it("is ARCHIVE for ar files", () => {
    expect(["!<arch>\nhello.o/", "!<thin>\n"].map((s) => broken(() => new TextEncoder().encode(s)))).toEqual([
      "ARCHIVE",
      "ARCHIVE",
    ]);
  });

  it("is TRUNCATED where the file ends too early", () => {
    const ends = [8, 16, 63, 64, 100].map((n) => broken((b) => b.subarray(0, n)));
    expect(ends).toEqual(Array(5).fill("TRUNCATED"));
    const error = caught(() => readElf(buildElf().subarray(0, 100)));
    expect(isElfError(error, "TRUNCATED") && error.detail).toEqual({ offset: 64, length: 9 * 56, size: 100 });
  });

  it("is TRUNCATED where section header 0 should tell the numbers and is not there", () => {
    const extended = buildElf({ extendedNumbering: true });
    expect(brokenHeader({ shoff: extended.length - 10 }, extended.slice())).toBe("TRUNCATED");

    shdr(extended, "").size = 2 ** 40;
    expect(caught(() => readElf(extended)).code).toBe("TRUNCATED");
  });

  it("is MALFORMED for entries that are too small", () => {
    expect(brokenHeader({ phentsize: 55 })).toBe("MALFORMED");
    for (const shentsize of [63, 0]) expect(brokenHeader({ shentsize }, buildElf({ type: ET.REL }))).toBe("MALFORMED");
  });

  it("is UNSAFE_INTEGER for offsets above 2^53-1", () => {
    const extended = buildElf({ extendedNumbering: true });
    expect(broken((b) => ehdr(b).setExact("phoff", 2n ** 60n))).toBe("UNSAFE_INTEGER");
    expect(broken((b) => shdr(b, "").setExact("size", 2n ** 60n), extended)).toBe("UNSAFE_INTEGER");
  });

  it("reads entries that are larger than this version's", () => {
    const b = buildElf({ sectionHeaders: false, headerGap: 9 * 8 });
    const table = b.slice(64, 64 + 9 * 56);
    for (let i = 0; i < 9; i++) b.set([...table.subarray(i * 56, i * 56 + 56), ...new Uint8Array(8)], 64 + i * 64);
    ehdr(b).phentsize = 64;
    expect(readElf(b).needed).toEqual(["libc.so.6"]);
  });
});

it("reads the fixtures' headers", () => {
  const facts = (name: string) => {
    const { header: h } = readElf(fixture(name));
    return [h.class, h.littleEndian, h.type, h.machine, h.phnum, h.shnum];
  };
  expect(facts("x86_64-glibc-pie")).toEqual([64, true, ET.DYN, EM.X86_64, 13, 31]);
  expect(facts("i386-glibc-exec")).toEqual([32, true, ET.EXEC, EM["386"], 11, 29]);
  expect(facts("s390x-glibc-lib.so")).toEqual([64, false, ET.DYN, EM.S390, 7, 28]);
  expect(facts("x86_64-object.o")).toEqual([64, true, ET.REL, EM.X86_64, 0, 13]);
});
