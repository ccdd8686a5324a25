import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import { check, type Edit, EM, patch, readElf, type ElfFile, SHF, SHN, SHT, STB, STT } from "../../src/index.js";
import {
  discardLocals,
  keepFileSymbols,
  keepSections,
  keepSymbols,
  removeRelocations,
  removeSections,
  stripAll,
  stripDebug,
  stripSymbols,
  stripUnneeded,
} from "../../src/strip/strip.js";
import { readGroups } from "../../src/image/headers/groups.js";
import { eachRelocationSymbol, isRelocations } from "../../src/image/relocations/relocation-sections.js";
import { fileRange } from "../../src/image/headers/sections.js";
import { caught } from "../support/elf.js";
import { objectFile, type ObjectOptions } from "../support/objects.js";

const { GLOBAL, WEAK, GNU_UNIQUE } = STB;
const CODE = SHF.ALLOC | SHF.EXECINSTR;
const code = (n: number) => Uint8Array.from({ length: n }, (_, i) => (i * 7 + 1) & 255);

/** One symbol of every kind; the comments are the indexes. */
const object = (o: Partial<ObjectOptions> & Pick<ObjectOptions, "class" | "littleEndian" | "machine">): Uint8Array =>
  objectFile({
    sections: [
      {
        name: ".group",
        type: SHT.GROUP,
        align: 4,
        entsize: 4,
        link: ".symtab",
        info: 11,
        members: [".text.inline", ".debug_types"],
      },
      {
        name: ".text",
        flags: CODE,
        bytes: code(37),
        align: 16,
        relocations: [
          [1, 2],
          [5, 15],
          [9, 6],
        ],
      },
      { name: ".text.inline", flags: CODE | SHF.GROUP, bytes: code(8), align: 4 },
      {
        name: ".debug_info",
        bytes: code(51),
        relocations: [
          [0, 3],
          [4, 7],
        ],
      },
      { name: ".debug_types", bytes: code(9), flags: SHF.GROUP },
      { name: ".data", flags: SHF.ALLOC | SHF.WRITE, bytes: code(16), align: 8, relocations: [[0, 11]] },
      { name: ".bss", type: SHT.NOBITS, flags: SHF.ALLOC | SHF.WRITE, bytes: code(64), align: 32 },
      { name: ".llvm_addrsig", type: SHT.LLVM_ADDRSIG, link: ".symtab", bytes: Uint8Array.of(5, 11, 6) },
      { name: ".comment", bytes: code(5) },
    ],
    symbols: [
      { name: "x.c", type: STT.FILE, section: SHN.ABS }, // 1
      { type: STT.SECTION, section: ".text" }, // 2, used
      { type: STT.SECTION, section: ".debug_info" }, // 3
      { type: STT.SECTION, section: ".data" }, // 4
      { name: "unused_local", type: STT.FUNC, section: ".text", value: 3 }, // 5
      { name: "used_local", type: STT.FUNC, section: ".text", value: 5 }, // 6
      { name: ".Ldebug", section: ".debug_info" }, // 7
      { name: ".Ltemporary", section: ".data" }, // 8
      { name: "$d", section: ".text" }, // 9
      { name: "unused_global", binding: GLOBAL }, // 10
      { name: "signature", binding: WEAK, section: ".text.inline" }, // 11
      { name: "defined", binding: GLOBAL, section: ".data", value: 8 }, // 12
      { name: "common", binding: GLOBAL, type: STT.OBJECT, section: SHN.COMMON }, // 13
      { name: "unique", binding: GNU_UNIQUE, section: ".bss" }, // 14
      { name: "called", binding: GLOBAL }, // 15, used
      { name: "absolute", binding: GLOBAL, section: SHN.ABS }, // 16
    ],
    ...o,
  });

const kinds = [
  [64, true, EM.X86_64],
  [64, false, EM.S390],
  [32, true, EM.ARM],
  [32, false, EM.PPC],
  [64, true, EM.MIPS],
  [64, false, EM.MIPS],
] as const;

/** The name of a symbol; of one without, that of its section. */
const labelOf = (elf: ElfFile, index: number): string => {
  const s = [...elf.symbols!][index]!;
  return s.name || (elf.sections[s.shndx]?.name ?? "");
};
const symbolNames = (elf: ElfFile): string[] => [...elf.symbols!].slice(1).map((s) => labelOf(elf, s.index));
const sectionNames = (elf: ElfFile): string[] => elf.sections.slice(1).map((s) => s.name);

/** Each relocation as `section: symbol`. */
function relocations(elf: ElfFile): string[] {
  return elf.sections.filter(isRelocations).flatMap((s) => {
    const { offset, size } = fileRange(s, elf.source);
    const view = viewOf(elf.source.read(offset, size));
    const target = elf.sections[s.header.info]!.name;

    const out: string[] = [];
    eachRelocationSymbol(view, 0, size, s.header.type, elf.header, (symbol) => {
      out.push(`${target}: ${labelOf(elf, symbol)}`);
    });
    return out;
  });
}

/**
 * Strips, and expects what every strip must keep: no finding, loaded bytes, and neither order nor repetition matters.
 */
function stripped(bytes: Uint8Array, edits: readonly Edit[]): ElfFile {
  const result = patch(bytes, edits);
  expect(patch(result.bytes, edits).changed).toBe(false);
  expect(patch(bytes, [...edits].reverse()).bytes).toEqual(result.bytes);

  const elf = readElf(result.bytes);
  const before = readElf(bytes);
  expect(check(elf)).toEqual([]);

  // Sections that stay keep their bytes.
  for (const s of elf.sections.filter((s) => s.header.flags & SHF.ALLOC)) {
    const was = before.sections.find((o) => o.name === s.name)!;
    const fields = ({ type, size, addralign }: typeof s.header) => ({ type, size, addralign });
    expect(fields(s.header)).toEqual(fields(was.header));

    const range = fileRange(s, elf.source);
    const old = fileRange(was, before.source);
    expect([...elf.source.read(range.offset, range.size)]).toEqual([...before.source.read(old.offset, old.size)]);
    if (range.size > 0) expect(range.offset % s.header.addralign).toBe(0);
  }

  return elf;
}

describe.each(kinds)("an object of ELFCLASS%d, little endian %s, machine %d", (elfClass, littleEndian, machine) => {
  const e = { class: elfClass, littleEndian, machine };
  const bytes = object(e);
  const mapping = machine === EM.ARM ? ["$d"] : [];

  it("is what it was meant to be", () => {
    const elf = readElf(bytes);
    expect(check(elf)).toEqual([]);
    expect(relocations(elf)).toEqual([
      ".text: .text",
      ".text: called",
      ".text: used_local",
      ".debug_info: .debug_info",
      ".debug_info: .Ldebug",
      ".data: signature",
    ]);
  });

  it("stripUnneeded keeps what relocations and other files need", () => {
    const elf = stripped(bytes, [stripUnneeded()]);
    expect(symbolNames(elf)).toEqual([
      ".text",
      "used_local",
      ...mapping,
      "signature",
      "defined",
      "common",
      "unique",
      "called",
      "absolute",
    ]);
    expect(relocations(elf)).toEqual([".text: .text", ".text: called", ".text: used_local", ".data: signature"]);
    expect(sectionNames(elf).filter((n) => /debug/.test(n))).toEqual([]);
    expect(sectionNames(elf)).toContain(".comment");
    expect(elf.sections.find((s) => s.name === ".symtab")!.header.info).toBe(3 + mapping.length);
  });

  it("groups lose members that go, and keep their signature", () => {
    const elf = stripped(bytes, [stripDebug()]);
    const { sections, flags, members } = readGroups(elf);
    const group = elf.sections[sections[0]!]!;

    expect(flags[0]).toBe(1);
    expect(Array.from(members, (m) => elf.sections[m]!.name)).toEqual([".text.inline"]);
    expect(labelOf(elf, group.header.info)).toBe("signature");
  });

  it(".llvm_addrsig names the same symbols, or another one of the section", () => {
    const elf = stripped(bytes, [stripUnneeded()]);
    const section = elf.sections.find((s) => s.name === ".llvm_addrsig")!;
    const { offset, size } = fileRange(section, elf.source);
    // unused_local went: the first symbol of .text stands for it.
    expect([...elf.source.read(offset, size)].map((i) => labelOf(elf, i))).toEqual([
      ".text",
      "signature",
      "used_local",
    ]);
  });

  it("stripDebug drops debugging information and file names", () =>
    expect(symbolNames(stripped(bytes, [stripDebug()]))).toEqual([
      ".text",
      "unused_local",
      "used_local",
      ".Ltemporary",
      "$d",
      "unused_global",
      "signature",
      "defined",
      "common",
      "unique",
      "called",
      "absolute",
    ]));

  it("file names and symbols that are asked for stay", () => {
    expect(symbolNames(stripped(bytes, [stripDebug(), keepFileSymbols()]))[0]).toBe("x.c");
    expect(symbolNames(stripped(bytes, [stripUnneeded(), keepSymbols(["unused_local", "unused_global"])]))).toEqual([
      ".text",
      "unused_local",
      "used_local",
      ...mapping,
      "unused_global",
      "signature",
      "defined",
      "common",
      "unique",
      "called",
      "absolute",
    ]);
    expect(
      symbolNames(stripped(bytes, [stripUnneeded(), keepSymbols(["unused_*", "!*_global"], { wildcard: true })])),
    ).toContain("unused_local");
    expect(symbolNames(stripped(bytes, [stripUnneeded(), keepSections(".symtab")]))).toContain("x.c");
  });

  it("local symbols are discarded, all or those of the compiler", () => {
    expect(
      symbolNames(stripped(bytes, [discardLocals()])).filter((n) => n.startsWith("unused_l") || n.startsWith(".L")),
    ).toEqual([]);
    const elf = stripped(bytes, [discardLocals("temporary")]);
    expect(symbolNames(elf)).toContain("unused_local");
    expect(symbolNames(elf)).not.toContain(".Ltemporary");
    expect(symbolNames(elf)).toContain(".Ldebug");
  });

  it("a named symbol goes, but not one that a relocation names", () => {
    expect(symbolNames(stripped(bytes, [stripSymbols(["unused_local"])]))).not.toContain("unused_local");
    expect(caught(() => patch(bytes, [stripSymbols(["used_local"])]))).toMatchObject({
      code: "STILL_NEEDED",
      detail: { names: ["used_local"] },
    });
  });

  it("a section goes with its relocations and symbols, but not one that relocations name", () => {
    const elf = stripped(bytes, [removeSections(".data")]);
    expect(sectionNames(elf).filter((n) => n.includes(".data"))).toEqual([]);
    expect(symbolNames(elf)).not.toContain("defined");
    expect(caught(() => patch(bytes, [removeSections(".text.inline")]))).toMatchObject({
      code: "STILL_NEEDED",
      detail: { names: ["signature"] },
    });
    expect(caught(() => patch(bytes, [removeSections(".symtab")]))).toMatchObject({
      code: "STILL_NEEDED",
      detail: { names: expect.arrayContaining([".group"]) as string[] },
    });
  });

  it("relocations alone go", () => {
    const elf = stripped(bytes, [removeRelocations(".debug*")]);
    expect(relocations(elf)).toEqual([".text: .text", ".text: called", ".text: used_local", ".data: signature"]);
    expect(sectionNames(elf)).toContain(".debug_info");
  });

  it("stripAll is refused unless forced", () => {
    expect(caught(() => patch(bytes, [stripAll()]))).toMatchObject({
      code: "RELOCATABLE",
      message: expect.stringContaining("force") as string,
    });
    const elf = stripped(bytes, [stripAll({ force: true })]);
    expect(sectionNames(elf).filter((n) => /rel|symtab|strtab|group|debug/.test(n))).toEqual([".shstrtab"]);
    expect(elf.sections.filter((s) => s.header.flags & SHF.GROUP)).toEqual([]);
  });

  it("names of sections and symbols in one table get one each", () => {
    const elf = stripped(object({ ...e, sharesNames: true }), [stripUnneeded()]);
    expect(symbolNames(elf)).toEqual(symbolNames(stripped(bytes, [stripUnneeded()])));
    expect(sectionNames(elf).slice(-2)).toEqual([".strtab", ".shstrtab"]);
  });

  it("extended section indexes go where few sections are left", () => {
    const elf = stripped(object({ ...e, extended: true }), [stripUnneeded()]);
    expect(sectionNames(elf)).not.toContain(".symtab_shndx");
    expect(symbolNames(elf)).toEqual(symbolNames(stripped(bytes, [stripUnneeded()])));
  });
});
