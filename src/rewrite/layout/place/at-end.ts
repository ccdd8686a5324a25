import { largest } from "../../../codec/ascending.js";
import { alignUp } from "../../../codec/bytes.js";
import type { PhdrView } from "../../../codec/records.js";
import { readExactly } from "../../../codec/source.js";
import type { Section } from "../../../image/elf.js";
import { isLoaded } from "../../../image/headers/sections.js";
import { PF, PT, SHT } from "../../../spec/constants.js";
import { KINDS } from "../../tables/kinds.js";
import type { Table } from "../../tables/table.js";
import type { Strategy } from "../placement.js";
import { isCover, isTableSection } from "./covers.js";
import { type Ground, namesOf } from "./ground.js";
import { emptySections, fixedEnd, LIES_OVER } from "./space.js";

/**
 * What a new segment begins with, before its first table: it tells a later patch whose segment it is, also without
 * section headers. That it is no table itself matters to llvm-strip, which takes a program header that begins with a
 * PT_LOAD and stands before it in the table (PT_INTERP) for the one that holds it, and aligns the PT_LOAD by that one's
 * p_align.
 */
const MARK = /* @__PURE__ */ new TextEncoder().encode("elfwright:tables");

const isMarked = ({ elf }: Ground, s: PhdrView): boolean =>
  s.filesz >= MARK.length && readExactly(elf.source, s.offset, MARK.length, "a segment").every((b, i) => b === MARK[i]);

/**
 * The PT_LOAD that an earlier patch appended: last in memory, ending the loaded part of the file, and holding nothing
 * but tables that loaders reach through pointers.
 */
export function trailingSegment(ground: Ground): PhdrView | undefined {
  const { elf, headers } = ground;
  const last = headers.lastLoad();
  const isWhole = last !== undefined && last.filesz === last.memsz && last.filesz > 0;
  if (!isWhole || last.flags & PF.X || last.offset + last.filesz !== fixedEnd(elf)) return undefined;
  if (elf.sections.length === 0) return isMarked(ground, last) ? last : undefined;

  const end = last.offset + last.filesz;
  const interpreter = elf.segments.find((s) => s.type === PT.INTERP)?.offset;
  const isTable = (s: Section): boolean =>
    isTableSection(s.header.type) || isCover(s) || s.header.offset === interpreter;
  let tables = 0;
  for (const s of elf.sections) {
    const { type, offset, size } = s.header;
    const isEmpty = type === SHT.NULL || type === SHT.NOBITS || size === 0;
    if (isEmpty || offset >= end || offset + size <= last.offset) continue;
    if (!isLoaded(s) || offset + size > end || !isTable(s)) return undefined;
    tables++;
  }
  return tables > 0 ? last : undefined;
}

/** Puts the tables behind the end of a segment. Returns its end in the file. */
function growSegment(
  ground: Ground,
  segment: PhdrView,
  tables: readonly Table[],
  strategy: Strategy,
  why: string,
): number {
  const end = segment.offset + segment.filesz;

  // The one that stands last grows where it is.
  const last = tables.find(({ kind, was }) => KINDS[kind].rank === 2 && was && was.offset + was.size === end);
  if (!last?.was) return appendTo(ground, segment, end, tables, strategy, why);

  ground.take(last, { strategy, offset: last.was.offset, address: last.was.address, size: last.size, why });
  const others = tables.filter((t) => t !== last);
  return appendTo(ground, segment, end + last.size - last.was.size, others, strategy, why);
}

/** Puts the tables at the end of the segment that an earlier patch appended. Returns its end in the file. */
export function growTrailing(ground: Ground, segment: PhdrView, tables: readonly Table[]): number {
  const why = `the segment at 0x${segment.vaddr.toString(16)} that an earlier patch appended could grow`;
  return growSegment(ground, segment, tables, "trailing-segment", why);
}

/**
 * Bytes of .bss that the file may grow by, where there is no other way: no more than a quarter of it, a small one
 * aside.
 */
const largestBss = (fileSize: number): number => Math.max(1 << 20, fileSize / 4);

/**
 * The program's own last PT_LOAD, where the tables may go behind its memory; undefined with the reason in
 * `ground.tried`.
 */
export function extensibleSegment(ground: Ground): PhdrView | undefined {
  const last = ground.headers.lastLoad();
  const obstacle = last ? obstacleOf(ground, last) : "there is none";
  if (obstacle === undefined) return last;

  ground.tried.push(`the last segment cannot grow: ${obstacle}`);
  return undefined;
}

/** What keeps tables from going behind the memory of the last PT_LOAD. */
function obstacleOf({ elf, homeless }: Ground, last: PhdrView): string | undefined {
  const bss = last.memsz - last.filesz;
  if (last.offset + last.filesz !== fixedEnd(elf)) return "it does not end the loaded part of the file";
  if (last.flags & PF.X) return "it is executable";
  if (bss > largestBss(elf.source.size)) return `its ${bss} bytes of .bss would have to stand in the file`;
  if (!(last.flags & PF.W) && homeless.some((t) => t.writable)) return "it is read-only";
  return undefined;
}

/**
 * Puts the tables behind the memory of the last PT_LOAD. What it has of .bss gets bytes in the file, zeros, since file
 * bytes can only follow file bytes. Returns its end in the file.
 */
export function growLast(ground: Ground, segment: PhdrView, tables: readonly Table[]): number {
  const { vaddr, offset, filesz, memsz } = segment;
  const bss = memsz - filesz;
  ground.backed = { start: vaddr + filesz, end: vaddr + memsz, delta: offset - vaddr };
  segment.filesz = memsz;

  const backed = bss > 0 ? `, whose ${bss} bytes of .bss stand in the file now` : "";
  return growSegment(
    ground,
    segment,
    tables,
    "last-segment",
    `behind the memory of the last segment${backed}: ${ground.tried.join("; ")}`,
  );
}

/**
 * A PT_LOAD that an earlier patch appended and that nothing is left in once the tables have gone: its program header
 * can serve again, and strip never meets a segment without a section.
 */
export function emptiedSegment(ground: Ground): PhdrView | undefined {
  const { elf, headers, placed, homeless } = ground;
  const left = homeless.flatMap((t) => t.was ?? []);
  const goes = (offset: number, size: number): boolean =>
    left.some((w) => w.offset <= offset && offset + size <= w.offset + w.size);

  return headers.loads().find((l) => {
    if (l.filesz === 0 || l.filesz !== l.memsz || l.flags & PF.X || !isMarked(ground, l)) return false;

    const start = l.exact("vaddr");
    const end = start + l.exact("memsz");
    const isWithin = (offset: number, size: number): boolean =>
      size > 0 && offset < l.offset + l.filesz && offset + size > l.offset;
    const stays = (offset: number, size: number): boolean => isWithin(offset, size) && !goes(offset, size);
    const holds = (address: bigint): boolean =>
      start <= address && address < end && !goes(Number(address - start) + l.offset, 1);
    const hasBytes = (s: Section): boolean => s.header.type !== SHT.NULL && s.header.type !== SHT.NOBITS && !isCover(s);

    return (
      !elf.sections.some((s) => hasBytes(s) && stays(s.header.offset, s.header.size)) &&
      !elf.segments.some((s) => !LIES_OVER.includes(s.type) && stays(s.offset, s.filesz)) &&
      !elf.dynamic?.entries.some((e) => e.kind === "address" && holds(e.value)) &&
      !placed.some((p) => isWithin(p.offset, p.size))
    );
  });
}

/**
 * Adds a PT_LOAD at the end of the file, in the entry that there is room for, or in that of an emptied one. Returns its
 * end in the file.
 */
export function addSegment(
  ground: Ground,
  end: number,
  tables: readonly Table[],
  emptied: PhdrView | undefined,
): number {
  const { headers, page } = ground;
  if (emptied) {
    ground.vacated.push({ start: emptied.offset, end: emptied.offset + emptied.filesz });
    headers.clear(emptied);
  }

  // Congruent to the offset, as mmap needs it, so that the file needs no padding.
  const offset = alignUp(end, 16);
  const top = largest(headers.loads().map((l) => l.vaddr + l.memsz));
  const vaddr = alignUp(top, page) + (offset % page);

  // PT_LOADs stand in ascending order of their addresses (gABI, "Program Header").
  const behindLast = headers.all().reduce((at, s, i) => (s.type === PT.LOAD ? i + 1 : at), 0);
  const segment = headers.add(PT.LOAD, behindLast);
  Object.assign(segment, { flags: PF.R, offset, vaddr, paddr: vaddr, align: page });

  ground.marks.push({ offset, bytes: MARK });
  const why = `a new segment at the end of the file: ${ground.tried.join("; ")}`;
  return appendTo(ground, segment, offset + MARK.length, tables, "new-segment", why);
}

/**
 * Puts tables one behind the other from an offset on, the one that may yet grow last. Returns the segment's new end in
 * the file.
 */
function appendTo(
  ground: Ground,
  segment: PhdrView,
  from: number,
  tables: readonly Table[],
  strategy: Strategy,
  why: string,
): number {
  const { elf } = ground;
  const delta = segment.vaddr - segment.offset;
  const room = tables.reduce((n, t) => n + t.size + t.align, 0);
  let end = from;
  for (const a of emptySections(elf).sort((a, b) => a - b)) {
    if (a > end + delta && a < end + delta + room) end = a - delta;
  }

  const inOrder = [...tables].sort((a, b) => KINDS[a.kind].rank - KINDS[b.kind].rank);
  for (const table of inOrder) {
    const address = alignUp(end + delta, table.align);
    ground.take(table, { strategy, offset: address - delta, address: BigInt(address), size: table.size, why });
    if (table.writable) segment.flags |= PF.W;
    end = address - delta + table.size;
  }
  segment.filesz = segment.memsz = end - segment.offset;

  const limit = elf.header.class === 32 ? 2 ** 32 : Number.MAX_SAFE_INTEGER;
  if (segment.vaddr + segment.memsz > limit) {
    ground.tried.push("the address space above the last segment is too small");
    ground.noRoom(namesOf(tables));
  }
  return end;
}
