import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import {
  addDebugLink,
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
/** Changes section headers of a copy. */
function withHeaders(b: Uint8Array, change: (view: ShdrView, name: string) => void): Uint8Array {
  const out = b.slice();
  const { header: h, sections } = readElf(b);
  for (const s of sections) change(Shdr.view(viewOf(out), h.shoff + s.index * h.shentsize, h), s.name);
  return out;
}
/** As many more headers as asked for, each a copy of that of a section, so that they lie over the same bytes. */
function repeated(b: Uint8Array, name: string, times: number): Uint8Array {
  const { header: h, sections } = readElf(b);
  const at = h.shoff + sections.find((s) => s.name === name)!.index * h.shentsize;
  const out = new Uint8Array(b.length + times * h.shentsize);
  out.set(b);
  for (let i = 0; i < times; i++) out.set(b.subarray(at, at + h.shentsize), b.length + i * h.shentsize);
  viewOf(out).setUint16(60, h.shnum + times, true);
  return out;
}

describe("an object whose names of sections and symbols stand in one table", () => {
  const payload = Uint8Array.of(...object({ sharesNames: true }), 1, 2, 3, 4);
  for (const overlay of ["keep", "keep-in-place", "drop"] as const) {
    it(`keeps the names of its sections before an overlay: ${overlay}`, () => {
      const { bytes } = patch(payload, [stripUnneeded()], { overlay });
      expect(names(bytes).filter((n) => n !== "" && n !== ".shstrtab")).toEqual([
        ".text",
        ".rela.text",
        ".symtab",
        ".strtab",
      ]);
      expect([...readElf(bytes).symbols!].map((s) => s.name)).toEqual(["", "used", "entry"]);
    });
  }
});

describe("more sections than st_shndx can name", () => {
  const far = (n: number, name: (i: number) => string): Uint8Array => {
    const sections = Array.from({ length: n }, (_, i): ObjectSection => ({
      name: name(i + 1),
      flags: name(i + 1).startsWith(".debug") ? 0 : CODE,
    }));
    const small = objectFile({
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
    const { header: h } = readElf(small);
    const out = small.slice();
    const v = viewOf(out);
    const shnum = n + 5;
    v.setUint16(60, 0, true);
    v.setUint16(62, SHN.XINDEX, true);
    const zero = Shdr.view(v, Number(v.getBigUint64(40, true)), h);
    Object.assign(zero, { size: shnum, link: shnum - 1 });

    return out;
  };
  const kept = (elf: ReturnType<typeof readElf>): number[] => {
    const shndx = elf.sections.find((s) => s.header.type === SHT.SYMTAB_SHNDX);
    const at = shndx && fileRange(shndx, elf.source).offset;
    const v = shndx && viewOf(elf.source.read(at!, shndx.header.size));
    return [...elf.symbols!].slice(1).map((s) => (s.shndx === SHN.XINDEX ? v!.getUint32(s.index * 4, true) : s.shndx));
  };

  it("a symbol of section 65535, whose index is that of SHN_XINDEX, follows its section", () => {
    const b = far(66_000, (i) =>
      i === 65_535 ? ".a" : i === 65_536 ? ".b" : i > 10 && i < 500 ? ".debug_x" : ".text",
    );
    const elf = readElf(patch(b, [stripDebug()]).bytes);
    expect(kept(elf).map((i) => elf.sections[i]!.name)).toEqual([".a", ".b"]);
  });

  it("few are left: their number stands in the ELF header again, and no extended index is left", () => {
    const b = far(66_000, (i) => (i === 65_535 ? ".a" : i === 65_536 ? ".b" : i < 60_000 ? ".debug_x" : ".text"));
    const { bytes } = patch(b, [stripDebug()]);
    const elf = readElf(bytes);
    const v = viewOf(bytes);

    expect(kept(elf).map((i) => elf.sections[i]!.name)).toEqual([".a", ".b"]);
    expect([
      v.getUint16(60, true),
      v.getUint16(62, true),
      elf.sections[0]!.header.size,
      elf.sections[0]!.header.link,
    ]).toEqual([elf.sections.length, elf.header.shstrndx, 0, 0]);
    expect(elf.sections.some((s) => s.header.type === SHT.SYMTAB_SHNDX)).toBe(false);
  });
});

describe("tables over the same bytes", () => {
  it("two sections of relocations: renumbered twice they would name other symbols", () => {
    expect(caught(() => patch(repeated(object(), ".rela.text", 1), [stripUnneeded()])).code).toBe("MALFORMED");
  });

  it("symbol tables: the output would be their number times the input", () => {
    const many = Array.from({ length: 500 }, () => ({ name: "many", section: ".text" }));
    expect(caught(() => patch(repeated(object({ symbols: many }), ".symtab", 8), [stripUnneeded()])).code).toBe(
      "MALFORMED",
    );
    expect(caught(() => patch(repeated(object(), ".symtab", 100), [stripUnneeded()])).code).toBe("UNSUPPORTED");
  });

  it("onlyKeepDebug gives each section bytes of its own", () => {
    expect(
      caught(() =>
        patch(
          repeated(
            object({ sections: [text, { name: ".debug_info", bytes: new Uint8Array(5000) }] }),
            ".debug_info",
            3,
          ),
          [onlyKeepDebug()],
        ),
      ).code,
    ).toBe("MALFORMED");
  });

  it("very many symbols with one very long name", () => {
    const symbols = [...Array.from({ length: 400 }, () => ({ name: "x".repeat(200_000), section: ".text" }))];
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
    viewOf(b).setUint16(62, 0, true);
    const edits = [addDebugLink("x.debug", 1)];
    const { bytes } = patch(b, edits);
    const found = names(bytes).filter((n) => n !== "");
    expect(found).toEqual([".gnu_debuglink", ".shstrtab"]);
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
    const was = object();
    const elf = readElf(was);
    const at = elf.symbols!.offset + 3 * 24 + 6;
    const b = was.slice();
    viewOf(b).setUint16(at, 500, true);
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
  const out = new Uint8Array(b.length + more * h.shentsize);
  out.set(b.subarray(0, h.shoff + h.shentsize));
  for (let i = 0; i < more; i++) out.set(row, h.shoff + (1 + i) * h.shentsize);
  out.set(old.subarray(h.shentsize), h.shoff + (1 + more) * h.shentsize);

  for (const s of sections) {
    if (s.header.link > 0) Shdr.view(viewOf(out), h.shoff + (more + s.index) * h.shentsize, h).link += more;
  }

  viewOf(out).setUint16(60, 0, true);
  viewOf(out).setUint16(62, SHN.XINDEX, true);
  Object.assign(Shdr.view(viewOf(out), h.shoff, h), { size: h.shnum + more, link: h.shstrndx + more });

  expect(names(patch(out, [stripDebug()]).bytes)).toEqual(["", ".text", ".symtab", ".strtab", ".shstrtab"]);
});

it.each([
  [64, true, EM.X86_64],
  [64, false, EM.S390],
  [32, true, EM.ARM],
  [32, false, EM.PPC],
] as const)(
  "a section that a linker leaves out (SHF_EXCLUDE, bit 31) loses its group and no other flag: ELFCLASS%d, little endian %s",
  (c, littleEndian, machine) => {
    const EXCLUDE = 0x8000_0000;
    const sections: ObjectSection[] = [
      { name: ".group", type: SHT.GROUP, align: 4, entsize: 4, link: ".symtab", info: 1, members: [".left_out"] },
      { name: ".left_out", flags: EXCLUDE + SHF.GROUP, bytes: Uint8Array.of(1, 2, 3) },
    ];
    const { bytes } = patch(object({ class: c, littleEndian, machine, sections, symbols: [{ name: "signature" }] }), [
      stripAll({ force: true }),
    ]);

    expect(
      readElf(bytes)
        .sections.map((s) => [s.name, s.header.exact("flags")])
        .slice(0, 2),
    ).toEqual([
      ["", 0n],
      [".left_out", BigInt(EXCLUDE)],
    ]);
  },
);

it("names the first ten of very many sections that need one", () => {
  const sections = Array.from({ length: 50 }, (_, i): ObjectSection => ({ ...text, name: `.text.${i}` }));
  expect(
    caught(() =>
      patch(object({ sections, symbols: [{ name: "a" }, { name: "b" }, { name: "c" }] }), [removeSections(".symtab")]),
    ).message,
  ).toMatch(/\.rela\.text\.9 and 40 more use it$/);
});
