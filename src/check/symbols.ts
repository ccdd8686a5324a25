import type { ElfFile } from "../image/elf.js";
import type { Section } from "../image/sections.js";
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
    const section = elf.sections.find((s) => s.header.type === type);
    if (section) yield { at: sectionLabel(section), section, symbols: sectionSymbols(elf, section.index) };
  }
}

/** Symbols of any file, relocatable ones too. */
export const symbolRules: readonly Rule[] = [
  {
    id: "symbol-section", severity: "error", sentence: "st_shndx of every symbol is a special index or that of a section.",
    *test(elf) {
      for (const t of tables(elf)) {
        let wrong = 0, first = "";
        for (const { index, symbol: s } of t.symbols.records())
          if (s.shndx >= elf.sections.length && s.shndx < SHN.LORESERVE && wrong++ === 0) first = `symbol ${index}, st_shndx ${s.shndx}`;
        if (wrong > 0) yield { message: `${wrong} symbols name sections that the file has not (it has ${elf.sections.length}); the first is ${first}`, at: t.at };
      }
    },
  },
  {
    id: "symbol-locals", severity: "error", sentence: "Local symbols come first, and sh_info of the table is the index of the first other one.",
    *test(elf) {
      for (const t of tables(elf)) {
        const info = t.section.header.info;
        let wrong: string | undefined;
        for (const { index, symbol: s } of t.symbols.records()) {
          if (s.info >> 4 === STB.LOCAL ? index < info : index >= info) continue;
          wrong = `sh_info is ${info}, but symbol ${index} is ${s.info >> 4 === STB.LOCAL ? "local" : "not local"}`;
          break;
        }
        if (wrong) yield { message: wrong, at: t.at };
      }
    },
  },
];

/** Symbols of what is loaded. */
export const loadedSymbolRules: readonly Rule[] = [
  {
    id: "section-symbol", severity: "warning", sentence: "The value of a section symbol is its section's address.",
    *test(elf) {
      for (const t of tables(elf))
        for (const { symbol: s } of t.symbols.records()) {
          const section = (s.info & 15) === STT.SECTION && s.shndx < SHN.LORESERVE ? elf.sections[s.shndx] : undefined;
          if (section && s.shndx > 0 && s.exact("value") !== section.header.exact("addr"))
            yield { message: `its symbol in ${t.at} says ${hex(s.exact("value"))}, the section is at ${hex(section.header.exact("addr"))}`, at: sectionLabel(section) };
        }
    },
  },
];
