import { alignUp, concat, encodeText, viewOf } from "../codec/bytes.js";
import { wordSize } from "../codec/encoding.js";
import { Shdr, type ShdrView } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { ownNotes } from "../image/notes.js";
import { fileRange, isLoaded } from "../image/sections.js";
import { PF, PT, SHF, SHN, SHT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import type { Requests } from "../request/requests.js";
import { compactTable } from "../tables/compact-strings.js";
import { GrowingStrings } from "../tables/strings.js";
import { COVER_NAME, KEPT_NAME } from "./covers.js";
import type { FileMap } from "./pieces.js";
import { merged, type Range, subtract } from "./ranges.js";
import type { Rewrite, SectionRow } from "./rewrite.js";

const NAME_TABLE = ".shstrtab";
const COVERS: readonly string[] = [COVER_NAME, KEPT_NAME];

function newRow(rewrite: Rewrite, name: string, fields: Partial<Record<"type" | "flags" | "addr" | "offset" | "size" | "addralign", number>>): SectionRow {
  const bytes = new Uint8Array(rewrite.elf.header.shentsize), view = Shdr.view(viewOf(bytes), 0, rewrite.elf.header);
  Object.assign(view, { addralign: 1, ...fields });
  return { bytes, view, name, was: undefined };
}

/** Section headers of the tables that the file had not. Their links are by the input's numbers, as those of the others are still. */
export function addTables(rewrite: Rewrite, { tables }: Requests): void {
  const { elf } = rewrite, symbols = elf.sections.find((s) => s.header.type === SHT.DYNSYM && s.header.exact("addr") === elf.dynamic?.get(DT.SYMTAB));
  const links = { symbols: symbols?.index ?? 0, strings: symbols?.header.link ?? 0 };
  for (const t of tables.filter((t) => !t.was)) {
    const place = rewrite.placed.find((p) => p.region.tag === t.tag)!, { type, entsize, link, info } = t.section;
    const row = newRow(rewrite, t.name, { type, flags: SHF.ALLOC, offset: place.offset, size: t.bytes.length, addralign: t.align });
    Object.assign(row.view, { entsize, link: links[link], info });
    row.view.setExact("addr", place.address);
    rewrite.sections.push(row);
  }
}

/** Sections for tools that the file had not, behind everything else. Returns the new end. */
export function addSections(rewrite: Rewrite, map: FileMap, { newSections }: Requests, end: number): number {
  for (const { name, type, align, bytes } of newSections) {
    const offset = alignUp(end, align);
    rewrite.sections.push(newRow(rewrite, name, { type, offset, size: bytes.length, addralign: align }));
    map.write(offset, bytes);
    end = offset + bytes.length;
  }
  return end;
}

/** The end of the program header table as it will be. */
const tableEnd = ({ elf: { header: h }, segments }: Rewrite): number => h.phoff + segments.length * h.phentsize;

/** Covers of earlier patches that the grown program header table reaches into begin behind it. */
export function trimCovers(rewrite: Rewrite): void {
  const start = tableEnd(rewrite);
  for (const { view: s, name } of rewrite.sections) if (COVERS.includes(name) && s.offset >= rewrite.elf.header.phoff && s.offset < start) shorten(s, start);
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
  rewrite.sections.push(newRow(rewrite, name, { type: SHT.PROGBITS, flags, addr: load.vaddr + start - load.offset, offset: start, size: end - start }));
}

/** Where in this range a program may read its own _DYNAMIC or notes. */
const addressable = ({ elf, moves }: Rewrite, start: number, end: number): number[] =>
  moves.filter(({ region: r }) => r.offset < end && r.offset + r.size > start).flatMap(({ region: r }) => (r.name === ".dynamic" ? [r.offset] : r.name === "notes" ? ownNotes(elf, r).map((n) => n.offset) : []));

/** The old places of what moved: of the tables, and of their sections, which may hold more than the loader's part. */
function leftBehind(rewrite: Rewrite): Range[] {
  const { elf } = rewrite;
  const tables = rewrite.moves.map(({ region: r }) => ({ start: r.offset, end: r.offset + r.size }));
  const sections = rewrite.sections.flatMap(({ was, view, name }): Range[] => {
    // A cover is never moved: where its address is another, it was only trimmed.
    const old = was === undefined || COVERS.includes(name) ? undefined : elf.sections[was]!.header;
    return !old || !(old.flags & SHF.ALLOC) || old.type === SHT.NOBITS || view.exact("addr") === old.exact("addr") ? [] : [{ start: old.offset, end: old.offset + old.size }];
  });
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

/** Takes dropped sections out. Gives each that stays its index; undefined where none is dropped. */
export function dropRows(rewrite: Rewrite, { dropped, ungrouped, fixedUpTo }: Rows): Map<number, number> | undefined {
  for (const { was, view } of rewrite.sections) if (was !== undefined && ungrouped.has(was)) view.flags &= ~SHF.GROUP;
  if (dropped.size === 0) return undefined;
  const isDropped = (s: SectionRow) => s.was !== undefined && dropped.has(s.was), stays = (s: SectionRow) => !isDropped(s) || s.was! <= fixedUpTo;
  const rows = rewrite.sections.filter(stays);
  for (const s of rows) if (isDropped(s)) s.bytes.fill(0);
  rewrite.sections.length = 0;
  for (const s of rows) rewrite.sections.push(s);
  const renumbered = new Map<number, number>();
  rows.forEach((s, i) => s.was !== undefined && !isDropped(s) && renumbered.set(s.was, i));
  for (const { view: s } of rows) {
    // A link to a section that went becomes 0; a loaded one (.rela.plt of a static program) does not need it to run.
    s.link = renumbered.get(s.link) ?? 0;
    if (s.flags & SHF.INFO_LINK || s.type === SHT.REL || s.type === SHT.RELA || s.type === SHT.CREL) s.info = renumbered.get(s.info) ?? 0;
  }
  return renumbered;
}

/** May the name table be written anew at another place? Not where it is loaded, or other sections take strings from it. */
export function ownsNameTable(rewrite: Rewrite, dropped: ReadonlySet<number>): boolean {
  const { elf } = rewrite, index = elf.header.shstrndx, table = elf.sections[index];
  return index !== 0 && table !== undefined && table.header.type === SHT.STRTAB && !isLoaded(table) && !elf.sections.some((s) => s.header.link === index && !dropped.has(s.index) && s.header.type !== SHT.NULL);
}

/** Writes the names at `end`, behind everything else, and says where the table follows. */
export function appendNames(rewrite: Rewrite, map: FileMap, end: number, owned: boolean, rebuild: boolean, splits: boolean): { shoff: number } {
  const { elf } = rewrite, h = elf.header;
  let row = owned ? rewrite.sections.find((s) => s.was === h.shstrndx) : undefined;
  if (!row && (splits || h.shstrndx === 0 || rewrite.sections.some((s) => s.was === undefined))) {
    row = newRow(rewrite, NAME_TABLE, { type: SHT.STRTAB });
    rewrite.sections.push(row);
  }
  if (row) {
    rewrite.nameTable = row;
    const names = nameBytes(rewrite, row, rebuild);
    Object.assign(row.view, { offset: end, size: names.length });
    map.write(end, names);
    end += names.length;
  }
  return { shoff: alignUp(end, wordSize(h)) };
}

/** Fills sh_name of every row that needs it. Where one leads nowhere, all keep their place and the table only grows. */
function nameBytes(rewrite: Rewrite, row: SectionRow, rebuild: boolean): Uint8Array {
  const { elf } = rewrite, table = elf.header.shstrndx === 0 ? undefined : elf.sections[elf.header.shstrndx];
  const { offset, size } = table ? fileRange(table, elf.source) : { offset: 0, size: 0 }, old = size === 0 ? new Uint8Array(1) : readExactly(elf.source, offset, size, NAME_TABLE);
  const t = new GrowingStrings(old[old.length - 1] === 0 ? old : concat([old, new Uint8Array(1)]));
  for (const s of rewrite.sections) if (s.was === undefined) s.view.name = t.add(concat([encodeText(s.name), new Uint8Array(1)]));
  const all = t.bytes();
  if ((row.was !== undefined && !rebuild) || rewrite.sections.some((s) => s.view.name >= all.length)) return all;
  const { bytes, offsets } = compactTable(all, Uint32Array.from(rewrite.sections, (s) => s.view.name));
  rewrite.sections.forEach((s, i) => (s.view.name = offsets[i]!));
  return bytes;
}

/** The counts as the ELF header holds them; large ones stand in section header 0 (gABI, "ELF Header"). */
export function extendedNumbers(rewrite: Rewrite): { shnum: number; shstrndx: number } {
  const shnum = rewrite.sections.length, shstrndx = Math.max(0, rewrite.sections.findIndex((s) => s === rewrite.nameTable));
  const zero = rewrite.sections[0]?.view;
  if (!zero) return { shnum: 0, shstrndx: 0 };
  const manySections = shnum >= SHN.LORESERVE, farNames = shstrndx >= SHN.LORESERVE;
  zero.size = manySections ? shnum : 0;
  zero.link = farNames ? shstrndx : 0;
  return { shnum: manySections ? 0 : shnum, shstrndx: farNames ? SHN.XINDEX : shstrndx };
}
