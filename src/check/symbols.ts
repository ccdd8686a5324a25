import { Sym } from "../codec/records.js";
import { chunks } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { once } from "../image/once.js";
import { sectionColumns } from "../image/section-columns.js";
import { firstOf, type Section, sectionAt } from "../image/sections.js";
import { sectionSymbols, type SymbolTable } from "../image/symbols.js";
import { hex } from "../error.js";
import { SHN, SHT, STB, STT } from "../spec/constants.js";
import { sectionLabel } from "./extents.js";
import type { Rule } from "./rule.js";

interface Table {
  readonly at: string;
  readonly section: Section;
  readonly symbols: SymbolTable;
}

/** .symtab and .dynsym by their section headers; of each type the first, as all tools use it. */
function* tables(elf: ElfFile): Generator<Table> {
  for (const type of [SHT.SYMTAB, SHT.DYNSYM]) {
    const section = firstOf(elf, type);
    if (section) yield { at: sectionLabel(section), section, symbols: sectionSymbols(elf, section.index) };
  }
}

/** What rules ask of a symbol table, found in one walk: a table may have very many. */
interface Facts {
  /** Symbols whose section the file has not, and the first of them. */
  readonly homeless: number;
  readonly first: { readonly index: number; readonly shndx: number } | undefined;
  /** The first symbol on the wrong side of sh_info, or -1. */
  readonly misplaced: number;
  readonly isLocal: boolean;
}

const SYMBOLS_AT_ONCE = 16384;

const factsOf = /* @__PURE__ */ once((elf) => {
  const known = new Map<number, Facts>();
  return ({ section, symbols }: Table): Facts => {
    let facts = known.get(section.index);
    if (!facts) known.set(section.index, (facts = walk(elf, symbols, section.header.info)));
    return facts;
  };
});

function walk(elf: ElfFile, { offset, count }: SymbolTable, locals: number): Facts {
  const { header: h } = elf, size = Sym.size(h.class), sections = sectionColumns(elf).count;
  let homeless = 0, first: Facts["first"], misplaced = -1, isLocal = false, index = 0;
  for (const piece of chunks(elf.source, offset, count * size, "a symbol table", size * SYMBOLS_AT_ONCE)) {
    const n = piece.length / size, shndx = Sym.words("shndx", piece, n, h), info = Sym.words("info", piece, n, h);
    for (let i = 0; i < n; i++, index++) {
      if (shndx[i]! >= sections && shndx[i]! < SHN.LORESERVE && homeless++ === 0) first = { index, shndx: shndx[i]! };
      if (misplaced >= 0 || (info[i]! >> 4 === STB.LOCAL) === index < locals) continue;
      misplaced = index;
      isLocal = info[i]! >> 4 === STB.LOCAL;
    }
  }
  return { homeless, first, misplaced, isLocal };
}

/** Symbols of any file, relocatable ones too. */
export const symbolRules: readonly Rule[] = [
  {
    id: "symbol-section", severity: "error", sentence: "st_shndx of every symbol is a special index or that of a section.",
    *test(elf) {
      for (const t of tables(elf)) {
        const { homeless, first } = factsOf(elf)(t);
        if (first) yield { message: `${homeless} symbols name sections that the file has not (it has ${sectionColumns(elf).count}); the first is symbol ${first.index}, st_shndx ${first.shndx}`, at: t.at };
      }
    },
  },
  {
    id: "symbol-locals", severity: "error", sentence: "Local symbols come first, and sh_info of the table is the index of the first other one.",
    *test(elf) {
      for (const t of tables(elf)) {
        const { misplaced, isLocal } = factsOf(elf)(t);
        if (misplaced >= 0) yield { message: `sh_info is ${t.section.header.info}, but symbol ${misplaced} is ${isLocal ? "local" : "not local"}`, at: t.at };
      }
    },
  },
];

const homeOf = (elf: ElfFile, shndx: number): Section | undefined => (shndx < elf.header.shnum ? sectionAt(elf, shndx) : undefined);

/** Symbols of what is loaded. */
export const loadedSymbolRules: readonly Rule[] = [
  {
    id: "section-symbol", severity: "warning", sentence: "The value of a section symbol is its section's address.",
    *test(elf) {
      for (const t of tables(elf))
        for (const { symbol: s } of t.symbols.records()) {
          const section = (s.info & 15) === STT.SECTION && s.shndx < SHN.LORESERVE ? homeOf(elf, s.shndx) : undefined;
          if (section && s.shndx > 0 && s.exact("value") !== section.header.exact("addr"))
            yield { message: `its symbol in ${t.at} says ${hex(s.exact("value"))}, the section is at ${hex(section.header.exact("addr"))}`, at: sectionLabel(section) };
        }
    },
  },
];
