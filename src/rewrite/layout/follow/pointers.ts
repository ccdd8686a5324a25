import { viewOf } from "../../../codec/bytes.js";
import { wordSize } from "../../../codec/encoding.js";
import { Dyn } from "../../../codec/records.js";
import { readExactly } from "../../../codec/source.js";
import { placedAt, sectionColumns } from "../../../image/headers/section-columns.js";
import { sectionAt, sectionsOf } from "../../../image/headers/sections.js";
import type { Requests } from "../../wish/requests.js";
import { PT, SHT } from "../../../spec/constants.js";
import { DT, dynamicTag } from "../../../spec/dynamic.js";
import type { Move, Placed, Rewrite } from "../rewrite.js";
import type { SectionRows } from "./section-rows.js";
import { LIES_OVER, unloadedSegments } from "../place/space.js";
import type { Tail } from "../tail/tail.js";

/** Program headers that lie over a table and follow it. PT_LOAD, PT_PHDR, PT_GNU_RELRO and PT_TLS never do. */
const STAYS: readonly number[] = [...LIES_OVER, PT.TLS];

const moveOfRange = (moves: readonly Move[], offset: number, size: number) => moves.find(({ region: r }) => r.offset <= offset && offset + size <= r.offset + r.size);

/** Is this header the region's own? Its size may differ a little (padding behind .dynstr, half an entry of .dynamic): the loader's counts. */
const isOwn = (p: Placed, name: string, offset: number): boolean => p.region.name === name && p.region.offset === offset;
const OWN_SEGMENT: Readonly<Record<number, string>> = { [PT.INTERP]: ".interp", [PT.DYNAMIC]: ".dynamic" };
const OWN_SECTION: Readonly<Record<number, string>> = { [SHT.PROGBITS]: ".interp", [SHT.DYNAMIC]: ".dynamic", [SHT.STRTAB]: ".dynstr", [SHT.GNU_VERNEED]: ".gnu.version_r" };

/** Program headers follow what moved, also in the part of the file that is not loaded; PT_INTERP and PT_DYNAMIC take the new size. */
export function fixSegments(rewrite: Rewrite, outputOf: (offset: number) => number): void {
  const { elf, moves } = rewrite, unloaded = new Set(unloadedSegments(elf).map((s) => s.offset));
  for (const { view: s } of rewrite.segments) {
    if (STAYS.includes(s.type) || s.exact("filesz") === 0n) continue;
    const own = rewrite.placed.find((p) => isOwn(p, OWN_SEGMENT[s.type] ?? "", s.offset));
    const move = own && moves.includes(own) ? own : moveOfRange(moves, s.offset, s.filesz);
    if (move) {
      const delta = move.address - move.region.address;
      s.offset += move.offset - move.region.offset;
      s.setExact("vaddr", s.exact("vaddr") + delta);
      s.setExact("paddr", s.exact("paddr") + delta);
    } else if (unloaded.has(s.offset)) s.offset = outputOf(s.offset);
    if (own && own.strategy !== "in-place") s.filesz = s.memsz = own.region.newSize;
  }
  const table = rewrite.segment(PT.PHDR);
  if (table && rewrite.segments.length !== elf.header.phnum) table.filesz = table.memsz = rewrite.segments.length * elf.header.phentsize;
}

/** Section headers follow what moved, also in the part of the file that is not loaded, and take the new sizes. */
export function fixSections(rewrite: Rewrite, requests: Requests, { outputOf, places }: Tail): void {
  const { elf, sections: rows, placed } = rewrite, { contents } = requests, c = sectionColumns(elf);
  rows.eachInput((s, was, row) => {
    const offset = c.offset[was]!;
    if (contents.has(was)) {
      s.offset = places[was]!;
      s.size = contents.size(was);
      s.info = contents.info(was) ?? s.info;
    } else if (s.type === SHT.NULL) {
      // Where extended numbers stand, or a cover that went.
    } else if (c.fileSize[was] === 0) {
      // It takes no bytes, but says where they would be.
      if (!placedAt(elf, c, was) && offset <= elf.source.size) s.offset = outputOf(offset);
    } else if (placed.length > 0) fixMoved(rewrite, row, outputOf);
    else s.offset = places[was]! >= 0 ? places[was]! : outputOf(s.offset);
  });
}

/** The header of a section that may have moved with a table of the loader's. */
function fixMoved({ elf, sections: rows, placed, moves }: Rewrite, row: number, outputOf: Tail["outputOf"]): void {
  const s = rows.view(row), old = sectionAt(elf, rows.was(row)!).header;
  const own = placed.find((p) => isOwn(p, OWN_SECTION[s.type] ?? "", old.offset) || (p.region.offset === old.offset && p.region.size === old.size));
  const move = own && moves.includes(own) ? own : moveOfRange(moves, old.offset, old.size);
  if (move) {
    s.offset += move.offset - move.region.offset;
    s.setExact("addr", s.exact("addr") + move.address - move.region.address);
  } else s.offset = outputOf(old.offset);
  if (own && own.strategy !== "in-place") s.size = own.region.newSize;
}

/** Version tables that have another number of records now, or that no tag leads to any more. */
export function fixVersionSections({ elf, sections: rows }: Rewrite, { dynamic, versionNeeds }: Requests): void {
  const rowsOf = (type: number, tag: number): number[] =>
    sectionsOf(elf, type).filter(({ header: h }) => h.exact("size") > 0n && h.exact("addr") === elf.dynamic?.get(tag)).map((s) => rows.indexOf(s.index)).filter((row) => row >= 0);
  if (versionNeeds !== undefined)
    for (const row of rowsOf(SHT.GNU_VERNEED, DT.VERNEED)) {
      if (versionNeeds === 0) retire(rows, row);
      // Its size stays: what follows the last record is zero, and of no other section.
      else rows.view(row).info = versionNeeds;
    }
  if (dynamic && !dynamic.some((e) => e.tag === DT.VERSYM)) for (const row of rowsOf(SHT.GNU_VERSYM, DT.VERSYM)) retire(rows, row);
}

/**
 * A version table that no tag leads to any more: tools would look for versions in it, and BFD takes none that is empty. Its
 * bytes stay covered. The name loses its dot, since eu-elflint knows which type a `.gnu.version` has.
 */
function retire(rows: SectionRows, row: number): void {
  const view = Object.assign(rows.view(row), { type: SHT.PROGBITS, link: 0, info: 0, entsize: 0 });
  if (rows.name(row).startsWith(".")) view.name++;
}

/** The bytes of .dynamic: address tags follow what moved, DT_STRSZ is the table's new size, spare entries are DT_NULL. */
export function encodeDynamic(rewrite: Rewrite, requests: Requests): Uint8Array | undefined {
  const { elf, moves } = rewrite, d = elf.dynamic;
  if (!d || (!requests.dynamic && moves.length === 0)) return undefined;
  const entries = requests.dynamic ?? d.entries;
  const placed = rewrite.placeOf(".dynamic");
  const size = placed?.region.newSize ?? d.size, address = placed?.address ?? d.address, entry = 2 * wordSize(elf.header);
  const bytes = new Uint8Array(size);
  // What follows the terminator is only written over where an entry takes it.
  if (!placed || placed.strategy === "in-place") bytes.set(readExactly(elf.source, d.offset, size, "the dynamic section"));
  bytes.fill(0, 0, Math.max(entries.length, d.entries.length) * entry);
  const strings = rewrite.placeOf(".dynstr");
  entries.forEach((e, i) => {
    const { kind } = dynamicTag(e.tag, elf.header.machine);
    let { value } = e;
    const made = rewrite.placed.find((p) => p.region.tag === e.tag);
    if (made) value = made.address;
    else if (e.tag === DT.STRSZ && requests.strings && strings) value = BigInt(strings.region.newSize);
    else if (kind === "address") value = followed(moves, value);
    else if (kind === "self-relative") {
      const was = d.entries.find((o) => o.tag === e.tag)!;
      value += d.address + BigInt(was.index * entry) - (address + BigInt(i * entry));
    }
    const record = Dyn.view(viewOf(bytes), i * entry, elf.header);
    record.setExact("tag", BigInt(e.tag));
    record.setExact("val", value);
  });
  return bytes;
}

/** An address inside a region that moved, at its new place. */
function followed(moves: readonly Move[], address: bigint): bigint {
  const m = moves.find(({ region: r }) => r.address <= address && address < r.address + BigInt(r.size));
  return m ? address - m.region.address + m.address : address;
}

/** GOT[0] holds the address of .dynamic on many machines (their psABIs); where it does, it follows. */
export function fixGot(rewrite: Rewrite): void {
  const { elf } = rewrite, dynamic = rewrite.moves.find((m) => m.region.name === ".dynamic"), got = elf.dynamic?.get(DT.PLTGOT);
  const word = wordSize(elf.header);
  const at = dynamic && got !== undefined ? elf.offsetOf(got, word) : undefined;
  if (!dynamic || at === undefined) return;
  const v = viewOf(readExactly(elf.source, at, word, "GOT[0]")), le = elf.header.littleEndian;
  const now = word === 8 ? v.getBigUint64(0, le) : BigInt(v.getUint32(0, le));
  if (now === dynamic.region.address) rewrite.pokeWord(at, dynamic.address);
}
