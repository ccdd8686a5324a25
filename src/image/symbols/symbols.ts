import { viewOf } from "../../codec/bytes.js";
import { Sym } from "../../codec/records.js";
import { chunks } from "../../codec/source.js";
import { fail, hex } from "../../error.js";
import { PT, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { gotOrder, SMALLEST_PAGE } from "../../spec/machines.js";
import type { ElfFile, ElfSymbol, Section, SymbolPiece, SymbolTable } from "../elf.js";
import { once } from "../once.js";
import { hangingEntries } from "../dynamic/hanging.js";
import { gnuHashTable, sysvHashTable } from "../dynamic/hash.js";
import { dynamicRelocations } from "../relocations/relocations.js";
import { firstSectionOf, sectionAt, sectionsOf } from "../headers/sections.js";
import { nameAt, NameBudget, StringTable } from "../strings.js";

/** Symbols that are read at once. */
const SYMBOLS_AT_ONCE = 16384;

function symbolTable(
  elf: ElfFile,
  offset: number,
  count: number,
  exact: boolean,
  strings: StringTable | undefined,
): SymbolTable {
  const h = elf.header;
  const size = Sym.size(h.class);
  const bytesInPieces = () => chunks(elf.source, offset, count * size, "a symbol table", size * SYMBOLS_AT_ONCE);

  function* pieces(): ReturnType<SymbolTable["pieces"]> {
    let first = 0;
    for (const bytes of bytesInPieces()) {
      const symbols = bytes.length / size;
      const view = Sym.view(viewOf(bytes), 0, h);
      const exactField: SymbolPiece["exact"] = (field, i) => {
        view.moveTo(i * size);
        return view.exact(field);
      };
      yield { first, count: symbols, words: (field) => Sym.words(field, bytes, symbols, h), exact: exactField };
      first += symbols;
    }
  }

  function* records(): ReturnType<SymbolTable["records"]> {
    let index = 0;
    for (const bytes of bytesInPieces()) {
      const symbol = Sym.view(viewOf(bytes), 0, h);
      const record = { index, at: 0, symbol };
      for (let at = 0; at < bytes.length; at += size, index++) {
        symbol.moveTo(at);
        record.index = index;
        record.at = offset + index * size;
        yield record;
      }
    }
  }

  function* symbols(): Generator<ElfSymbol> {
    strings?.load();
    const budget = new NameBudget(strings);
    for (const { index, symbol: s } of records()) {
      yield {
        index,
        name: budget.spend(nameAt(strings, s.name)),
        value: s.exact("value"),
        size: s.exact("size"),
        binding: s.info >> 4,
        type: s.info & 15,
        visibility: s.other & 3,
        shndx: s.shndx,
      };
    }
  }

  return { offset, count, exact, strings, records, pieces, [Symbol.iterator]: symbols };
}

/** .symtab, by its section header, or null. */
export function readSymbols(elf: ElfFile): SymbolTable | null {
  const section = firstSectionOf(elf, SHT.SYMTAB);
  return section ? sectionSymbols(elf, section.index) : null;
}

/** The symbol table that a section header describes. `TRUNCATED` where it reaches past the end of the file. */
export function sectionSymbols(elf: ElfFile, index: number): SymbolTable {
  const { header: s, name } = sectionAt(elf, index);
  const link = s.link < elf.header.shnum ? sectionAt(elf, s.link).header : undefined;
  const hasStrings = link?.type === SHT.STRTAB && link.exact("offset") < BigInt(elf.source.size);
  const strings = hasStrings ? new StringTable(elf.source, link.offset, link.size) : undefined;

  if (s.offset + s.size > elf.source.size) {
    fail("TRUNCATED", `section ${name || index} reaches past the end of the file`, {
      offset: s.offset,
      length: s.size,
      size: elf.source.size,
    });
  }

  return symbolTable(elf, s.offset, Math.floor(s.size / Sym.size(elf.header.class)), true, strings);
}

/** The SHT_SYMTAB_SHNDX of a symbol table, which has the sections of symbols whose st_shndx is SHN_XINDEX. */
export const extendedSection = (elf: ElfFile, table: number): Section | undefined => extendedSections(elf).get(table);

/** All of them, by their tables: a file may have very many symbol tables. */
const extendedSections = /* @__PURE__ */ once((elf): ReadonlyMap<number, Section> => {
  const found = new Map<number, Section>();
  for (const section of sectionsOf(elf, SHT.SYMTAB_SHNDX)) {
    const { link } = section.header;
    if (!found.has(link)) found.set(link, section);
  }
  return found;
});

/** The dynamic symbols, as the loader finds them, or null. */
export function readDynamicSymbols(elf: ElfFile): SymbolTable | null {
  const d = elf.dynamic;
  const address = d?.get(DT.SYMTAB);
  const offset = address === undefined ? undefined : elf.offsetOf(address, 1);
  if (!d || address === undefined || offset === undefined) return null;

  const size = Sym.size(elf.header.class);
  const { count, exact } = dynamicSymbolCount(elf, address);
  const mostInFile = Math.max(0, Math.floor((elf.source.size - offset) / size));
  if (exact && count > mostInFile) {
    fail(
      "TRUNCATED",
      `the dynamic symbol table (${count} symbols at ${hex(offset)}) reaches past the end of the file`,
      { offset, length: count * size, size: elf.source.size },
    );
  }

  return symbolTable(elf, offset, Math.min(count, mostInFile), exact, d.strings);
}

/**
 * The number of dynamic symbols, which has no tag of its own. DT_HASH has it as nchain, MIPS has DT_MIPS_SYMTABNO,
 * DT_GNU_HASH leads to the last hashed symbol, which is the last of all, and the section header says it. Without any of
 * these, only an upper bound is known.
 */
function dynamicSymbolCount(elf: ElfFile, symtab: bigint): { count: number; exact: boolean } {
  const d = elf.dynamic!;
  const size = Sym.size(elf.header.class);
  const counts: number[] = [];

  const sysv = sysvHashTable(elf);
  if (sysv) counts.push(sysv.symbols);

  const got = gotOrder(elf.header.machine);
  const mipsCount = got ? d.get(got.countTag) : undefined;
  if (mipsCount !== undefined) counts.push(Number(mipsCount));

  const gnuCount = gnuHashTable(elf)?.symbols;
  if (gnuCount !== undefined) counts.push(gnuCount);

  const section = sectionsOf(elf, SHT.DYNSYM).find((s) => s.header.exact("addr") === symtab);
  if (section) counts.push(Math.floor(section.header.size / size));

  if (counts.length > 0) return { count: Math.max(...counts), exact: true };
  return { count: symbolBound(elf, symtab), exact: false };
}

/** An upper bound: the symbols that relocations use, and those that fit before whatever follows the table. */
function symbolBound(elf: ElfFile, symtab: bigint): number {
  let used = 0;
  for (const r of dynamicRelocations(elf)) used = Math.max(used, r.symbol + 1);

  const d = elf.dynamic!;
  const following = d.entries.filter((e) => e.kind === "address" && e.value > symtab).map((e) => e.value);
  const load = elf.segments.find(
    (s) => s.type === PT.LOAD && s.exact("vaddr") <= symtab && symtab < s.exact("vaddr") + s.exact("filesz"),
  );
  const loadEnd = load ? load.exact("vaddr") + load.exact("filesz") : symtab;
  // Where tables lie behind p_filesz, the page counts.
  const page = BigInt(SMALLEST_PAGE);
  following.push(load && hangingEntries(elf).length === 0 ? loadEnd : loadEnd - (loadEnd % page) + page);
  const end = following.reduce((least, address) => (address < least ? address : least), following[0] ?? symtab);

  return Math.max(used, Math.floor(Number(end - symtab) / Sym.size(elf.header.class)));
}
