import { smallest } from "../../../codec/ascending.js";
import { Sym } from "../../../codec/records.js";
import { loadedAt, sectionColumns } from "../../../image/headers/section-columns.js";
import { isLoaded, sectionAt, sectionsOf } from "../../../image/headers/sections.js";
import { nameAt } from "../../../image/strings.js";
import { sectionSymbols } from "../../../image/symbols/symbols.js";
import { SHN, SHT } from "../../../spec/constants.js";
import type { Followers } from "../../wish/followers.js";
import type { Requests } from "../../wish/requests.js";
import type { ElfFile } from "../../../image/elf.js";
import type { TablePlaces } from "../places.js";
import type { Following } from "./following.js";
import type { SectionRows } from "./section-rows.js";

/**
 * Symbols that are not rewritten as a whole take the new addresses of what moved; so does `_DYNAMIC`. `order` gives
 * dynamic symbols their new index.
 */
export function fixSymbols(
  following: Following,
  places: TablePlaces,
  { contents, dropped, symbolOrder: order }: Requests,
): void {
  const { elf, rows } = following;
  const h = elf.header;
  const follow = valueFollower(rows, places);
  if (!follow) return;

  const valueAt = Sym.offsetOf("value", h.class);
  const { count, type } = sectionColumns(elf);
  for (let table = 0; table < count; table++) {
    if ((type[table] !== SHT.SYMTAB && type[table] !== SHT.DYNSYM) || dropped.has(table) || contents.has(table)) {
      continue;
    }

    const symbols = sectionSymbols(elf, table);
    // A symbol's new fields go to where the new order has it.
    const shift =
      order && symbols.offset === elf.dynamicSymbols?.offset
        ? (index: number) => (order(index) - index) * Sym.size(h.class)
        : () => 0;
    for (const { at, index, symbol } of symbols.records()) {
      const value = symbol.exact("value");
      const now = follow(symbol.shndx, value, () => nameAt(symbols.strings, symbol.name));
      if (now !== value) following.pokeWord(at + shift(index) + valueAt, now);
    }
  }
}

/** Where symbols and sections are now, for tables that are written anew. */
export function followers(rows: SectionRows, places: TablePlaces, renumbered: Uint32Array | undefined): Followers {
  const follow = valueFollower(rows, places);
  return {
    section: (index) => renumbered?.[index] ?? index,
    value: (shndx, value, name) => follow?.(shndx, value, name) ?? value,
    moves: follow !== undefined,
  };
}

/** The new value of a symbol; undefined where nothing moved. */
function valueFollower(
  rows: SectionRows,
  places: TablePlaces,
): ((shndx: number, value: bigint, name: () => string) => bigint) | undefined {
  if (places.moves.length === 0) return undefined;

  const sections = movedSections(rows, places);
  const dynamic = places.moveOf("dynamic");
  return (shndx, value, name) => {
    const section = sections.get(shndx);
    const moved = section && section.start <= value && value < section.end ? value + section.by : value;
    return dynamic && value === dynamic.was.address && moved === value && name() === "_DYNAMIC"
      ? dynamic.address
      : moved;
  };
}

/**
 * The highest section index that a loaded symbol names, where sections below loaded ones go; else 0. Loaded bytes do
 * not change, so no section up to there gets another index.
 */
export function lastNamedSection(elf: ElfFile, dropped: ReadonlySet<number>): number {
  const c = sectionColumns(elf);
  const first = smallest(dropped);
  let last = 0;
  let behind = first + 1;
  while (behind < c.count && !loadedAt(c, behind)) behind++;

  if (behind < c.count) {
    for (const t of sectionsOf(elf, SHT.DYNSYM).filter(isLoaded)) {
      for (const { symbol } of sectionSymbols(elf, t.index).records()) {
        if (symbol.shndx < SHN.LORESERVE) last = Math.max(last, symbol.shndx);
      }
    }
  }

  return last;
}

/**
 * Sections of the input that have another address now, and the addresses whose symbols go along: those of the bytes
 * that moved, and the section's end.
 */
function movedSections(
  rows: SectionRows,
  { elf, moves }: TablePlaces,
): Map<number, { start: bigint; end: bigint; by: bigint }> {
  const out = new Map<number, { start: bigint; end: bigint; by: bigint }>();
  for (let row = 0; row < rows.inputs; row++) {
    const index = rows.was(row)!;
    const old = sectionAt(elf, index).header;
    const start = old.exact("addr");
    const by = rows.view(row).exact("addr") - start;
    const move =
      by === 0n ? undefined : moves.find(({ was }) => was.offset <= old.offset && old.offset < was.offset + was.size);
    if (!move) continue;

    const sectionEnd = start + old.exact("size");
    const movedEnd = move.was.address + BigInt(move.was.size);
    out.set(index, { start, end: movedEnd < sectionEnd ? movedEnd : sectionEnd + 1n, by });
  }

  return out;
}
