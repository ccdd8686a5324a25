import { viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import type { ElfFile } from "../image/elf.js";
import { sectionColumns } from "../image/headers/section-columns.js";
import { nameAt } from "../image/strings.js";
import { extendedSection } from "../image/symbols/symbols.js";
import { fail } from "../error.js";
import { SHN, SHT } from "../spec/constants.js";
import { GONE, type SymbolSelection } from "./select.js";
import { type CompactTable, compactTable } from "../tables/compact-strings.js";
import { type ContentRun, oneContent } from "../rewrite/wish/contents.js";
import type { Followers } from "../rewrite/wish/followers.js";

/** The new .symtab, with its .strtab if symbols go, and its SHT_SYMTAB_SHNDX if it has one. */
export function* symbolContents(
  elf: ElfFile,
  table: number,
  selection: SymbolSelection,
  dropped: ReadonlySet<number>,
): Generator<ContentRun> {
  const { count, locals, indexes } = selection;
  const strings = sectionColumns(elf).link[table]!;
  const mayCompact = count < indexes.length && isOnlyUser(elf, table, strings);
  const names = mayCompact ? compactNames(selection) : undefined;
  const indexTable = extendedSection(elf, table);
  const extended = indexTable && !dropped.has(indexTable.index) ? indexTable.index : undefined;

  const records = (follow: Followers) => symbolRecords(elf, selection, follow, names?.offsets, extended !== undefined);
  yield oneContent(table, count * Sym.size(elf.header.class), records, locals);
  if (names) yield oneContent(strings, names.bytes.length, () => names.bytes);
  if (extended !== undefined) {
    yield oneContent(extended, count * 4, (follow) => extendedRecords(elf, selection, follow));
  }
}

/**
 * Does no other section take strings from the table? The names of sections may stand there: they get a table of their
 * own. But not in front of an overlay, which may keep its place, and the section header table with it.
 */
function isOnlyUser(elf: ElfFile, table: number, strings: number): boolean {
  const { count, type, link } = sectionColumns(elf);
  if (strings >= count || type[strings] !== SHT.STRTAB) return false;
  if (strings === elf.header.shstrndx && elf.overlay !== null) return false;

  for (let i = 0; i < count; i++) {
    if (link[i] === strings && i !== table && type[i] !== SHT.NULL) return false;
  }
  return true;
}

/** The strings of the symbols that stay. Undefined if one of these leads out of the table: it has no name to keep. */
function compactNames({ indexes, count, names, strings }: SymbolSelection): CompactTable | undefined {
  if (!strings) return undefined;

  const table = strings.load();
  const lastNul = table.lastIndexOf(0);
  const offsets = new Uint32Array(count);
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i]!;
    if (index === GONE) continue;
    if (names[i]! > lastNul) return undefined;
    offsets[index] = names[i]!;
  }

  return compactTable(table, offsets);
}

function symbolRecords(
  elf: ElfFile,
  { bytes, indexes, count, homes, strings }: SymbolSelection,
  follow: Followers,
  names: Uint32Array | undefined,
  hasExtended: boolean,
): Uint8Array {
  const entry = Sym.size(elf.header.class);
  const out = new Uint8Array(count * entry);

  // Runs of symbols that stay are copied whole.
  for (let i = 0; i < indexes.length;) {
    let end = i;
    while (end < indexes.length && indexes[end] !== GONE) end++;
    if (end > i) out.set(bytes.subarray(i * entry, end * entry), indexes[i]! * entry);
    i = end + 1;
  }

  const view = Sym.view(viewOf(out), 0, elf.header);
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i]!;
    if (index === GONE) continue;

    view.moveTo(index * entry);
    const oldSection = homes[i]!;
    if (follow.moves) {
      const value = follow.value(oldSection, view.exact("value"), () => nameAt(strings, view.name));
      view.setExact("value", value);
    }
    if (names) view.name = names[index]!;
    if (oldSection <= SHN.UNDEF) continue;

    const section = follow.section(oldSection);
    const isExtended = section >= SHN.LORESERVE;
    if (isExtended && !hasExtended) {
      fail("UNSUPPORTED", `symbol ${i} is in section ${section}, and the file has no SHT_SYMTAB_SHNDX to say so`, {
        what: "SHT_SYMTAB_SHNDX",
      });
    }
    view.shndx = isExtended ? SHN.XINDEX : section;
  }

  return out;
}

/** Only symbols whose st_shndx is SHN_XINDEX have an entry other than 0 (gABI, "Symbol Table"). */
function extendedRecords(elf: ElfFile, { indexes, count, extended }: SymbolSelection, follow: Followers): Uint8Array {
  const out = new Uint8Array(count * 4);
  const v = viewOf(out);
  for (let i = 0; i < indexes.length; i++) {
    const oldSection = extended?.[i] ?? 0;
    if (indexes[i] === GONE || oldSection === 0) continue;

    const section = follow.section(oldSection);
    if (section >= SHN.LORESERVE) v.setUint32(indexes[i]! * 4, section, elf.header.littleEndian);
  }

  return out;
}
