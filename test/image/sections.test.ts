import { describe, expect, it } from "vitest";
import { isElfError } from "../../src/error.js";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import { fileRange, isLoaded } from "../../src/image/headers/sections.js";
import { ET, SHT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ehdr, ENCODINGS, fixture, shdr } from "../support/elf.js";

const names = (b: Uint8Array) => readElf(b).sections.map((s) => s.name);
const rangeOf = (elf: ElfFile, name: string) => {
  const section = elf.sections.find((s) => s.name === name)!;
  return fileRange(section, elf.source);
};

describe("sections", () => {
  it.each(ENCODINGS)("have names, types and places ($label)", (e) => {
    const { sections } = readElf(buildElf(e));
    expect(sections.map((s) => s.name)).toEqual([
      "",
      ".interp",
      ".note.gnu.build-id",
      ".gnu.hash",
      ".dynsym",
      ".dynstr",
      ".text",
      ".dynamic",
      ".data",
      ".bss",
      ".comment",
      ".symtab",
      ".strtab",
      ".shstrtab",
    ]);
    expect(sections.map((s) => s.index)).toEqual(sections.map((_, i) => i));
    expect(sections.filter(isLoaded).map((s) => s.name)).toEqual([
      ".interp",
      ".note.gnu.build-id",
      ".gnu.hash",
      ".dynsym",
      ".dynstr",
      ".text",
      ".dynamic",
      ".data",
      ".bss",
    ]);
    expect(sections[4]!.header).toMatchObject({
      type: SHT.DYNSYM,
      link: 5,
      info: 1,
      entsize: e.class === 64 ? 24 : 16,
    });
  });

  it("have no bytes in the file for NOBITS and NULL", () => {
    const elf = readElf(buildElf({ bss: 0x5000 }));
    expect([rangeOf(elf, ".bss"), rangeOf(elf, ""), rangeOf(elf, ".text")]).toEqual([
      { offset: 0, size: 0 },
      { offset: 0, size: 0 },
      { offset: 0x1000, size: 16 },
    ]);
  });

  it("tell when they reach past the end", () => {
    const b = buildElf();
    shdr(b, ".comment").size = 2 ** 40;
    const error = caught(() => rangeOf(readElf(b), ".comment"));
    expect(isElfError(error, "TRUNCATED") && error.detail.length).toBe(2 ** 40);
    expect(error.message).toContain("section .comment");
  });

  it("keep the fixtures' count and order", () => {
    expect(names(fixture("x86_64-object.o"))).toContain(".symtab");
    expect(names(fixture("s390x-glibc-pie")).slice(0, 5)).toEqual([
      "",
      ".interp",
      ".note.gnu.build-id",
      ".note.ABI-tag",
      ".gnu.hash",
    ]);
  });
});

describe("a bad section name table", () => {
  const blank = Array<string>(14).fill("");

  it("leaves names empty where there is none", () => {
    const b = buildElf();
    ehdr(b).shstrndx = 0;
    expect(names(b)).toEqual(blank);
    ehdr(b).shstrndx = 500;
    expect(names(b)).toEqual(blank);
    expect(readElf(b).needed).toEqual(["libc.so.6"]);
  });

  it("leaves names empty where it lies outside the file, or is NOBITS", () => {
    const b = buildElf();
    const table = shdr(b, ".shstrtab");
    const { offset } = table;
    table.offset = 2 ** 40;

    expect(names(b)).toEqual(blank);

    table.offset = offset;
    table.type = SHT.NOBITS;
    expect(names(b)).toEqual(blank);
  });

  it("leaves one name empty where sh_name lies outside it or has no NUL", () => {
    const b = buildElf();
    const table = shdr(b, ".shstrtab");
    shdr(b, ".text").name = table.size;
    expect(names(b)[6]).toBe("");
    expect(names(b)[7]).toBe(".dynamic");

    const unended = buildElf();
    shdr(unended, ".shstrtab").size -= 1;
    expect(names(unended).filter((n) => n === "").length).toBe(2);
  });

  it("stops where names cost many times more than the table holds", () => {
    const b = buildElf({ type: ET.REL, comment: "x".repeat(100_000) });
    const { offset, size } = shdr(b, ".comment");
    Object.assign(shdr(b, ".shstrtab"), { offset, size });

    // Every header is a copy of that of the names, and names the whole of one long string.
    const many = new Uint8Array(b.length + 64 * 1000);
    many.set(b);
    const { shoff, shstrndx } = readElf(b).header;
    const copied = shoff + shstrndx * 64;
    for (let i = 0; i < 1000; i++) {
      const at = b.length + i * 64;
      many.copyWithin(at, copied, copied + 64);
      many.fill(0, at, at + 4);
    }

    Object.assign(ehdr(many), { shoff: b.length, shnum: 1000, shstrndx: 1 });
    expect(caught(() => readElf(many).sections.map((s) => s.name)).code).toBe("MALFORMED");
  });
});
