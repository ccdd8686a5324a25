import { concat } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import { EI_OSABI, headerSize, headerView } from "../../image/headers/header.js";
import type { ElfFile } from "../../image/elf.js";
import { fail, hex } from "../../error.js";
import { fileRange } from "../../image/headers/sections.js";
import { elfEnd } from "../../image/headers/overlay.js";
import type { Requests } from "../wish/requests.js";
import { PN_XNUM, PT } from "../../spec/constants.js";
import { addSegment, growLast, growTrailing } from "./place/grow.js";
import { findPlaces, type Homeless } from "./place/places.js";
import { dropNotes } from "./follow/removed-notes.js";
import { FileMap } from "../pieces/pieces.js";
import { encodeDynamic, fixGot, fixSections, fixSegments, fixVersionSections } from "./follow/pointers.js";
import type { Layout } from "../passes/pass.js";
import type { SegmentWish } from "../wish/wish.js";
import type { LayoutOptions } from "./options.js";
import type { Placement } from "./placement.js";
import { type Placed, type Region, Rewrite } from "./rewrite.js";
import { addCovers, addSections, addTables, appendNames, dropRows, extendedNumbers, ownsNameTable, trimCovers } from "./follow/section-table.js";
import { fixSymbols, followers, lastNamedSection } from "./follow/symbols.js";
import { refuseOverlay } from "./tail/overlay.js";
import { blankTail, compactTail, keepTail, type Tail } from "./tail/tail.js";

/** Places everything the requests ask for in one pass, and makes every pointer follow. `NO_ROOM`, `OVERLAY`, `UNSAFE_INTEGER`, `UNSUPPORTED`. */
export function layOut(elf: ElfFile, requests: Requests, options: LayoutOptions): Layout {
  const rewrite = new Rewrite(elf), map = new FileMap(elf.source), { dropped } = requests;
  const homeless = findPlaces(rewrite, requests, !keepsOverlay(elf, options));
  const grows = homeless.regions.length > 0, tableLeaves = isInTheWay(elf, homeless.entries);
  // A new table needs a section, or strip would zero it.
  const addsRows = elf.header.shnum > 0 && (requests.tables.some((t) => !t.was) || requests.newSections.length > 0);
  const mustCut = grows || tableLeaves || addsRows || dropped.size > 0 || requests.contents.runs.length > 0 || requests.dropsHeaders;
  const leaves = (grows || rewrite.moves.length > 0) && elf.header.shnum > 0;
  // A payload may be found by the end of the section header table: where it keeps its place, so does the table, unless the file grows behind it.
  const keepsTable = keepsOverlay(elf, options) && !grows && !tableLeaves && !addsRows;
  // The end of the file stays untouched before an overlay while nothing but covers would change it.
  const covers = leaves && !keepsTable && (mustCut || elf.overlay === null);
  const cutsEnd = mustCut || covers;
  const tail = layTail(rewrite, map, requests, options, cutsEnd, growSegment(rewrite, homeless));
  let end = grows && !homeless.segment ? addSegment(rewrite, tail.end, homeless.regions, homeless.emptied) : tail.end;
  setSegments(rewrite, requests.segments);
  rewrite.assertApart();
  dropNotes(rewrite, requests);
  fixSegments(rewrite, tail.outputOf);
  fixSections(rewrite, requests, tail);
  fixVersionSections(rewrite, requests);
  if (addsRows) addTables(rewrite, requests);
  trimCovers(rewrite);
  if (covers) addCovers(rewrite);
  else if (leaves) rewrite.notes.push({ note: "UNCOVERED", message: "bytes that moved tables left behind have no section, since the section header table keeps its place before the overlay; strip would zero them" });
  fixSymbols(rewrite, requests);
  const renumbered = dropRows(rewrite, { ...requests, fixedUpTo: keepsTable ? Infinity : dropped.size > 0 ? lastNamedSection(rewrite, dropped) : 0 });
  writeContents(rewrite, requests, map, tail, renumbered);
  fixGot(rewrite);
  writeRegions(rewrite, requests, map, tail);
  end = addSections(rewrite, map, requests, end);
  end = writeTables(rewrite, requests, map, end, cutsEnd && !keepsTable);
  end = writeOverlay(rewrite, map, end, options, cutsEnd);
  noteRelro(rewrite);
  return { size: end, pieces: map.finish(end), notes: rewrite.notes, placements: rewrite.placed.map(reported) };
}

/** Go's linker puts the section header table right behind the program headers, where more of them may have to go. */
function isInTheWay({ header: h }: ElfFile, entries: number): boolean {
  const end = h.phoff + h.phnum * h.phentsize;
  return entries > 0 && h.shnum > 0 && h.shoff < end + entries * h.phentsize && h.shoff + h.shnum * h.shentsize > end;
}

/** Where the loaded part of the file ends, when its last segment grows. */
function growSegment(rewrite: Rewrite, { regions, segment, isOwn }: Homeless): number | undefined {
  if (regions.length === 0 || !segment) return undefined;
  return isOwn ? growTrailing(rewrite, segment, regions) : growLast(rewrite, segment, regions);
}

/** Program headers take the fields that edits want them to have. */
function setSegments(rewrite: Rewrite, segments: readonly SegmentWish[]): void {
  for (const { type, fields, added } of segments) {
    const found = rewrite.segments.filter((s) => s.view.type === type);
    if (found.length === 0 && added) Object.assign(rewrite.addSegment(type), { ...added, ...fields });
    for (const { view } of found) Object.assign(view, fields);
  }
}

const keepsOverlay = (elf: ElfFile, { overlay }: LayoutOptions): boolean => overlay === "keep-in-place" && elf.overlay !== null;

const reported = ({ region, strategy, offset, address, why }: Placed): Placement => ({
  region: region.name, strategy, offset, address: address <= Number.MAX_SAFE_INTEGER ? Number(address) : hex(address), size: region.newSize, why,
});

/** The name table is written anew at the end where nobody else uses it. */
function rewrittenSections(rewrite: Rewrite, { dropped }: Requests): ReadonlySet<number> {
  return new Set(ownsNameTable(rewrite, dropped) ? [rewrite.elf.header.shstrndx] : []);
}

/** Tables that name symbols or sections, and their strings, once every section has its index. */
function writeContents(rewrite: Rewrite, { contents, zeroed }: Requests, map: FileMap, { places }: Tail, renumbered: Uint32Array | undefined): void {
  const { elf } = rewrite, follow = followers(rewrite, renumbered);
  for (const { sections, at, sizes, bytes } of contents.runs) {
    const all = bytes(follow);
    for (let i = 0; i < sections.length; i++) map.write(places[sections[i]!]!, all, at[i]!, sizes[i]!);
  }
  for (const index of zeroed) {
    const { offset, size } = fileRange(elf.sections[index]!, elf.source);
    map.write(offset, new Uint8Array(size));
  }
}

function layTail(rewrite: Rewrite, map: FileMap, requests: Requests, { overlay }: LayoutOptions, cutsEnd: boolean, grownTo: number | undefined): Tail {
  if (!cutsEnd) return keepTail(rewrite, map);
  const behind = rewrite.elf.overlay;
  if (behind && overlay === undefined) refuseOverlay({ start: behind.offset, end: behind.offset + behind.size });
  if (keepsOverlay(rewrite.elf, { overlay })) return blankTail(rewrite, map, requests);
  return compactTail(rewrite, map, requests, { rewritten: rewrittenSections(rewrite, requests), overlay, grownTo });
}

/** Every region's bytes at its place, then what was asked of single bytes. */
function writeRegions(rewrite: Rewrite, requests: Requests, map: FileMap, tail: Tail): void {
  const { elf } = rewrite;
  for (const { offset, bytes } of rewrite.newBytes) map.write(offset, bytes);
  const dynamic = encodeDynamic(rewrite, requests);
  for (const { region, offset } of rewrite.placed) map.write(offset, contentOf(rewrite, region, requests, dynamic));
  if (dynamic && !rewrite.placeOf(".dynamic")) map.write(elf.dynamic!.offset, dynamic);
  for (const w of [...requests.writes, ...rewrite.pokes]) {
    const m = rewrite.moves.find(({ region: r }) => r.offset <= w.offset && w.offset < r.offset + r.size);
    map.write(m ? w.offset - m.region.offset + m.offset : tail.outputOf(w.offset), w.bytes);
  }
}

function contentOf(rewrite: Rewrite, region: Region, requests: Requests, dynamic: Uint8Array | undefined): Uint8Array {
  const { elf } = rewrite;
  const old = () => readExactly(elf.source, region.offset, region.size, region.name);
  if (region.offset === elf.segments.find((s) => s.type === PT.INTERP)?.offset) {
    if (!requests.interpreter) return old();
    // A shorter path leaves the room of the longer one: the string ends at its NUL.
    const stays = rewrite.placeOf(".interp")?.strategy === "in-place";
    return stays ? concat([requests.interpreter, new Uint8Array(region.size - requests.interpreter.length)]) : requests.interpreter;
  }
  if (region.offset === elf.dynamic?.strings?.offset) return requests.strings ?? old();
  const table = requests.tables.find((t) => (t.was ? t.was.offset === region.offset : t.tag === region.tag));
  if (table) return table.bytes;
  return region.name === ".dynamic" && dynamic ? dynamic : old();
}

/** The program header table, the section header table and the ELF header. Returns the end of the output so far. */
function writeTables(rewrite: Rewrite, { dropped, contents, header: wanted, dropsHeaders }: Requests, map: FileMap, end: number, atEnd: boolean): number {
  const { elf } = rewrite, h = elf.header;
  const bytes = readExactly(elf.source, 0, headerSize(h), "the ELF header").slice(), header = headerView(bytes, h);
  if (rewrite.segments.length !== h.phnum) {
    const zero = rewrite.sections.length > 0 ? rewrite.sections.view(0) : undefined;
    if (header.phnum !== PN_XNUM) header.phnum = rewrite.segments.length;
    else if (zero && !dropsHeaders) zero.info = rewrite.segments.length;
    else fail("UNSUPPORTED", "e_phnum is PN_XNUM, but there is no section header 0 to hold the new number", { what: "PN_XNUM without section headers" });
  }
  map.write(h.phoff, concat(rewrite.segments.map((s) => s.bytes)));
  if (dropsHeaders) Object.assign(header, { shoff: 0, shnum: 0, shstrndx: 0 });
  else if (atEnd && elf.header.shnum > 0) {
    const table = appendNames(rewrite, map, end, ownsNameTable(rewrite, dropped) && !contents.has(h.shstrndx), dropped.size > 0, contents.has(h.shstrndx));
    header.shoff = table.shoff;
    end = table.shoff + rewrite.sections.length * h.shentsize;
  }
  // A table that stays and keeps its length keeps the numbers that the ELF header has of it.
  if (!dropsHeaders && (atEnd || dropped.size > 0)) Object.assign(header, extendedNumbers(rewrite));
  if (!dropsHeaders) map.write(header.shoff, rewrite.sections.bytes());
  if (wanted.osabi !== undefined) bytes[EI_OSABI] = wanted.osabi;
  map.write(0, bytes);
  return end;
}

function writeOverlay(rewrite: Rewrite, map: FileMap, end: number, { overlay }: LayoutOptions, cutsEnd: boolean): number {
  const { elf } = rewrite, behind = elf.overlay;
  if (!behind) {
    if (overlay === "drop") rewrite.notes.push({ note: "NOT_FOUND", message: 'overlay: "drop": no bytes follow the end of the ELF file (a payload that an earlier rewrite kept in place lies inside it now)' });
    return end;
  }
  const of = `${behind.size} bytes behind the end of the ELF file`;
  if (overlay === "drop") {
    rewrite.notes.push({ note: "OVERLAY", message: `${of} were dropped` });
    return cutsEnd ? end : elfEnd(elf);
  }
  if (!cutsEnd || overlay === "keep-in-place") return end;
  map.keep(behind.offset, behind.size, end);
  rewrite.notes.push({ note: "OVERLAY", message: `${of} moved from offset ${behind.offset} to ${end}; a payload that is found by a fixed offset needs overlay: "keep-in-place"` });
  return end + behind.size;
}

/** Full RELRO makes .dynamic read-only after start-up; one that had to leave is not covered any more. */
function noteRelro(rewrite: Rewrite): void {
  const move = rewrite.moves.find((m) => m.region.name === ".dynamic"), relro = rewrite.segment(PT.GNU_RELRO);
  const covers = (address: bigint) => relro !== undefined && relro.exact("vaddr") <= address && address < relro.exact("vaddr") + relro.exact("memsz");
  if (!move || !covers(move.region.address) || covers(move.address)) return;
  rewrite.notes.push({ note: "LEFT_RELRO", message: ".dynamic had to move out of PT_GNU_RELRO, so it stays writable while the program runs" });
}
