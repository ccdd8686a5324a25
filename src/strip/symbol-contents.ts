import { viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import type { ElfFile } from "../image/elf.js";
import { sectionColumns } from "../image/headers/section-columns.js";
import { nameAt } from "../image/strings.js";
import { extendedSection } from "../image/symbols/symbols.js";
import { fail } from "../error.js";
import { SHN, SHT } from "../spec/constants.js";
import { GONE, type SymbolSelection } from "./select.js";
import { compactTable } from "../tables/compact-strings.js";
import { type ContentRun, oneContent } from "../rewrite/wish/contents.js";
import type { Followers } from "../rewrite/wish/followers.js";

/** .symtab as it is after a strip, with .strtab where symbols go, and SHT_SYMTAB_SHNDX. */
export function* symbolContents(
  elf: ElfFile,
  table: number,
  selection: SymbolSelection,
  dropped: ReadonlySet<number>,
): Generator<ContentRun> {
  const { count, locals, indexes } = selection;
  const strings = sectionColumns(elf).link[table]!;
  const names = count < indexes.length && mayRewrite(elf, table, strings) ? namesOf(selection) : undefined;
  const indexTable = extendedSection(elf, table);
  const extended = indexTable && !dropped.has(indexTable.index) ? indexTable.index : undefined;
  yield oneContent(
    table,
    count * Sym.size(elf.header.class),
    (follow) => symbolRecords(elf, selection, follow, names?.offsets, extended !== undefined),
    locals,
  );
  if (names) yield oneContent(strings, names.bytes.length, () => names.bytes);

  if (extended !== undefined) {
    yield oneContent(extended, count * 4, (follow) => extendedRecords(elf, selection, follow));
  }
}

/**
 * Nobody else takes strings from the table, the names of sections aside, which get a table of their own: not before an
 * overlay, which may keep its place, and the section header table with it.
 */
function mayRewrite(elf: ElfFile, table: number, strings: number): boolean {
  const { count, type, link } = sectionColumns(elf);
  if (strings >= count || type[strings] !== SHT.STRTAB || (strings === elf.header.shstrndx && elf.overlay !== null)) {
    return false;
  }
  for (let i = 0; i < count; i++) if (link[i] === strings && i !== table && type[i] !== SHT.NULL) return false;
  return true;
}

/**
 * The strings that the symbols which stay need; undefined where one leads nowhere, and so says nothing that could be
 * kept.
 */
function namesOf({
  indexes,
  count,
  names,
  strings,
}: SymbolSelection): { bytes: Uint8Array; offsets: Uint32Array } | undefined {
  if (!strings) return undefined;

  const all = strings.load();
  const last = all.lastIndexOf(0);
  const offsets = new Uint32Array(count);

  for (let i = 0, n = 0; i < indexes.length; i++) {
    if (indexes[i] === GONE) continue;
    if (names[i]! > last) return undefined;
    offsets[n++] = names[i]!;
  }

  return compactTable(all, offsets);
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
  const view = Sym.view(viewOf(out), 0, elf.header);

  // Runs of symbols that stay are copied whole.
  for (let i = 0; i < indexes.length;) {
    let end = i;
    while (end < indexes.length && indexes[end] !== GONE) end++;
    if (end > i) out.set(bytes.subarray(i * entry, end * entry), indexes[i]! * entry);
    i = end + 1;
  }

  for (let i = 0; i < indexes.length; i++) {
    const n = indexes[i]!;
    if (n === GONE) continue;

    view.moveTo(n * entry);
    const was = homes[i]!;
    if (follow.moves) {
      view.setExact(
        "value",
        follow.value(was, view.exact("value"), () => nameAt(strings, view.name)),
      );
    }

    if (names) view.name = names[n]!;
    if (was <= SHN.UNDEF) continue;

    const now = follow.section(was);
    if (now >= SHN.LORESERVE && !hasExtended) {
      fail("UNSUPPORTED", `symbol ${i} is in section ${now}, and the file has no SHT_SYMTAB_SHNDX to say so`, {
        what: "SHT_SYMTAB_SHNDX",
      });
    }

    view.shndx = now >= SHN.LORESERVE ? SHN.XINDEX : now;
  }

  return out;
}

/** Only symbols whose st_shndx is SHN_XINDEX have an entry other than 0 (gABI, "Symbol Table"). */
function extendedRecords(
  elf: ElfFile,
  { indexes, count, extended }: SymbolSelection,
  { section }: Followers,
): Uint8Array {
  const out = new Uint8Array(count * 4);
  const v = viewOf(out);
  for (let i = 0; i < indexes.length; i++) {
    const was = extended?.[i] ?? 0;
    if (indexes[i] === GONE || was === 0) continue;
    const now = section(was);
    if (now >= SHN.LORESERVE) v.setUint32(indexes[i]! * 4, now, elf.header.littleEndian);
  }

  return out;
}
