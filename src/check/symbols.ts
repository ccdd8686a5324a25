import type { ElfFile, Section, SymbolTable } from "../image/elf.js";
import { once } from "../image/once.js";
import { firstOf, sectionAt } from "../image/headers/sections.js";
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

const factsOf = /* @__PURE__ */ once((elf) => {
  const known = new Map<number, Facts>();
  return ({ section, symbols }: Table): Facts => {
    let facts = known.get(section.index);
    if (!facts) known.set(section.index, (facts = walk(elf, symbols, section.header.info)));
    return facts;
  };
});

function walk(elf: ElfFile, symbols: SymbolTable, locals: number): Facts {
  const sections = elf.header.shnum;
  let homeless = 0;
  let first: Facts["first"];
  let misplaced = -1;
  let isLocal = false;

  for (const p of symbols.pieces()) {
    const shndx = p.words("shndx");
    const info = p.words("info");
    for (let i = 0; i < p.count; i++) {
      if (shndx[i]! >= sections && shndx[i]! < SHN.LORESERVE && homeless++ === 0) {
        first = { index: p.first + i, shndx: shndx[i]! };
      }
      if (misplaced >= 0 || (info[i]! >> 4 === STB.LOCAL) === p.first + i < locals) continue;
      misplaced = p.first + i;
      isLocal = info[i]! >> 4 === STB.LOCAL;
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
      for (const t of tables(elf)) {
        const { homeless, first } = factsOf(elf)(t);
        if (first) {
          yield {
            message: `${homeless} symbols name sections that the file has not (it has ${elf.header.shnum}); the first is symbol ${first.index}, st_shndx ${first.shndx}`,
            at: t.at,
          };
        }
      }
    },
  },
  {
    id: "symbol-locals",
    severity: "error",
    sentence: "Local symbols come first, and sh_info of the table is the index of the first other one.",
    *test(elf) {
      for (const t of tables(elf)) {
        const { misplaced, isLocal } = factsOf(elf)(t);
        if (misplaced >= 0) {
          yield {
            message: `sh_info is ${t.section.header.info}, but symbol ${misplaced} is ${isLocal ? "local" : "not local"}`,
            at: t.at,
          };
        }
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
      for (const t of tables(elf)) {
        for (const p of t.symbols.pieces()) {
          const info = p.words("info");
          const shndx = p.words("shndx");
          for (let i = 0; i < p.count; i++) {
            if (
              (info[i]! & 15) !== STT.SECTION ||
              shndx[i] === 0 ||
              shndx[i]! >= Math.min(elf.header.shnum, SHN.LORESERVE)
            ) {
              continue;
            }

            const value = p.exact("value", i);
            const section = sectionAt(elf, shndx[i]!);
            const addr = section.header.exact("addr");

            if (value !== addr) {
              yield {
                message: `its symbol in ${t.at} says ${hex(value)}, the section is at ${hex(addr)}`,
                at: sectionLabel(section),
              };
            }
          }
        }
      }
    },
  },
];
