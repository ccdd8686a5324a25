import { viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { fail, type Note } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { type Group, readGroups } from "../image/groups.js";
import { eachRelocationSymbol, isRelocations } from "../image/relocation-sections.js";
import { fileRange, type Section } from "../image/sections.js";
import { runs } from "../image/runs.js";
import { SHN, SHT } from "../spec/constants.js";
import { eachCrelSymbol } from "../tables/crel.js";
import { refuseContradictions } from "./contradictions.js";
import type { StripEdit } from "./edits.js";
import { refuseZeroing } from "./forced.js";
import { dropDependents, dropTable, NEED_NO_TABLE, refuseBrokenLinks, sectionsToDrop, type StripSections, stripSections } from "./sections.js";
import { selectSymbols, type SymbolSelection } from "./select.js";
import { type StripWish, stripWish } from "./wish.js";

/** What goes, and what stays of the symbol tables that lose some. */
export interface StripDecision {
  /** Indexes of the sections that go. */
  readonly dropped: ReadonlySet<number>;
  /** By the symbol table's section index: tables of which symbols go, or whose symbols may be in sections that get other indexes. */
  readonly symbols: ReadonlyMap<number, SymbolSelection>;
  /** Removed loaded sections whose bytes become zero. */
  readonly zeroed: ReadonlySet<number>;
  /** The section header table goes, too. */
  readonly dropsHeaders: boolean;
  /** The file's groups, those that go among them. */
  readonly groups: ReadonlyMap<number, Group>;
}

const NOTHING: StripDecision = { dropped: new Set(), symbols: new Map(), zeroed: new Set(), dropsHeaders: false, groups: new Map() };
const indexes = (sections: readonly Section[]): Set<number> => new Set(sections.map((s) => s.index));

/** Decides what the edits drop. Reads symbols and relocations only where some of a table stay. `RELOCATABLE`, `LOADED_SECTION`, `STILL_NEEDED`. */
export function decideStrip(elf: ElfFile, edits: readonly StripEdit[], notes: Note[]): StripDecision {
  if (edits.length === 0) return NOTHING;
  refuseContradictions(edits);
  const wish = stripWish(edits), sections = stripSections(elf);
  if (wish.mode === "all" && sections.relocatable && !wish.forceAll)
    fail("RELOCATABLE", "stripAll: without its symbols and relocations this relocatable object (ET_REL) is of no use to any linker or kernel; stripUnneeded() and stripDebug() keep it whole, { force: true } strips it all the same", {});
  refuseManyTables(sections);
  const groups = readGroups(elf), dropped = sectionsToDrop(sections, wish, notes), symbols = new Map<number, SymbolSelection>();
  dropDependents(sections, groups, dropped);
  for (const table of sections.all) if (table.header.type === SHT.SYMTAB && !sections.isFixed(table) && !dropped.has(table.index)) strippedTable(sections, table, wish, dropped, symbols);
  for (const table of sections.all) if (table.header.type === SHT.SYMTAB && dropped.has(table.index)) dropTable(sections, table, dropped);
  dropDependents(sections, groups, dropped);
  dropExtended(sections, dropped, symbols);
  refuseBrokenLinks(sections, dropped);
  const zeroed = sections.all.filter((s) => dropped.has(s.index) && sections.isFixed(s) && wish.zeroes(s.name));
  for (const s of zeroed) refuseZeroing(elf, s);
  if (!edits.some((e) => e.edit === "dropSectionHeaders")) return { dropped, symbols, zeroed: indexes(zeroed), dropsHeaders: false, groups };
  // Without headers nothing finds what no program header speaks of.
  return { dropped: indexes(sections.all.filter((s) => !sections.isFixed(s))), symbols: new Map(), zeroed: indexes(zeroed), dropsHeaders: elf.sections.length > 0, groups };
}

/** The gABI knows one symbol table a file. */
const MOST_TABLES = 16;

/** Each table is read and written as a whole: where many lie over the same bytes, neither time nor output would be in proportion to the file. */
function refuseManyTables({ elf, all }: StripSections): void {
  const tables = all.filter((s) => s.header.type === SHT.SYMTAB).length, bytes = all.reduce((sum, s) => (TABLES.includes(s.header.type) ? sum + fileRange(s, elf.source).size : sum), 0);
  if (tables > MOST_TABLES) fail("UNSUPPORTED", `the file has ${tables} symbol tables, and ${MOST_TABLES} at most are taken`, { what: `${tables} symbol tables` });
  if (bytes > elf.source.size) fail("MALFORMED", "symbol tables, and what belongs to them, take the same bytes of the file", {});
}

/** Few enough sections are left for st_shndx to hold every index. */
function dropExtended({ elf, all }: StripSections, dropped: Set<number>, symbols: ReadonlyMap<number, SymbolSelection>): void {
  if (elf.sections.length - dropped.size >= SHN.LORESERVE) return;
  for (const s of all) if (s.header.type === SHT.SYMTAB_SHNDX && symbols.has(s.header.link)) dropped.add(s.index);
}

/** What is rewritten as a whole, one section at a time. */
const TABLES: readonly number[] = [SHT.SYMTAB, ...NEED_NO_TABLE];

/** Selects a table's symbols, or drops it where none stays. */
function strippedTable(sections: StripSections, table: Section, wish: StripWish, dropped: Set<number>, symbols: Map<number, SymbolSelection>): void {
  const { elf, all, relocatable, isFixed } = sections;
  const namesSymbols = wish.keepsSymbol !== undefined || wish.stripsSymbol !== undefined || wish.keepsFiles, keepsTable = wish.keeps(table.name);
  if (wish.mode === "none" && dropped.size === 0 && !namesSymbols && wish.discards === undefined) return;
  const users = all.filter((u) => u.header.link === table.index && !dropped.has(u.index) && !isFixed(u) && !NEED_NO_TABLE.includes(u.header.type));
  // Nothing of it can stay: it need not be read.
  if (!relocatable && users.length === 0 && !namesSymbols && !keepsTable && (wish.mode === "unneeded" || wish.mode === "all")) return void dropped.add(table.index);
  const used = usedSymbols(elf, table, users), selection = selectSymbols(elf, table, wish, { dropped, used, relocatable, keepsTable });
  if (selection.count <= 1 && selection.indexes.length > 1 && users.length === 0) dropped.add(table.index);
  else if (selection.count < selection.indexes.length || dropped.size > 0) symbols.set(table.index, selection);
}

/** Which symbols the sections that stay name: relocations, and groups by their signature. */
function usedSymbols(elf: ElfFile, table: Section, users: readonly Section[]): Uint8Array {
  const used = new Uint8Array(Math.floor(fileRange(table, elf.source).size / Sym.size(elf.header.class)));
  const use = (symbol: number): void => {
    if (symbol >= used.length) fail("MALFORMED", `a relocation or group names symbol ${symbol} of ${used.length}`, {});
    used[symbol] = 1;
  };
  for (const u of users) if (u.header.type === SHT.GROUP) use(u.header.info);
  for (const { bytes, parts } of runs(elf, users.filter(isRelocations))) {
    const v = viewOf(bytes);
    for (const { section, at, size } of parts)
      if (section.header.type === SHT.CREL) eachCrelSymbol(bytes.subarray(at, at + size), use);
      else eachRelocationSymbol(v, at, at + size, section.header.type, elf.header, use);
  }
  return used;
}
