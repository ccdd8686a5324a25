import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import {
  addDebugLink,
  type ElfFile,
  EM,
  patch,
  readElf,
  removeSections,
  SHF,
  SHN,
  SHT,
  STB,
  stripAll,
  stripDebug,
  stripUnneeded,
  keepSymbols,
  onlyKeepDebug,
} from "../../src/index.js";
import { Shdr, type ShdrView } from "../../src/codec/records.js";
import { fileRange } from "../../src/image/headers/sections.js";
import { caught } from "../support/elf.js";
import { objectFile, type ObjectOptions, type ObjectSection } from "../support/objects.js";

const CODE = SHF.ALLOC | SHF.EXECINSTR;
const text: ObjectSection = {
  name: ".text",
  flags: CODE,
  bytes: new Uint8Array(16).fill(7),
  relocations: [
    [0, 1],
    [8, 3],
  ],
};
const debug: ObjectSection = { name: ".debug_info", bytes: new Uint8Array(5).fill(9) };
const object = (o: Partial<ObjectOptions> = {}): Uint8Array =>
  objectFile({
    class: 64,
    littleEndian: true,
    machine: EM.X86_64,
    sections: [text, debug],
    symbols: [
      { name: "used", section: ".text" },
      { name: "unused", section: ".text" },
      { name: "entry", binding: STB.GLOBAL, section: ".text" },
    ],
    ...o,
  });
const names = (b: Uint8Array): string[] => readElf(b).sections.map((s) => s.name);

/** Offsets of fields in the ELF header of a 64-bit file. */
const E_SHOFF = 40;
const E_SHNUM = 60;
const E_SHSTRNDX = 62;

/** A copy with other section headers. */
function withHeaders(b: Uint8Array, change: (view: ShdrView, name: string) => void): Uint8Array {
  const out = b.slice();
  const { header: h, sections } = readElf(b);
  for (const s of sections) change(Shdr.view(viewOf(out), h.shoff + s.index * h.shentsize, h), s.name);
  return out;
}

/** A copy with more headers, each a copy of that of a section, so that all of them lie over the same bytes. */
function repeated(b: Uint8Array, name: string, times: number): Uint8Array {
  const { header: h, sections } = readElf(b);
  const at = h.shoff + sections.find((s) => s.name === name)!.index * h.shentsize;
  const out = new Uint8Array(b.length + times * h.shentsize);
  out.set(b);
  for (let i = 0; i < times; i++) out.set(b.subarray(at, at + h.shentsize), b.length + i * h.shentsize);
  viewOf(out).setUint16(E_SHNUM, h.shnum + times, true);
  return out;
}

describe("an object whose names of sections and symbols stand in one table", () => {
  const payload = Uint8Array.of(...object({ sharesNames: true }), 1, 2, 3, 4);
  for (const overlay of ["keep", "keep-in-place", "drop"] as const) {
    it(`keeps the names of its sections before an overlay: ${overlay}`, () => {
      const { bytes } = patch(payload, [stripUnneeded()], { overlay });
      const others = names(bytes).filter((n) => n !== "" && n !== ".shstrtab");
      expect(others).toEqual([".text", ".rela.text", ".symtab", ".strtab"]);
      expect([...readElf(bytes).symbols!].map((s) => s.name)).toEqual(["", "used", "entry"]);
    });
  }
});

describe("more sections than st_shndx can name", () => {
  /** An object with symbols in `.a` and `.b`, whose indexes are above what st_shndx and the ELF header can hold. */
  function manySections(count: number, name: (i: number) => string): Uint8Array {
    const sections = Array.from({ length: count }, (_, i): ObjectSection => ({
      name: name(i + 1),
      flags: name(i + 1).startsWith(".debug") ? 0 : CODE,
    }));
    const object = objectFile({
      class: 64,
      littleEndian: true,
      machine: EM.X86_64,
      sections,
      extended: true,
      symbols: [
        { name: "a", binding: STB.GLOBAL, section: ".a" },
        { name: "b", binding: STB.GLOBAL, section: ".b" },
      ],
    });
    const { header: h } = readElf(object);
    const out = object.slice();
    const view = viewOf(out);
    const shnum = count + 5;
    view.setUint16(E_SHNUM, 0, true);
    view.setUint16(E_SHSTRNDX, SHN.XINDEX, true);
    const zero = Shdr.view(view, Number(view.getBigUint64(E_SHOFF, true)), h);
    Object.assign(zero, { size: shnum, link: shnum - 1 });

    return out;
  }

  /** The names of the sections that symbols are defined in. */
  function homes(elf: ElfFile): string[] {
    const extended = elf.sections.find((s) => s.header.type === SHT.SYMTAB_SHNDX);
    const range = extended && fileRange(extended, elf.source);
    const view = range && viewOf(elf.source.read(range.offset, range.size));

    return [...elf.symbols!].slice(1).map((s) => {
      const index = s.shndx === SHN.XINDEX ? view!.getUint32(s.index * 4, true) : s.shndx;
      return elf.sections[index]!.name;
    });
  }

  const special = new Map([
    [65_535, ".a"],
    [65_536, ".b"],
  ]);

  it("a symbol of section 65535, whose index is that of SHN_XINDEX, follows its section", () => {
    const b = manySections(66_000, (i) => special.get(i) ?? (i > 10 && i < 500 ? ".debug_x" : ".text"));
    expect(homes(readElf(patch(b, [stripDebug()]).bytes))).toEqual([".a", ".b"]);
  });

  it("few are left: their number stands in the ELF header again, and no extended index is left", () => {
    const b = manySections(66_000, (i) => special.get(i) ?? (i < 60_000 ? ".debug_x" : ".text"));
    const { bytes } = patch(b, [stripDebug()]);
    const elf = readElf(bytes);
    const view = viewOf(bytes);
    const first = elf.sections[0]!.header;

    expect(homes(elf)).toEqual([".a", ".b"]);
    expect([view.getUint16(E_SHNUM, true), first.size]).toEqual([elf.sections.length, 0]);
    expect([view.getUint16(E_SHSTRNDX, true), first.link]).toEqual([elf.header.shstrndx, 0]);
    expect(elf.sections.some((s) => s.header.type === SHT.SYMTAB_SHNDX)).toBe(false);
  });
});

describe("tables over the same bytes", () => {
  it("two sections of relocations: renumbered twice they would name other symbols", () => {
    expect(caught(() => patch(repeated(object(), ".rela.text", 1), [stripUnneeded()])).code).toBe("MALFORMED");
  });

  it("symbol tables: the output would be their number times the input", () => {
    const symbols = Array.from({ length: 500 }, () => ({ name: "many", section: ".text" }));
    const large = repeated(object({ symbols }), ".symtab", 8);
    const many = repeated(object(), ".symtab", 100);
    expect(caught(() => patch(large, [stripUnneeded()])).code).toBe("MALFORMED");
    expect(caught(() => patch(many, [stripUnneeded()])).code).toBe("UNSUPPORTED");
  });

  it("sections that onlyKeepDebug gives bytes of their own", () => {
    const large: ObjectSection = { name: ".debug_info", bytes: new Uint8Array(5000) };
    const b = repeated(object({ sections: [text, large] }), ".debug_info", 3);
    expect(caught(() => patch(b, [onlyKeepDebug()])).code).toBe("MALFORMED");
  });

  it("very many symbols with one very long name", () => {
    const symbols = Array.from({ length: 400 }, () => ({ name: "x".repeat(200_000), section: ".text" }));
    const b = object({ sections: [{ ...text, relocations: [] }, debug], symbols });
    expect(caught(() => patch(b, [stripUnneeded(), keepSymbols(["y"])])).code).toBe("MALFORMED");
  });

  it("sections over a symbol table that shrinks keep their bytes", () => {
    const zero = { bytes: Uint8Array.of(0) };
    const was = object({ sections: [text, debug, { name: ".around", ...zero }, { name: ".within", ...zero }] });
    const table = readElf(was).sections.find((s) => s.name === ".symtab")!.header;
    const b = withHeaders(was, (s, name) => {
      if (name === ".around") Object.assign(s, { offset: table.offset - 8, size: 88 });
      if (name === ".within") Object.assign(s, { offset: table.offset + 24, size: 40 });
    });
    const bytesOf = (file: Uint8Array, name: string): Uint8Array => {
      const { offset, size } = readElf(file).sections.find((s) => s.name === name)!.header;
      return file.slice(offset, offset + size);
    };
    const { bytes } = patch(b, [stripUnneeded()]);
    for (const name of [".around", ".within"]) expect(bytesOf(bytes, name)).toEqual(bytesOf(b, name));
  });
});

describe("sections without names", () => {
  it("get none from the table that a new section needs: e_shstrndx was 0, sh_name was not", () => {
    const b = object();
    viewOf(b).setUint16(E_SHSTRNDX, 0, true);
    const edits = [addDebugLink("x.debug", 1)];

    const { bytes } = patch(b, edits);
    expect(names(bytes).filter((n) => n !== "")).toEqual([".gnu_debuglink", ".shstrtab"]);
    expect(patch(bytes, edits).changed).toBe(false);
  });
});

describe("indexes of sections that are not there", () => {
  it("are refused where they need SHT_SYMTAB_SHNDX, which goes: also one with bit 31", () => {
    for (const index of [0x7fff_fff0, 0x8000_0000, 0xffff_fff0]) {
      const b = object({ extended: true });
      const table = readElf(b).sections.find((s) => s.header.type === SHT.SYMTAB_SHNDX)!.header;
      viewOf(b).setUint32(table.offset + 3 * 4, index, true);
      expect(caught(() => patch(b, [stripDebug()])).code).toBe("UNSUPPORTED");
    }
  });

  it("stay: no symbol becomes undefined", () => {
    const b = object();
    const shndxOfEntry = readElf(b).symbols!.offset + 3 * 24 + 6;
    viewOf(b).setUint16(shndxOfEntry, 500, true);
    expect([...readElf(patch(b, [stripDebug()]).bytes).symbols!].at(-1)).toMatchObject({ name: "entry", shndx: 500 });
  });
});

describe("very many sections of one name", () => {
  // As `clang -fno-unique-section-names` writes them: all the names together are much longer than their table.
  const b = object({
    sections: [
      text,
      debug,
      ...Array.from({ length: 800 }, (): ObjectSection => ({ name: `.text.${"x".repeat(1000)}`, flags: CODE })),
    ],
  });
  const patterns = [".a", ".b", ".c", ".d"];

  it("are looked at once for each pattern", () => {
    const { changed, notes } = patch(b, [removeSections(...patterns)]);
    expect([changed, notes.map((n) => n.note)]).toEqual([false, patterns.map(() => "NOT_FOUND")]);
  });

  it("are named in what goes and what comes", () => {
    const { bytes, changes } = patch(b, [stripDebug(), removeSections(...patterns)]);
    expect(names(bytes)).not.toContain(".debug_info");
    expect(changes.filter((c) => c.at === "sections")).toEqual([
      expect.objectContaining({ name: ".debug_info", to: null }),
    ]);
  });
});

it("drops more sections than a call takes arguments, in front of one that is loaded", () => {
  const b = object({ symbols: [], sections: [debug, { name: ".text", flags: CODE, bytes: Uint8Array.of(1, 2, 3) }] });
  const { header: h, sections } = readElf(b);
  const more = 200_000;
  const old = b.subarray(h.shoff);
  const row = old.subarray(h.shentsize, 2 * h.shentsize);

  // Section 0, then the copies of section 1, then section 1 and the others.
  const out = new Uint8Array(b.length + more * h.shentsize);
  out.set(b.subarray(0, h.shoff + h.shentsize));
  for (let i = 0; i < more; i++) out.set(row, h.shoff + (1 + i) * h.shentsize);
  out.set(old.subarray(h.shentsize), h.shoff + (1 + more) * h.shentsize);

  for (const s of sections) {
    if (s.header.link > 0) Shdr.view(viewOf(out), h.shoff + (more + s.index) * h.shentsize, h).link += more;
  }

  viewOf(out).setUint16(E_SHNUM, 0, true);
  viewOf(out).setUint16(E_SHSTRNDX, SHN.XINDEX, true);
  Object.assign(Shdr.view(viewOf(out), h.shoff, h), { size: h.shnum + more, link: h.shstrndx + more });

  expect(names(patch(out, [stripDebug()]).bytes)).toEqual(["", ".text", ".symtab", ".strtab", ".shstrtab"]);
});

it.each([
  [64, true, EM.X86_64],
  [64, false, EM.S390],
  [32, true, EM.ARM],
  [32, false, EM.PPC],
] as const)(
  "SHF_EXCLUDE (bit 31) stays when a section loses its group: ELFCLASS%d, little endian %s",
  (elfClass, littleEndian, machine) => {
    const EXCLUDE = 0x8000_0000;
    const sections: ObjectSection[] = [
      { name: ".group", type: SHT.GROUP, align: 4, entsize: 4, link: ".symtab", info: 1, members: [".left_out"] },
      { name: ".left_out", flags: EXCLUDE + SHF.GROUP, bytes: Uint8Array.of(1, 2, 3) },
    ];
    const symbols = [{ name: "signature" }];
    const b = object({ class: elfClass, littleEndian, machine, sections, symbols });
    const elf = readElf(patch(b, [stripAll({ force: true })]).bytes);

    expect(elf.sections.slice(0, 2).map((s) => [s.name, s.header.exact("flags")])).toEqual([
      ["", 0n],
      [".left_out", BigInt(EXCLUDE)],
    ]);
  },
);

it("names the first ten of very many sections that need one", () => {
  const sections = Array.from({ length: 50 }, (_, i): ObjectSection => ({ ...text, name: `.text.${i}` }));
  const b = object({ sections, symbols: [{ name: "a" }, { name: "b" }, { name: "c" }] });
  const error = caught(() => patch(b, [removeSections(".symtab")]));
  expect(error.message).toMatch(/\.rela\.text\.9 and 40 more use it$/);
});
