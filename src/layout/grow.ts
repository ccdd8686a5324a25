import { alignUp, viewOf } from "../codec/bytes.js";
import { Phdr, type PhdrView } from "../codec/records.js";
import { isLoaded, type Section } from "../image/sections.js";
import { PF, PN_XNUM, PT, SHT } from "../spec/constants.js";
import { headBlocks } from "./headmove.js";
import type { Region, Rewrite, Strategy } from "./rewrite.js";
import { COVER_NAME, fixedEnd, isTableSection, type Space } from "./space.js";

/**
 * The PT_LOAD that an earlier patch appended: last in memory, ending the loaded part of the file, and holding nothing but
 * tables that loaders reach through pointers.
 */
export function trailingSegment(rewrite: Rewrite): PhdrView | undefined {
  const { elf } = rewrite, loads = rewrite.loads();
  if (loads.length === 0) return undefined;
  const last = loads.reduce((a, b) => (b.vaddr + b.memsz > a.vaddr + a.memsz ? b : a));
  if (last.filesz !== last.memsz || last.filesz === 0 || last.flags & PF.X || last.offset + last.filesz !== fixedEnd(elf)) return undefined;
  const end = last.offset + last.filesz;
  const interp = elf.segments.find((s) => s.type === PT.INTERP)?.offset;
  const isTable = (s: Section) => isTableSection(s.header.type) || s.name === COVER_NAME || s.header.offset === interp;
  let tables = 0;
  for (const s of elf.sections) {
    const { type, offset, size } = s.header;
    if (type === SHT.NULL || type === SHT.NOBITS || size === 0 || offset >= end || offset + size <= last.offset) continue;
    if (!isLoaded(s) || offset + size > end || !isTable(s)) return undefined;
    tables++;
  }
  return tables > 0 ? last : undefined;
}

/** The order inside an appended segment: .dynstr last, so that the next patch can grow it where it is. */
function inOrder(regions: readonly Region[]): Region[] {
  const rank = (r: Region) => (r.name === ".dynamic" ? 0 : r.name === ".dynstr" ? 2 : 1);
  return [...regions].sort((a, b) => rank(a) - rank(b));
}

/** Puts the regions at the end of the segment that an earlier patch appended. Returns its end in the file. */
export function growTrailing(rewrite: Rewrite, segment: PhdrView, regions: readonly Region[]): number {
  const why = `the segment at 0x${segment.vaddr.toString(16)} that an earlier patch appended could grow`;
  let end = segment.offset + segment.filesz;
  const ends = regions.find((r) => r.name === ".dynstr" && r.offset + r.size === end);
  if (ends) {
    rewrite.place(ends, "trailing-segment", ends.offset, ends.address, why);
    end += ends.newSize - ends.size;
  }
  return appendTo(rewrite, segment, end, regions.filter((r) => r !== ends), "trailing-segment", why);
}

/**
 * Bytes of a new segment before its first table. llvm-strip takes a program header that begins with a PT_LOAD and stands
 * before it in the table (PT_INTERP) for the one that holds it, and aligns the PT_LOAD by that one's p_align.
 */
const LEAD = 16;

/** Adds a PT_LOAD at the end of the file, in the entry that {@link entryRoom} found room for. Returns its end in the file. */
export function addSegment(rewrite: Rewrite, end: number, regions: readonly Region[]): number {
  const h = rewrite.elf.header, { page } = rewrite;
  const offset = alignUp(end, 16);
  const top = Math.max(...rewrite.loads().map((l) => l.vaddr + l.memsz));
  // Congruent to the offset, as mmap needs it, so that the file needs no padding.
  const vaddr = alignUp(top, page) + (offset % page);
  const bytes = new Uint8Array(h.phentsize), view = Phdr.view(viewOf(bytes), 0, h);
  Object.assign(view, { type: PT.LOAD, flags: PF.R, offset, vaddr, paddr: vaddr, filesz: 0, memsz: 0, align: page });
  const unused = rewrite.segments.findIndex((s) => s.view.type === PT.NULL);
  if (unused >= 0) rewrite.segments.splice(unused, 1);
  // PT_LOADs stand in ascending order of their addresses (gABI, "Program Header").
  const behind = rewrite.segments.reduce((at, s, i) => (s.view.type === PT.LOAD ? i + 1 : at), 0);
  rewrite.segments.splice(behind, 0, { bytes, view });
  return appendTo(rewrite, view, offset + LEAD, regions, "new-segment", `a new segment at the end of the file: ${rewrite.tried.join("; ")}`);
}

function appendTo(rewrite: Rewrite, segment: PhdrView, from: number, regions: readonly Region[], strategy: Strategy, why: string): number {
  const delta = segment.vaddr - segment.offset;
  let end = from;
  for (const r of inOrder(regions)) {
    const address = alignUp(end + delta, r.align);
    rewrite.place(r, strategy, address - delta, BigInt(address), why);
    if (r.writable) segment.flags |= PF.W;
    end = address - delta + r.newSize;
  }
  segment.filesz = segment.memsz = end - segment.offset;
  const limit = rewrite.elf.header.class === 32 ? 2 ** 32 : Number.MAX_SAFE_INTEGER;
  if (segment.vaddr + segment.memsz > limit) {
    rewrite.tried.push("the address space above the last segment is too small");
    rewrite.noRoom(regions.map((r) => r.name).join(", "));
  }
  return end;
}

/**
 * Room for one more program header, the table kept where it is: an unused entry, free bytes behind it, or moving the tables
 * behind it.
 *
 * @returns the regions that must leave for it
 */
export function entryRoom(rewrite: Rewrite, space: Space, homeless: readonly Region[], wanted: readonly Region[]): Region[] {
  const h = rewrite.elf.header, start = h.phoff + h.phnum * h.phentsize, end = start + h.phentsize;
  const what = homeless.map((r) => r.name).join(", ");
  const mapped = rewrite.loads().find((l) => l.offset <= h.phoff && h.phoff < l.offset + l.filesz);
  if (rewrite.loads().length === 0) {
    rewrite.tried.push("the file has no PT_LOAD to go behind");
    rewrite.noRoom(what);
  }
  if (rewrite.segments.some((s) => s.view.type === PT.NULL)) return [];
  if (h.phnum + 1 >= PN_XNUM) {
    rewrite.tried.push(`the program header table is full with ${h.phnum} entries`);
    rewrite.noRoom(what);
  }
  if (space.gap(start, mapped ? Math.min(end, mapped.offset + mapped.filesz) : end) === h.phentsize) {
    rewrite.tried.push("free bytes behind the program header table hold its entry");
    return [];
  }
  const blocks = headBlocks(rewrite, start, end, [...homeless, ...rewrite.moves.map((m) => m.region)], wanted);
  if (typeof blocks === "string") {
    rewrite.tried.push(`the program header table cannot grow: ${blocks}`);
    rewrite.noRoom(what);
  }
  if (blocks.length > 0) rewrite.tried.push(`${blocks.map((b) => b.name).join(", ")} made room for its program header`);
  return blocks;
}
