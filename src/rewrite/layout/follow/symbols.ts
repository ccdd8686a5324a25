import { smallest } from "../../../codec/ascending.js";
import { Sym } from "../../../codec/records.js";
import { sectionColumns } from "../../../image/headers/section-columns.js";
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

/** The new value of a symbol, from its st_shndx, its value and its name. */
type ValueFollower = (shndx: number, value: bigint, name: () => string) => bigint;

/** Makes symbols that are not rewritten as a whole, and `_DYNAMIC`, take the new addresses of what moved. */
export function fixSymbols(
  following: Following,
  places: TablePlaces,
  { contents, dropped, symbolOrder: order }: Requests,
): void {
  const { elf, rows } = following;
  const h = elf.header;
  const follow = valueFollower(rows, places);
  if (!follow) return;

  const symbolSize = Sym.size(h.class);
  const valueAt = Sym.offsetOf("value", h.class);
  const { count, type } = sectionColumns(elf);
  for (let table = 0; table < count; table++) {
    const isSymbolTable = type[table] === SHT.SYMTAB || type[table] === SHT.DYNSYM;
    if (!isSymbolTable || dropped.has(table) || contents.has(table)) continue;

    // Where the order changes, a symbol's new value goes to its new index.
    const symbols = sectionSymbols(elf, table);
    const reorder = order && symbols.offset === elf.dynamicSymbols?.offset ? order : undefined;
    for (const { at, index, symbol } of symbols.records()) {
      const value = symbol.exact("value");
      const moved = follow(symbol.shndx, value, () => nameAt(symbols.strings, symbol.name));
      if (moved === value) continue;

      const shift = reorder ? (reorder(index) - index) * symbolSize : 0;
      following.pokeWord(at + shift + valueAt, moved);
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

/** Gives symbols their new values; undefined where nothing moved. */
function valueFollower(rows: SectionRows, places: TablePlaces): ValueFollower | undefined {
  if (places.moves.length === 0) return undefined;

  const sections = movedSections(rows, places);
  const dynamic = places.moveOf("dynamic");
  return (shndx, value, name) => {
    const section = sections.get(shndx);
    if (section && section.start <= value && value < section.end) return value + section.by;

    // `_DYNAMIC` may belong to a section that did not move, or be absolute.
    const isDynamic = dynamic && value === dynamic.was.address && name() === "_DYNAMIC";
    return isDynamic ? dynamic.address : value;
  };
}

/**
 * The highest section index that a loaded symbol names; 0 where no section that goes stands before it. Loaded bytes do
 * not change, so sections up to that index must keep theirs. Old linkers name sections there that are not loaded.
 */
export function lastNamedSection(elf: ElfFile, dropped: ReadonlySet<number>): number {
  let last = 0;
  for (const table of sectionsOf(elf, SHT.DYNSYM).filter(isLoaded)) {
    for (const piece of sectionSymbols(elf, table.index).pieces()) {
      for (const shndx of piece.words("shndx")) {
        if (shndx > last && shndx < SHN.LORESERVE) last = shndx;
      }
    }
  }
  return last < smallest(dropped) ? 0 : last;
}

/** The addresses of a section whose symbols move with it, from `start` up to, not including, `end`. */
interface MovedSection {
  readonly start: bigint;
  readonly end: bigint;
  /** Never 0. */
  readonly by: bigint;
}

/**
 * Sections of the input that have another address now, by index. The symbols that move are those of the bytes that
 * moved, and one at the section's end.
 */
function movedSections(rows: SectionRows, { elf, moves }: TablePlaces): Map<number, MovedSection> {
  const out = new Map<number, MovedSection>();

  for (let row = 0; row < rows.inputs; row++) {
    const index = rows.was(row)!;
    const old = sectionAt(elf, index).header;
    const start = old.exact("addr");
    const by = rows.view(row).exact("addr") - start;
    if (by === 0n) continue;

    const move = moves.find(({ was }) => was.offset <= old.offset && old.offset < was.offset + was.size);
    if (!move) continue;

    const sectionEnd = start + old.exact("size");
    const movedEnd = move.was.address + BigInt(move.was.size);
    out.set(index, { start, end: movedEnd < sectionEnd ? movedEnd : sectionEnd + 1n, by });
  }

  return out;
}
