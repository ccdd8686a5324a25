import { alignUp, concat, encodeText } from "../../../codec/bytes.js";
import { wordSize } from "../../../codec/encoding.js";
import type { ShdrView } from "../../../codec/records.js";
import { readExactly } from "../../../codec/source.js";
import { ownNotes } from "../../../image/notes/notes.js";
import { holdsRelocations } from "../../../image/relocations/relocation-sections.js";
import { loadedAt, sectionColumns } from "../../../image/headers/section-columns.js";
import { fileRange, sectionAt, sectionsOf } from "../../../image/headers/sections.js";
import { PF, PT, SHF, SHN, SHT } from "../../../spec/constants.js";
import { DT } from "../../../spec/dynamic.js";
import type { Requests } from "../../wish/requests.js";
import { compactTable } from "../../../tables/compact-strings.js";
import { GrowingStrings } from "../../../tables/strings.js";
import { COVER_NAME, KEPT_NAME } from "../place/covers.js";
import type { FileMap } from "../../pieces/pieces.js";
import { merged, type Range, subtract } from "../../pieces/ranges.js";
import type { Rewrite } from "../rewrite.js";

const NAME_TABLE = ".shstrtab";
const COVERS: readonly string[] = [COVER_NAME, KEPT_NAME];

/** Section headers of the tables that the file had not. Their links are by the input's numbers, as those of the others are still. */
export function addTables(rewrite: Rewrite, { tables }: Requests): void {
  const { elf } = rewrite, symbols = sectionsOf(elf, SHT.DYNSYM).find((s) => s.header.exact("addr") === elf.dynamic?.get(DT.SYMTAB));
  const links = { symbols: symbols?.index ?? 0, strings: symbols?.header.link ?? 0 };
  for (const t of tables.filter((t) => !t.was)) {
    const place = rewrite.placed.find((p) => p.region.tag === t.tag)!, { type, entsize, link, info } = t.section;
    const row = rewrite.sections.add(t.name, { type, flags: SHF.ALLOC, offset: place.offset, size: t.bytes.length, addralign: t.align, entsize, link: links[link], info });
    rewrite.sections.view(row).setExact("addr", place.address);
  }
}

/** Sections for tools that the file had not, behind everything else. Returns the new end. */
export function addSections(rewrite: Rewrite, map: FileMap, { newSections }: Requests, end: number): number {
  for (const { name, type, align, bytes } of newSections) {
    const offset = alignUp(end, align);
    rewrite.sections.add(name, { type, offset, size: bytes.length, addralign: align });
    map.write(offset, bytes);
    end = offset + bytes.length;
  }
  return end;
}

/** The end of the program header table as it will be. */
const tableEnd = ({ elf: { header: h }, segments }: Rewrite): number => h.phoff + segments.length * h.phentsize;

/** Covers of earlier patches that the grown program header table reaches into begin behind it. */
export function trimCovers(rewrite: Rewrite): void {
  const start = tableEnd(rewrite), { sections: rows, elf: { header: { phoff } } } = rewrite;
  for (let row = 0; start > phoff && row < rows.length; row++) {
    const s = rows.view(row), offset = s.near("offset");
    if (offset >= phoff && offset < start && COVERS.includes(rows.name(row))) shorten(s, start);
  }
}

/**
 * What a move left behind gets a section of its own: `strip` zeroes loaded bytes that no section covers, and a program may
 * read them (its own _DYNAMIC, its notes).
 */
export function addCovers(rewrite: Rewrite): void {
  for (const { start, end } of leftBehind(rewrite)) {
    const kept = Math.max(start, Math.min(end, ...addressable(rewrite, start, end)));
    addCover(rewrite, COVER_NAME, start, kept);
    addCover(rewrite, KEPT_NAME, kept, end);
  }
}

function addCover(rewrite: Rewrite, name: string, from: number, end: number): void {
  const { elf } = rewrite, behindTable = tableEnd(rewrite);
  const start = from < behindTable && from >= elf.header.phoff ? Math.min(behindTable, end) : from;
  const load = elf.segments.find((s) => s.type === PT.LOAD && s.offset <= start && end <= s.offset + s.filesz);
  if (start === end || !load || rewrite.vacated.some((v) => v.start <= start && end <= v.end)) return;
  const flags = SHF.ALLOC | (load.flags & PF.W ? SHF.WRITE : 0);
  rewrite.sections.add(name, { type: SHT.PROGBITS, flags, addr: load.vaddr + start - load.offset, offset: start, size: end - start });
}

/** Where in this range a program may read its own _DYNAMIC or notes. */
const addressable = ({ elf, moves }: Rewrite, start: number, end: number): number[] =>
  moves.filter(({ region: r }) => r.offset < end && r.offset + r.size > start).flatMap(({ region: r }) => (r.name === ".dynamic" ? [r.offset] : r.name === "notes" ? ownNotes(elf, r).map((n) => n.offset) : []));

/** The old places of what moved: of the tables, and of their sections, which may hold more than the loader's part. */
function leftBehind(rewrite: Rewrite): Range[] {
  const { elf, sections: rows } = rewrite, sections: Range[] = [];
  const tables = rewrite.moves.map(({ region: r }) => ({ start: r.offset, end: r.offset + r.size }));
  for (let row = 0; row < rows.inputs; row++) {
    const { header: old, name } = sectionAt(elf, rows.was(row)!);
    // A cover is never moved: where its address is another, it was only trimmed.
    if (old.flags & SHF.ALLOC && old.type !== SHT.NOBITS && rows.view(row).exact("addr") !== old.exact("addr") && !COVERS.includes(name)) sections.push({ start: old.offset, end: old.offset + old.size });
  }
  const taken = rewrite.placed.filter((p) => p.strategy === "hole").map((p) => ({ start: p.offset, end: p.offset + p.region.newSize }));
  return subtract(merged([...tables, ...sections]), merged(taken));
}

/** A cover that the grown program header table reaches into begins behind it: BFD moves the image down for an empty one below, too. */
function shorten(s: ShdrView, start: number): void {
  s.size = Math.max(0, s.size - (start - s.offset));
  s.addr += start - s.offset;
  s.offset = start;
}

/** What of the section header table does not change its index: nothing, all, or what loaded symbols name. */
export interface Rows {
  readonly dropped: ReadonlySet<number>;
  readonly ungrouped: ReadonlySet<number>;
  /** Dropped sections up to this index become SHT_NULL, so that the others keep theirs. */
  readonly fixedUpTo: number;
}

/** By the exact value: `&` makes a number below 0 of one with bit 31, SHF_EXCLUDE, and knows no bit above. */
const ungroup = (s: ShdrView): void => s.setExact("flags", s.exact("flags") & ~BigInt(SHF.GROUP));

/** Takes dropped sections out. Gives the new index of each section of the input, 0 for one that goes; undefined where none is dropped. */
export function dropRows(rewrite: Rewrite, { dropped, ungrouped, fixedUpTo }: Rows): Uint32Array | undefined {
  const { sections: rows, elf } = rewrite, names = rewrite.nameTable === undefined ? undefined : rows.was(rewrite.nameTable);
  for (let row = 0; ungrouped.size > 0 && row < rows.inputs; row++) if (ungrouped.has(rows.was(row)!)) ungroup(rows.view(row));
  if (dropped.size === 0) return undefined;
  rows.retain((was) => !dropped.has(was) || was <= fixedUpTo);
  if (names !== undefined) rewrite.nameTable = rows.indexOf(names);
  const renumbered = new Uint32Array(elf.header.shnum);
  for (let row = 0; row < rows.inputs; row++) {
    if (dropped.has(rows.was(row)!)) rows.clear(row);
    else renumbered[rows.was(row)!] = row;
  }
  const follow = (s: ShdrView): void => {
    // A link to a section that went becomes 0; a loaded one (.rela.plt of a static program) does not need it to run.
    s.link = renumbered[s.link] ?? 0;
    if (s.flags & SHF.INFO_LINK || holdsRelocations(s.type)) s.info = renumbered[s.info] ?? 0;
  };
  rows.eachInput(follow);
  for (let row = rows.inputs; row < rows.length; row++) follow(rows.view(row));
  return renumbered;
}

/** May the name table be written anew at another place? Not where it is loaded, or other sections take strings from it. */
export function ownsNameTable(rewrite: Rewrite, dropped: ReadonlySet<number>): boolean {
  const { elf } = rewrite, index = elf.header.shstrndx, c = sectionColumns(elf);
  if (index === 0 || index >= c.count || c.type[index] !== SHT.STRTAB || loadedAt(c, index)) return false;
  for (let i = 0; i < c.count; i++) if (c.link[i] === index && !dropped.has(i) && c.type[i] !== SHT.NULL) return false;
  return true;
}

/** Writes the names at `end`, behind everything else, and says where the table follows. */
export function appendNames(rewrite: Rewrite, map: FileMap, end: number, owned: boolean, rebuild: boolean, splits: boolean): { shoff: number } {
  const { elf, sections: rows } = rewrite, h = elf.header;
  let row = owned ? rows.indexOf(h.shstrndx) : -1;
  if (row < 0 && (splits || h.shstrndx === 0 || rows.length > rows.inputs)) row = rows.add(NAME_TABLE, { type: SHT.STRTAB });
  if (row >= 0) {
    rewrite.nameTable = row;
    const names = nameBytes(rewrite, row, rebuild);
    Object.assign(rows.view(row), { offset: end, size: names.length });
    map.write(end, names);
    end += names.length;
  }
  return { shoff: alignUp(end, wordSize(h)) };
}

/** Fills sh_name of every row that needs it. One that leads nowhere becomes 0: in a table that is new, or grows, it would lead to another section's name. */
function nameBytes({ elf, sections: rows }: Rewrite, own: number, rebuild: boolean): Uint8Array {
  const index = elf.header.shstrndx, { offset, size } = index === 0 || index >= elf.header.shnum ? { offset: 0, size: 0 } : fileRange(sectionAt(elf, index), elf.source);
  const old = size === 0 ? new Uint8Array(1) : readExactly(elf.source, offset, size, NAME_TABLE), limit = index === 0 || index >= elf.header.shnum ? 1 : size;
  const t = new GrowingStrings(old[old.length - 1] === 0 ? old : concat([old, new Uint8Array(1)])), names = new Uint32Array(rows.length);
  rows.eachInput(({ name }, _was, row) => {
    names[row] = name < limit ? name : 0;
  });
  for (let row = rows.inputs; row < rows.length; row++) names[row] = t.add(concat([encodeText(rows.name(row)), new Uint8Array(1)]));
  const all = t.bytes(), { bytes, offsets } = own < rows.inputs && !rebuild ? { bytes: all, offsets: names } : compactTable(all, names);
  rows.eachInput((view, _was, row) => {
    view.name = offsets[row]!;
  });
  for (let row = rows.inputs; row < rows.length; row++) rows.view(row).name = offsets[row]!;
  return bytes;
}

/** The counts as the ELF header holds them; large ones stand in section header 0 (gABI, "ELF Header"). */
export function extendedNumbers({ sections: rows, nameTable = -1 }: Rewrite): { shnum: number; shstrndx: number } {
  const shnum = rows.length, shstrndx = Math.max(0, nameTable);
  if (shnum === 0) return { shnum: 0, shstrndx: 0 };
  const zero = rows.view(0), manySections = shnum >= SHN.LORESERVE, farNames = shstrndx >= SHN.LORESERVE;
  zero.size = manySections ? shnum : 0;
  zero.link = farNames ? shstrndx : 0;
  return { shnum: manySections ? 0 : shnum, shstrndx: farNames ? SHN.XINDEX : shstrndx };
}
