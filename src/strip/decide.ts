import { filtered } from "../codec/ascending.js";
import { viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { fail, type Note } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { type Groups, readGroups } from "../image/headers/groups.js";
import { eachRelocationSymbol, holdsRelocations } from "../image/relocations/relocation-sections.js";
import { sectionRuns } from "../image/headers/runs.js";
import { indexesOfType, sectionColumns } from "../image/headers/section-columns.js";
import { assertInFile, fileRange, sectionAt } from "../image/headers/sections.js";
import { firstOverlap } from "../pieces/ranges.js";
import { SHN, SHT } from "../spec/constants.js";
import { eachCrelSymbol } from "../tables/crel.js";
import { refuseZeroing } from "./forced.js";
import {
  dropDependents,
  dropTable,
  ABOUT_SYMBOLS,
  refuseBrokenLinks,
  sectionsToDrop,
  type StripSections,
  stripSections,
} from "./sections.js";
import { selectSymbols, type SymbolSelection } from "./select.js";
import type { StripWish } from "./strip-wish.js";

/** What a strip drops, and what stays of the symbol tables that lose symbols. */
export interface StripDecision {
  /** The indexes of the sections that go. */
  readonly dropped: ReadonlySet<number>;
  /**
   * The symbol tables that lose symbols, or whose symbols may be in sections that get other indexes, by section index.
   */
  readonly symbols: ReadonlyMap<number, SymbolSelection>;
  /** Dropped sections that are loaded, and whose bytes become zero. */
  readonly zeroed: ReadonlySet<number>;
  /** All groups of the file, also those that go. */
  readonly groups: Groups;
}

/**
 * Decides what a strip drops. It reads symbols and relocations only if some symbols of a table stay. `RELOCATABLE`,
 * `LOADED_SECTION`, `STILL_NEEDED`.
 */
export function decideStrip(elf: ElfFile, wish: StripWish, notes: Note[]): StripDecision {
  const sections = stripSections(elf);
  if (wish.mode === "all" && sections.relocatable && !wish.forceAll) {
    fail(
      "RELOCATABLE",
      "stripAll: without its symbols and relocations this relocatable object (ET_REL) is of no use to any linker or " +
        "kernel; stripUnneeded() and stripDebug() keep it whole, { force: true } strips it all the same",
      {},
    );
  }
  refuseManyTables(sections);

  const groups = readGroups(elf);
  const dropped = sectionsToDrop(sections, wish, notes);
  dropDependents(sections, groups, dropped);

  const symbols = new Map<number, SymbolSelection>();
  const tables = indexesOfType(sections.columns, SHT.SYMTAB);
  for (const table of tables) {
    if (!sections.isFixed(table) && !dropped.has(table)) selectFromTable(sections, table, wish, dropped, symbols);
  }
  for (const table of tables) {
    if (dropped.has(table)) dropTable(sections, table, dropped);
  }

  // A dropped symbol table has dependents too.
  dropDependents(sections, groups, dropped);
  dropExtended(sections, dropped, symbols);
  refuseBrokenLinks(sections, dropped);

  const inOrder = [...dropped].sort((a, b) => a - b);
  const zeroed = new Set(inOrder.filter((i) => sections.isFixed(i) && wish.zeroes(sections.names.of(i))));
  for (const i of zeroed) refuseZeroing(elf, sectionAt(elf, i));
  return { dropped, symbols, zeroed, groups };
}

/** All sections that have no fixed place in the file. */
export function unloadedSections(elf: ElfFile): Set<number> {
  const { all, isFixed } = stripSections(elf);
  return new Set(filtered(all, (i) => !isFixed(i)));
}

/** The gABI has one symbol table in a file. */
const MOST_TABLES = 16;

/** The sections that are rewritten as a whole, one at a time. */
const TABLES: readonly number[] = /* @__PURE__ */ [SHT.SYMTAB, ABOUT_SYMBOLS].flat();

/**
 * Each table is read and written as a whole. If many lay over the same bytes, neither time nor output would be in
 * proportion to the file.
 */
function refuseManyTables({ elf, columns: c, all }: StripSections): void {
  let tables = 0;
  let bytes = 0;
  for (const i of all) {
    if (!TABLES.includes(c.type[i]!)) continue;
    if (c.type[i] === SHT.SYMTAB) tables++;
    assertInFile(elf, c, i);
    bytes += c.fileSize[i]!;
  }

  if (tables > MOST_TABLES) {
    fail("UNSUPPORTED", `the file has ${tables} symbol tables, and ${MOST_TABLES} at most are taken`, {
      what: `${tables} symbol tables`,
    });
  }
  if (bytes > elf.source.size) {
    const indexes = filtered(all, (i) => TABLES.includes(c.type[i]!));
    const ranges = Array.from(indexes, (i) => ({ start: c.offset[i]!, end: c.offset[i]! + c.fileSize[i]! }));
    fail("MALFORMED", "symbol tables, and what belongs to them, take the same bytes of the file", {
      offset: firstOverlap(ranges) ?? elf.header.shoff,
    });
  }
}

/** Drops extended indexes if few enough sections are left for st_shndx to hold every index. */
function dropExtended(
  { columns: { count, type, link }, all }: StripSections,
  dropped: Set<number>,
  symbols: ReadonlyMap<number, SymbolSelection>,
): void {
  if (count - dropped.size >= SHN.LORESERVE) return;
  for (const i of all) {
    if (type[i] === SHT.SYMTAB_SHNDX && symbols.has(link[i]!)) dropped.add(i);
  }
}

/** Selects the symbols of a table that stay, or drops the table if none does. */
function selectFromTable(
  sections: StripSections,
  table: number,
  wish: StripWish,
  dropped: Set<number>,
  symbols: Map<number, SymbolSelection>,
): void {
  const { elf, columns, names, all, relocatable, isFixed } = sections;
  const { type, link } = columns;
  const namesSymbols = wish.keepsSymbol !== undefined || wish.stripsSymbol !== undefined || wish.keepsFiles;
  const keepsTable = wish.namesSections && wish.keeps(names.of(table));
  if (wish.mode === "none" && dropped.size === 0 && !namesSymbols && wish.discards === undefined) return;

  const users = filtered(
    all,
    (i) => link[i] === table && !dropped.has(i) && !isFixed(i) && !ABOUT_SYMBOLS.includes(type[i]!),
  );
  const isUsed = users.length > 0;

  // If no symbol can stay, the table need not be read.
  const dropsSymbols = wish.mode === "unneeded" || wish.mode === "all";
  if (dropsSymbols && !relocatable && !isUsed && !namesSymbols && !keepsTable) {
    dropped.add(table);
    return;
  }

  const used = usedSymbols(elf, table, users);
  const selection = selectSymbols(elf, sectionAt(elf, table), wish, { dropped, used, relocatable, keepsTable });
  const { count } = selection;
  const total = selection.indexes.length;
  if (count <= 1 && total > 1 && !isUsed) dropped.add(table);
  else if (count < total || dropped.size > 0) symbols.set(table, selection);
}

/** For each symbol whether these sections name it: relocations by their records, groups by their signature. */
function usedSymbols(elf: ElfFile, table: number, users: Uint32Array): Uint8Array {
  const { count, type, info, offset, fileSize } = sectionColumns(elf);
  const { size } = fileRange(sectionAt(elf, table), elf.source);
  const used = new Uint8Array(Math.floor(size / Sym.size(elf.header.class)));

  // The file offset of what names the symbols: the section header of a group, or a section of relocations.
  let from = 0;
  const use = (symbol: number): void => {
    if (symbol >= used.length) {
      fail("MALFORMED", `a relocation or group names symbol ${symbol} of ${used.length}`, { offset: from });
    }
    used[symbol] = 1;
  };

  const isUser = new Uint8Array(count);
  for (const u of users) {
    isUser[u] = 1;
    from = elf.header.shoff + u * elf.header.shentsize;
    if (type[u] === SHT.GROUP) use(info[u]!);
  }

  for (const { bytes, start, sections } of sectionRuns(elf, (u) => isUser[u] === 1 && holdsRelocations(type[u]!))) {
    const v = viewOf(bytes);
    for (const i of sections) {
      const at = offset[i]! - start;
      const end = at + fileSize[i]!;
      from = offset[i]!;
      if (type[i] === SHT.CREL) eachCrelSymbol(bytes.subarray(at, end), from, use);
      else eachRelocationSymbol(v, at, end, type[i]!, elf.header, use);
    }
  }

  return used;
}
