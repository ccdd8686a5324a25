import { SHN, SHT, STT } from "../../../spec/constants.js";
import { type FaultyFile, raise, wanted } from "../faulty-file.js";
import type { Change, RuleRecipe } from "../recipe.js";

const SECTIONS = "section headers";

/** No file is as long. */
const NO_OFFSET = 0x7fff_0000;

const hasBytes = (type: number): boolean => type !== SHT.NULL && type !== SHT.NOBITS;

/** The sections that are not loaded, then the others. */
const unloadedFirst = (file: FaultyFile): number[] => {
  const all = file.sectionsWhere((s) => hasBytes(s.type));
  const spare = file.spareSections;
  return [...spare, ...all.filter((i) => !spare.includes(i))];
};

/** The section header table, and symbols that name sections: in files of every type. */
export const sectionRecipes = /* @__PURE__ */ (() =>
  ({
    "section-in-file": {
      needs: `${SECTIONS}, one of a section whose bytes nothing else has to read`,
      *ways(file) {
        for (const i of unloadedFirst(file)) {
          // The last byte of the file and one behind it.
          yield (f) => Object.assign(f.section(i), { offset: f.bytes.length - 1, size: 2 });
          yield (f) => (f.section(i).size = f.bytes.length - f.section(i).offset + 1);
        }
      },
    },
    "section-overlap": {
      needs: `${SECTIONS}, one of a section that another one follows in the file`,
      *ways(file) {
        const indexes = unloadedFirst(file);
        const offsets = indexes.map((i) => file.section(i).offset);
        for (const i of indexes) {
          const { offset, size } = file.section(i);
          const next = Math.min(...offsets.filter((other) => other >= offset + size));
          if (Number.isFinite(next)) yield (f) => (f.section(i).size = next - offset + 1);
          yield (f) => (f.section(i).offset -= 1);
        }
      },
    },
    "section-link": {
      needs: SECTIONS,
      ways: (file) =>
        unloadedFirst(file).map(
          (i): Change =>
            (f) =>
              (f.section(i).link = f.elf.header.shnum + 1),
        ),
    },
    "section-name": {
      needs: `${SECTIONS} with names`,
      *ways(file) {
        const names = file.section(file.elf.header.shstrndx);
        for (const i of unloadedFirst(file)) yield (f) => (f.section(i).name = names.size + 16);
      },
    },
    "section-table": {
      needs: "program headers",
      *ways(file) {
        const { shnum } = file.elf.header;
        if (shnum > 0) yield (f) => (f.header.shentsize -= 1);
        yield (f) => Object.assign(f.header, { shoff: NO_OFFSET, shnum: Math.max(1, f.header.shnum) });
      },
    },
    "section-zero": {
      needs: SECTIONS,
      *ways(file) {
        if (file.elf.header.shnum === 0) return;
        yield (f) => (f.section(0).type = SHT.PROGBITS);
        // With extended numbering, its other fields have a meaning.
        yield (f) => (f.section(0).type = SHT.NOBITS);
      },
    },
    "symbol-section": {
      needs: "a symbol table with its section header",
      *ways(file) {
        const { shnum } = file.elf.header;
        if (shnum === 0 || shnum >= SHN.LORESERVE) return;
        for (const table of [file.elf.symbols, file.elf.dynamicSymbols]) {
          const names = (type: number) => type !== STT.SECTION;
          for (const i of file.symbolsWhere(table, (s) => names(s.info & 15))) {
            yield (f) => (f.symbol(table, i).shndx = shnum);
          }
        }
      },
    },
    "symbol-locals": {
      needs: "a symbol table with its section header",
      *ways(file) {
        for (const i of file.sectionsWhere((s) => s.type === SHT.SYMTAB || s.type === SHT.DYNSYM)) {
          yield (f) => (f.section(i).info += 1);
          yield (f) => raise(f.section(i), "info", -1);
        }
      },
    },
    "section-symbol": {
      needs: "a program or library with a symbol table that has a local symbol",
      *ways(file) {
        const table = file.elf.symbols;
        for (const i of file.symbolsWhere(table, (s) => (s.info & 15) === STT.SECTION)) {
          yield (f) => raise(f.symbol(table, i), "value", 8);
        }

        const loaded = file.loadedSections[0];
        for (const i of file.symbolsWhere(table, () => true)) {
          yield (f) => {
            const symbol = f.symbol(table, i);
            Object.assign(symbol, { info: (symbol.info & 0xf0) | STT.SECTION, shndx: wanted(loaded) });
            symbol.setExact("value", f.section(wanted(loaded)).exact("addr") + 8n);
          };
        }
      },
    },
    "dynamic-symbol": {
      needs: "a dynamic section and a symbol _DYNAMIC",
      *ways(file) {
        for (const table of [file.elf.symbols, file.elf.dynamicSymbols]) {
          for (const symbol of table ?? []) {
            if (symbol.name !== "_DYNAMIC" || symbol.shndx === SHN.UNDEF) continue;
            yield (f) => raise(f.symbol(table, symbol.index), "value", 8);
          }
        }
      },
    },
  }) as const satisfies Record<string, RuleRecipe>)();
