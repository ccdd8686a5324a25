import { viewOf } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import type { ElfFile } from "../image/elf.js";
import type { Section } from "../image/sections.js";
import { nameAt } from "../image/strings.js";
import { extendedSection } from "../image/symbols.js";
import { fail } from "../error.js";
import { SHN, SHT } from "../spec/constants.js";
import { GONE, homeOf, type SymbolSelection } from "../strip/select.js";
import { compactTable } from "../tables/compact-strings.js";
import type { Followers, SectionContent } from "./requests.js";

/** .symtab as it is after a strip, with .strtab where symbols go, and SHT_SYMTAB_SHNDX; by section index. */
export function* symbolContents(elf: ElfFile, table: Section, selection: SymbolSelection, dropped: ReadonlySet<number>): Generator<[number, SectionContent]> {
  const { count, locals, indexes } = selection, entry = Sym.size(elf.header.class), strings = elf.sections[table.header.link];
  const names = count < indexes.length && mayRewrite(elf, table, strings) ? namesOf(elf, selection) : undefined;
  const indexTable = extendedSection(elf, table.index), extended = indexTable && !dropped.has(indexTable.index) ? indexTable : undefined;
  yield [table.index, { size: count * entry, info: locals, bytes: (follow) => symbolRecords(elf, selection, follow, names?.offsets, extended !== undefined) }];
  if (names) yield [strings!.index, { size: names.bytes.length, bytes: () => names.bytes }];
  if (extended) yield [extended.index, { size: count * 4, bytes: (follow) => extendedRecords(elf, selection, follow) }];
}

/**
 * Nobody else takes strings from the table, the names of sections aside, which get a table of their own: not before an overlay, which may keep its place, and
 * the section header table with it.
 */
function mayRewrite(elf: ElfFile, table: Section, strings: Section | undefined): boolean {
  const namesSections = strings?.index === elf.header.shstrndx;
  return strings !== undefined && strings.header.type === SHT.STRTAB && !(namesSections && elf.overlay !== null) && !elf.sections.some((s) => s.header.link === strings.index && s.index !== table.index && s.header.type !== SHT.NULL);
}

/** The strings that the symbols which stay need; undefined where one leads nowhere, and so says nothing that could be kept. */
function namesOf(elf: ElfFile, { bytes, indexes, count, strings }: SymbolSelection): { bytes: Uint8Array; offsets: Uint32Array } | undefined {
  if (!strings) return undefined;
  const all = strings.load(), last = all.lastIndexOf(0), view = Sym.view(viewOf(bytes), 0, elf.header), entry = Sym.size(elf.header.class), offsets = new Uint32Array(count);
  for (let i = 0, n = 0; i < indexes.length; i++) {
    if (indexes[i] === GONE) continue;
    view.moveTo(i * entry);
    if (view.name > last) return undefined;
    offsets[n++] = view.name;
  }
  return compactTable(all, offsets);
}

function symbolRecords(elf: ElfFile, { bytes, indexes, count, extended, strings }: SymbolSelection, follow: Followers, names: Uint32Array | undefined, hasExtended: boolean): Uint8Array {
  const entry = Sym.size(elf.header.class), out = new Uint8Array(count * entry), view = Sym.view(viewOf(out), 0, elf.header);
  // Runs of symbols that stay are copied whole.
  for (let i = 0; i < indexes.length; ) {
    let end = i;
    while (end < indexes.length && indexes[end] !== GONE) end++;
    if (end > i) out.set(bytes.subarray(i * entry, end * entry), indexes[i]! * entry);
    i = end + 1;
  }
  for (let i = 0; i < indexes.length; i++) {
    const n = indexes[i]!;
    if (n === GONE) continue;
    view.moveTo(n * entry);
    const was = homeOf(view.shndx, i, extended);
    if (follow.moves) view.setExact("value", follow.value(was, view.exact("value"), () => nameAt(strings, view.name)));
    if (names) view.name = names[n]!;
    if (was <= SHN.UNDEF) continue;
    const now = follow.section(was);
    if (now >= SHN.LORESERVE && !hasExtended) fail("UNSUPPORTED", `symbol ${i} is in section ${now}, and the file has no SHT_SYMTAB_SHNDX to say so`, { what: "SHT_SYMTAB_SHNDX" });
    view.shndx = now >= SHN.LORESERVE ? SHN.XINDEX : now;
  }
  return out;
}

/** Only symbols whose st_shndx is SHN_XINDEX have an entry other than 0 (gABI, "Symbol Table"). */
function extendedRecords(elf: ElfFile, { indexes, count, extended }: SymbolSelection, { section }: Followers): Uint8Array {
  const out = new Uint8Array(count * 4), v = viewOf(out);
  for (let i = 0; i < indexes.length; i++) {
    const was = extended?.[i] ?? 0;
    if (indexes[i] === GONE || was === 0) continue;
    const now = section(was);
    if (now >= SHN.LORESERVE) v.setUint32(indexes[i]! * 4, now, elf.header.littleEndian);
  }
  return out;
}
