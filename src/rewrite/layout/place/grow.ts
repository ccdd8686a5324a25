import { largest } from "../../../codec/ascending.js";
import { alignUp } from "../../../codec/bytes.js";
import type { PhdrView } from "../../../codec/records.js";
import { readExactly } from "../../../codec/source.js";
import { isLoaded } from "../../../image/headers/sections.js";
import type { Section } from "../../../image/elf.js";
import { PF, PT, SHF, SHT } from "../../../spec/constants.js";
import type { Strategy } from "../placement.js";
import type { Region, Rewrite } from "../rewrite.js";
import { isCover, isTableSection } from "./covers.js";
import { emptySections, fixedEnd, LIES_OVER } from "./space.js";

/**
 * What a new segment begins with, before its first table: it tells a later patch whose segment it is, also without section
 * headers. That it is no table itself matters to llvm-strip, which takes a program header that begins with a PT_LOAD and stands
 * before it in the table (PT_INTERP) for the one that holds it, and aligns the PT_LOAD by that one's p_align.
 */
const MARK = /* @__PURE__ */ new TextEncoder().encode("elfwright:tables");

const isMarked = (rewrite: Rewrite, s: PhdrView): boolean =>
  s.filesz >= MARK.length && readExactly(rewrite.elf.source, s.offset, MARK.length, "a segment").every((b, i) => b === MARK[i]);

/**
 * The PT_LOAD that an earlier patch appended: last in memory, ending the loaded part of the file, and holding nothing but
 * tables that loaders reach through pointers.
 */
export function trailingSegment(rewrite: Rewrite): PhdrView | undefined {
  const { elf } = rewrite, last = rewrite.lastLoad();
  if (!last || last.filesz !== last.memsz || last.filesz === 0 || last.flags & PF.X || last.offset + last.filesz !== fixedEnd(elf)) return undefined;
  if (elf.sections.length === 0) return isMarked(rewrite, last) ? last : undefined;
  const end = last.offset + last.filesz;
  const interp = elf.segments.find((s) => s.type === PT.INTERP)?.offset;
  const isTable = (s: Section) => isTableSection(s.header.type) || isCover(s) || s.header.offset === interp;
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

/** Puts the regions behind the end of a segment. Returns its end in the file. */
function growSegment(rewrite: Rewrite, segment: PhdrView, regions: readonly Region[], strategy: Strategy, why: string): number {
  let end = segment.offset + segment.filesz;
  const ends = regions.find((r) => r.name === ".dynstr" && r.offset + r.size === end);
  if (ends) {
    rewrite.place(ends, strategy, ends.offset, ends.address, why);
    end += ends.newSize - ends.size;
  }
  return appendTo(rewrite, segment, end, regions.filter((r) => r !== ends), strategy, why);
}

/** Puts the regions at the end of the segment that an earlier patch appended. Returns its end in the file. */
export const growTrailing = (rewrite: Rewrite, segment: PhdrView, regions: readonly Region[]): number =>
  growSegment(rewrite, segment, regions, "trailing-segment", `the segment at 0x${segment.vaddr.toString(16)} that an earlier patch appended could grow`);

/** Bytes of .bss that the file may grow by, where there is no other way: no more than a quarter of it, a small one aside. */
const largestBss = (fileSize: number): number => Math.max(1 << 20, fileSize / 4);

/** The program's own last PT_LOAD, where the regions may go behind its memory; undefined with the reason in `rewrite.tried`. */
export function extensibleSegment(rewrite: Rewrite, regions: readonly Region[]): PhdrView | undefined {
  const last = rewrite.lastLoad();
  const why = !last ? "there is none"
    : last.offset + last.filesz !== fixedEnd(rewrite.elf) ? "it does not end the loaded part of the file"
    : last.flags & PF.X ? "it is executable"
    : last.memsz - last.filesz > largestBss(rewrite.elf.source.size) ? `its ${last.memsz - last.filesz} bytes of .bss would have to stand in the file`
    : !(last.flags & PF.W) && regions.some((r) => r.writable) ? "it is read-only" : undefined;
  if (why === undefined) return last;
  rewrite.tried.push(`the last segment cannot grow: ${why}`);
  return undefined;
}

/**
 * Puts the regions behind the memory of the last PT_LOAD. What it has of .bss gets bytes in the file, zeros, since file bytes can
 * only follow file bytes. Returns its end in the file.
 */
export function growLast(rewrite: Rewrite, segment: PhdrView, regions: readonly Region[]): number {
  const bss = segment.memsz - segment.filesz, start = segment.vaddr + segment.filesz, end = segment.vaddr + segment.memsz;
  for (let row = 0; row < rewrite.sections.length; row++) {
    const s = rewrite.sections.view(row);
    if (s.type === SHT.NOBITS && s.flags & SHF.ALLOC && !(s.flags & SHF.TLS) && s.addr >= start && s.addr + s.size <= end) {
      s.type = SHT.PROGBITS;
      s.offset = s.addr - segment.vaddr + segment.offset;
    }
  }
  segment.filesz = segment.memsz;
  return growSegment(rewrite, segment, regions, "last-segment", `behind the memory of the last segment${bss > 0 ? `, whose ${bss} bytes of .bss stand in the file now` : ""}: ${rewrite.tried.join("; ")}`);
}

/**
 * A PT_LOAD that an earlier patch appended and that nothing is left in once the regions have gone: its program header can
 * serve again, and strip never meets a segment without a section.
 */
export function emptiedSegment(rewrite: Rewrite, leaving: readonly Region[]): PhdrView | undefined {
  const { elf } = rewrite, within = (l: PhdrView, offset: number, size: number) => size > 0 && offset < l.offset + l.filesz && offset + size > l.offset;
  const goes = (offset: number, size: number) => leaving.some((r) => r.offset <= offset && offset + size <= r.offset + r.size);
  return rewrite.loads().find((l) => {
    if (l.filesz === 0 || l.filesz !== l.memsz || l.flags & PF.X || !isMarked(rewrite, l)) return false;
    const stays = (offset: number, size: number) => within(l, offset, size) && !goes(offset, size);
    const holds = (address: bigint) => l.exact("vaddr") <= address && address < l.exact("vaddr") + l.exact("memsz") && !goes(Number(address - l.exact("vaddr")) + l.offset, 1);
    return !elf.sections.some((s) => s.header.type !== SHT.NULL && s.header.type !== SHT.NOBITS && !isCover(s) && stays(s.header.offset, s.header.size))
      && !elf.segments.some((s) => !LIES_OVER.includes(s.type) && stays(s.offset, s.filesz))
      && !elf.dynamic?.entries.some((e) => e.kind === "address" && holds(e.value))
      && !rewrite.placed.some((p) => within(l, p.offset, p.region.newSize));
  });
}

/** Turns an emptied segment into nothing: its program header goes, and the sections that covered bytes in it. */
function vacate(rewrite: Rewrite, segment: PhdrView): void {
  const start = segment.offset, end = segment.offset + segment.filesz;
  rewrite.vacated.push({ start, end });
  rewrite.segments.find((s) => s.view === segment)!.bytes.fill(0);
  const isInside = (was: number) => {
    const s = rewrite.elf.sections[was]!;
    return isCover(s) && s.header.offset >= start && s.header.offset < end;
  };
  const rows = rewrite.sections;
  let last = rows.inputs;
  while (last > 0 && isInside(rows.was(last - 1)!)) last--;
  rows.retain((was) => was < last);
  // Other sections' numbers stay as they are.
  for (let row = 0; row < rows.inputs; row++) if (isInside(rows.was(row)!)) rows.clear(row);
}

/**
 * Adds a PT_LOAD at the end of the file, in the entry that there is room for, or in that of an emptied one. Returns its end in
 * the file.
 */
export function addSegment(rewrite: Rewrite, end: number, regions: readonly Region[], emptied: PhdrView | undefined): number {
  if (emptied) vacate(rewrite, emptied);
  const { page } = rewrite, offset = alignUp(end, 16);
  const top = largest(rewrite.loads().map((l) => l.vaddr + l.memsz));
  // Congruent to the offset, as mmap needs it, so that the file needs no padding.
  const vaddr = alignUp(top, page) + (offset % page);
  // PT_LOADs stand in ascending order of their addresses (gABI, "Program Header").
  const view = rewrite.addSegment(PT.LOAD, rewrite.segments.reduce((at, s, i) => (s.view.type === PT.LOAD ? i + 1 : at), 0));
  Object.assign(view, { flags: PF.R, offset, vaddr, paddr: vaddr, align: page });
  rewrite.newBytes.push({ offset, bytes: MARK });
  return appendTo(rewrite, view, offset + MARK.length, regions, "new-segment", `a new segment at the end of the file: ${rewrite.tried.join("; ")}`);
}

function appendTo(rewrite: Rewrite, segment: PhdrView, from: number, regions: readonly Region[], strategy: Strategy, why: string): number {
  const delta = segment.vaddr - segment.offset, room = regions.reduce((n, r) => n + r.newSize + r.align, 0);
  let end = from;
  for (const a of emptySections(rewrite.elf).sort((a, b) => a - b)) if (a > end + delta && a < end + delta + room) end = a - delta;
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
