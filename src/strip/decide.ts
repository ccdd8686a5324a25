import { where } from "../codec/ascending.js";
import { viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { fail, type Note } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { type Groups, readGroups } from "../image/headers/groups.js";
import { eachRelocationSymbol, holdsRelocations } from "../image/relocations/relocation-sections.js";
import { runs } from "../image/headers/runs.js";
import { indexesOfType, sectionColumns } from "../image/headers/section-columns.js";
import { assertInFile, fileRange, sectionAt } from "../image/headers/sections.js";
import { firstOverlap } from "../pieces/ranges.js";
import { SHN, SHT } from "../spec/constants.js";
import { eachCrelSymbol } from "../tables/crel.js";
import { refuseZeroing } from "./forced.js";
import {
  dropDependents,
  dropTable,
  NEED_NO_TABLE,
  refuseBrokenLinks,
  sectionsToDrop,
  type StripSections,
  stripSections,
} from "./sections.js";
import { selectSymbols, type SymbolSelection } from "./select.js";
import type { StripWish } from "./strip-wish.js";

/** What goes, and what stays of the symbol tables that lose some. */
export interface StripDecision {
  /** Indexes of the sections that go. */
  readonly dropped: ReadonlySet<number>;
  /**
   * By the symbol table's section index: tables of which symbols go, or whose symbols may be in sections that get other
   * indexes.
   */
  readonly symbols: ReadonlyMap<number, SymbolSelection>;
  /** Removed loaded sections whose bytes become zero. */
  readonly zeroed: ReadonlySet<number>;
  /** The file's groups, those that go among them. */
  readonly groups: Groups;
}

/**
 * Decides what a strip drops. Reads symbols and relocations only where some of a table stay. `RELOCATABLE`,
 * `LOADED_SECTION`, `STILL_NEEDED`.
 */
export function decideStrip(elf: ElfFile, wish: StripWish, notes: Note[]): StripDecision {
  const sections = stripSections(elf);
  const isTooMuch = wish.mode === "all" && sections.relocatable && !wish.forceAll;
  if (isTooMuch) {
    fail(
      "RELOCATABLE",
      "stripAll: without its symbols and relocations this relocatable object (ET_REL) is of no use to any linker or kernel; stripUnneeded() and stripDebug() keep it whole, { force: true } strips it all the same",
      {},
    );
  }
  refuseManyTables(sections);

  const groups = readGroups(elf);
  const dropped = sectionsToDrop(sections, wish, notes);
  const symbols = new Map<number, SymbolSelection>();
  dropDependents(sections, groups, dropped);

  const tables = indexesOfType(sections.columns, SHT.SYMTAB);
  for (const table of tables) {
    if (!sections.isFixed(table) && !dropped.has(table)) strippedTable(sections, table, wish, dropped, symbols);
  }
  for (const table of tables) if (dropped.has(table)) dropTable(sections, table, dropped);
  dropDependents(sections, groups, dropped);
  dropExtended(sections, dropped, symbols);
  refuseBrokenLinks(sections, dropped);

  const inOrder = [...dropped].sort((a, b) => a - b);
  const zeroed = new Set(inOrder.filter((i) => sections.isFixed(i) && wish.zeroes(sections.names.of(i))));
  for (const i of zeroed) refuseZeroing(elf, sectionAt(elf, i));
  return { dropped, symbols, zeroed, groups };
}

/** All sections that have no fixed place in the file. */
export function allLoose(elf: ElfFile): Set<number> {
  const { all, isFixed } = stripSections(elf);
  return new Set(where(all, (i) => !isFixed(i)));
}

/** The gABI knows one symbol table a file. */
const MOST_TABLES = 16;

/**
 * Each table is read and written as a whole: where many lie over the same bytes, neither time nor output would be in
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
    const tables = Array.from(
      where(all, (i) => TABLES.includes(c.type[i]!)),
      (i) => ({
        start: c.offset[i]!,
        end: c.offset[i]! + c.fileSize[i]!,
      }),
    );
    fail("MALFORMED", "symbol tables, and what belongs to them, take the same bytes of the file", {
      offset: firstOverlap(tables) ?? elf.header.shoff,
    });
  }
}

/** Few enough sections are left for st_shndx to hold every index. */
function dropExtended(
  { columns: { count, type, link }, all }: StripSections,
  dropped: Set<number>,
  symbols: ReadonlyMap<number, SymbolSelection>,
): void {
  if (count - dropped.size >= SHN.LORESERVE) return;
  for (const i of all) if (type[i] === SHT.SYMTAB_SHNDX && symbols.has(link[i]!)) dropped.add(i);
}

/** What is rewritten as a whole, one section at a time. */
const TABLES: readonly number[] = /* @__PURE__ */ [SHT.SYMTAB, NEED_NO_TABLE].flat();

/** Selects a table's symbols, or drops it where none stays. */
function strippedTable(
  sections: StripSections,
  table: number,
  wish: StripWish,
  dropped: Set<number>,
  symbols: Map<number, SymbolSelection>,
): void {
  const {
    elf,
    columns: { type, link },
    names,
    all,
    relocatable,
    isFixed,
  } = sections;
  const namesSymbols = wish.keepsSymbol !== undefined || wish.stripsSymbol !== undefined || wish.keepsFiles;
  const keepsTable = wish.namesSections && wish.keeps(names.of(table));
  if (wish.mode === "none" && dropped.size === 0 && !namesSymbols && wish.discards === undefined) return;

  const users = where(
    all,
    (u) => link[u] === table && !dropped.has(u) && !isFixed(u) && !NEED_NO_TABLE.includes(type[u]!),
  );
  // Nothing of it can stay: it need not be read.
  if (
    !relocatable &&
    users.length === 0 &&
    !namesSymbols &&
    !keepsTable &&
    (wish.mode === "unneeded" || wish.mode === "all")
  ) {
    return void dropped.add(table);
  }

  const used = usedSymbols(elf, table, users);
  const selection = selectSymbols(elf, sectionAt(elf, table), wish, { dropped, used, relocatable, keepsTable });
  if (selection.count <= 1 && selection.indexes.length > 1 && users.length === 0) dropped.add(table);
  else if (selection.count < selection.indexes.length || dropped.size > 0) symbols.set(table, selection);
}

/** Which symbols the sections that stay name: relocations, and groups by their signature. */
function usedSymbols(elf: ElfFile, table: number, users: Uint32Array): Uint8Array {
  const { count, type, info, offset, fileSize } = sectionColumns(elf);
  const isUser = new Uint8Array(count);
  const used = new Uint8Array(
    Math.floor(fileRange(sectionAt(elf, table), elf.source).size / Sym.size(elf.header.class)),
  );
  /** File offset of what names the symbols: a group's section header, a section of relocations. */
  let from = 0;
  const use = (symbol: number): void => {
    if (symbol >= used.length) {
      fail("MALFORMED", `a relocation or group names symbol ${symbol} of ${used.length}`, { offset: from });
    }
    used[symbol] = 1;
  };

  for (const u of users) {
    isUser[u] = 1;
    from = elf.header.shoff + u * elf.header.shentsize;
    if (type[u] === SHT.GROUP) use(info[u]!);
  }

  for (const { bytes, start, sections } of runs(elf, (u) => isUser[u] === 1 && holdsRelocations(type[u]!))) {
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
