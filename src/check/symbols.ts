import type { ElfFile, Section, SymbolTable } from "../image/elf.js";
import { once } from "../image/once.js";
import { firstSectionOf, sectionAt } from "../image/headers/sections.js";
import { sectionSymbols } from "../image/symbols/symbols.js";
import { hex } from "../error.js";
import { SHN, SHT, STB, STT } from "../spec/constants.js";
import { sectionLabel } from "./extents.js";
import type { CheckRule } from "./rule.js";

interface Table {
  readonly at: string;
  readonly section: Section;
  readonly symbols: SymbolTable;
}

/** .symtab and .dynsym by their section headers: the first of each type, which is the one that all tools use. */
function* tables(elf: ElfFile): Generator<Table> {
  for (const type of [SHT.SYMTAB, SHT.DYNSYM]) {
    const section = firstSectionOf(elf, type);
    if (section) yield { at: sectionLabel(section), section, symbols: sectionSymbols(elf, section.index) };
  }
}

/** What the rules ask of a symbol table. One walk finds it all: a table may have very many symbols. */
interface Facts {
  /** How many symbols name a section that the file does not have, and the first of them. */
  readonly homeless: number;
  readonly first: { readonly index: number; readonly shndx: number } | undefined;
  /** The first symbol on the wrong side of sh_info, or -1. */
  readonly misplaced: number;
  readonly isLocal: boolean;
}

const factsOf = /* @__PURE__ */ once((elf) => {
  const known = new Map<number, Facts>();
  return ({ section, symbols }: Table): Facts => {
    let facts = known.get(section.index);
    if (!facts) {
      facts = walk(elf, symbols, section.header.info);
      known.set(section.index, facts);
    }
    return facts;
  };
});

function walk(elf: ElfFile, symbols: SymbolTable, locals: number): Facts {
  const sections = elf.header.shnum;
  let homeless = 0;
  let first: Facts["first"];
  let misplaced = -1;
  let isLocal = false;

  for (const piece of symbols.pieces()) {
    const shndx = piece.words("shndx");
    const info = piece.words("info");
    for (let i = 0; i < piece.count; i++) {
      const index = piece.first + i;
      if (shndx[i]! >= sections && shndx[i]! < SHN.LORESERVE) {
        if (homeless === 0) first = { index, shndx: shndx[i]! };
        homeless++;
      }

      const local = info[i]! >> 4 === STB.LOCAL;
      if (misplaced < 0 && local !== index < locals) {
        misplaced = index;
        isLocal = local;
      }
    }
  }

  return { homeless, first, misplaced, isLocal };
}

/** Symbols of any file, relocatable ones too. */
export const symbolRules: readonly CheckRule[] = [
  {
    id: "symbol-section",
    severity: "error",
    sentence: "st_shndx of every symbol is a special index or that of a section.",
    *test(elf) {
      for (const table of tables(elf)) {
        const { homeless, first } = factsOf(elf)(table);
        if (!first) continue;
        yield {
          message:
            `${homeless} symbols name sections that the file does not have (it has ${elf.header.shnum}); ` +
            `the first is symbol ${first.index}, st_shndx ${first.shndx}`,
          at: table.at,
        };
      }
    },
  },
  {
    id: "symbol-locals",
    severity: "error",
    sentence: "Local symbols come first, and sh_info of the table is the index of the first other one.",
    *test(elf) {
      for (const table of tables(elf)) {
        const { misplaced, isLocal } = factsOf(elf)(table);
        if (misplaced < 0) continue;

        const { info } = table.section.header;
        yield {
          message: `sh_info is ${info}, but symbol ${misplaced} is ${isLocal ? "local" : "not local"}`,
          at: table.at,
        };
      }
    },
  },
];

/** Symbols of what is loaded. */
export const loadedSymbolRules: readonly CheckRule[] = [
  {
    id: "section-symbol",
    severity: "warning",
    sentence: "The value of a section symbol is its section's address.",
    *test(elf) {
      const limit = Math.min(elf.header.shnum, SHN.LORESERVE);
      for (const { at, symbols } of tables(elf)) {
        for (const piece of symbols.pieces()) {
          const info = piece.words("info");
          const shndx = piece.words("shndx");
          for (let i = 0; i < piece.count; i++) {
            if ((info[i]! & 15) !== STT.SECTION || shndx[i] === 0 || shndx[i]! >= limit) continue;

            const value = piece.exact("value", i);
            const section = sectionAt(elf, shndx[i]!);
            const addr = section.header.exact("addr");
            if (value === addr) continue;

            yield {
              message: `its symbol in ${at} says ${hex(value)}, the section is at ${hex(addr)}`,
              at: sectionLabel(section),
            };
          }
        }
      }
    },
  },
];
