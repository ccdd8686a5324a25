import { addressUp, alignUp, encodeText, equalBytes } from "../../../codec/bytes.js";
import type { PhdrView } from "../../../codec/records.js";
import { readExactly } from "../../../codec/source.js";
import { hex } from "../../../error.js";
import type { ElfFile, Section } from "../../../image/elf.js";
import { isLoaded } from "../../../image/headers/sections.js";
import { PF, PT, SHT } from "../../../spec/constants.js";
import { MARK } from "../../../spec/own-marks.js";
import { KINDS } from "../../tables/kinds.js";
import type { Table } from "../../tables/table.js";
import type { Strategy } from "../placement.js";
import { isCover, isTableSection } from "./covers.js";
import { type Ground, namesOf } from "./ground.js";
import { fixedEnd, LIES_OVER } from "./space.js";

function isMarked({ elf }: Ground, segment: PhdrView): boolean {
  if (segment.filesz < MARK.length) return false;

  const start = readExactly(elf.source, segment.offset, MARK.length, "a segment");
  return equalBytes(start, encodeText(MARK));
}

/** Do sections of this sh_type have no bytes in the file? */
const hasNoBytes = (type: number): boolean => type === SHT.NULL || type === SHT.NOBITS;

/**
 * The PT_LOAD that an earlier patch appended: it is the last one in memory, ends the loaded part of the file, and holds
 * only tables that loaders reach through pointers.
 */
export function trailingSegment(ground: Ground): PhdrView | undefined {
  const { elf, headers } = ground;
  const last = headers.lastLoad();
  const isWhole = last !== undefined && last.filesz === last.memsz && last.filesz > 0;
  if (!isWhole || last.flags & PF.X) return undefined;
  if (last.offset + last.filesz !== fixedEnd(elf)) return undefined;

  const isOurs = elf.sections.length === 0 ? isMarked(ground, last) : holdsOnlyTables(elf, last);
  return isOurs ? last : undefined;
}

/** Does the segment hold at least one table, and no other section? */
function holdsOnlyTables(elf: ElfFile, segment: PhdrView): boolean {
  const end = segment.offset + segment.filesz;
  const interpreter = elf.segments.find((s) => s.type === PT.INTERP)?.offset;
  const isTable = (s: Section): boolean =>
    isTableSection(s.header.type) || isCover(s) || s.header.offset === interpreter;

  let tables = 0;
  for (const section of elf.sections) {
    const { type, offset, size } = section.header;
    const isEmpty = hasNoBytes(type) || size === 0;
    if (isEmpty || offset >= end || offset + size <= segment.offset) continue;

    if (!isLoaded(section) || offset + size > end || !isTable(section)) return false;
    if (!isCover(section)) tables++;
  }
  return tables > 0;
}

/** Puts the tables after the end of a segment. Returns its new end in the file. */
function growSegment(
  ground: Ground,
  segment: PhdrView,
  tables: readonly Table[],
  strategy: Strategy,
  why: string,
): number {
  const end = segment.offset + segment.filesz;

  // The table that ends the segment grows where it is.
  const last = tables.find(({ kind, was }) => KINDS[kind].rank === 2 && was && was.offset + was.size === end);
  if (!last?.was) return appendTo(ground, segment, end, tables, strategy, why);

  ground.take(last, { strategy, offset: last.was.offset, address: last.was.address, size: last.size, why });
  const others = tables.filter((t) => t !== last);
  return appendTo(ground, segment, end + last.size - last.was.size, others, strategy, why);
}

/** Puts the tables at the end of the segment that an earlier patch appended. Returns its new end in the file. */
export function growTrailing(ground: Ground, segment: PhdrView, tables: readonly Table[]): number {
  const why = `the segment at ${hex(segment.exact("vaddr"))} that an earlier patch appended could grow`;
  return growSegment(ground, segment, tables, "trailing-segment", why);
}

/**
 * Bytes of .bss that the file may gain where there is no other way: 1 MiB, or a quarter of the file if that is more.
 */
const largestBss = (fileSize: number): number => Math.max(1 << 20, fileSize / 4);

/**
 * The program's own last PT_LOAD, if the tables may go after its memory. If not, undefined, with the reason in
 * `ground.tried`.
 */
export function extensibleSegment(ground: Ground): PhdrView | undefined {
  const last = ground.headers.lastLoad();
  const obstacle = last ? obstacleOf(ground, last) : "there is none";
  if (obstacle === undefined) return last;

  ground.tried.push(`the last segment cannot grow: ${obstacle}`);
  return undefined;
}

/** What keeps tables from going after the memory of the last PT_LOAD. */
function obstacleOf({ elf, homeless }: Ground, last: PhdrView): string | undefined {
  const bss = last.memsz - last.filesz;
  if (last.offset + last.filesz !== fixedEnd(elf)) return "it does not end the loaded part of the file";
  // One that is writable as well gets no worse.
  if ((last.flags & (PF.W | PF.X)) === PF.X) return "it is executable";
  if (bss > largestBss(elf.source.size)) return `its ${bss} bytes of .bss would have to stand in the file`;
  if (!(last.flags & PF.W) && homeless.some((t) => t.writable)) return "it is read-only";
  return undefined;
}

/**
 * Puts the tables after the memory of the last PT_LOAD. Its .bss gets bytes in the file, all zeros, since file bytes
 * can only follow file bytes. Returns its new end in the file.
 */
export function growLast(ground: Ground, segment: PhdrView, tables: readonly Table[]): number {
  const { offset, filesz, memsz } = segment;
  const bss = memsz - filesz;
  const start = segment.exact("vaddr") + BigInt(filesz);
  ground.backed = { start, end: start + BigInt(bss), offset: offset + filesz };
  segment.filesz = memsz;

  const backed = bss > 0 ? `, whose ${bss} bytes of .bss stand in the file now` : "";
  const why = `behind the memory of the last segment${backed}: ${ground.tried.join("; ")}`;
  return growSegment(ground, segment, tables, "last-segment", why);
}

/** Does a table that leaves have all these bytes? Offset and size in the input. */
type Leaves = (offset: number, size: number) => boolean;

/**
 * A PT_LOAD that an earlier patch appended, and that holds nothing once the tables have left. Its program header can
 * serve again, and strip never meets a segment without a section.
 */
export function emptiedSegment(ground: Ground): PhdrView | undefined {
  const { headers, homeless } = ground;
  const left = homeless.flatMap((t) => t.was ?? []);
  const leaves: Leaves = (offset, size) =>
    left.some((was) => was.offset <= offset && offset + size <= was.offset + was.size);

  return headers.loads().find((load) => isAppended(ground, load) && isEmptied(ground, load, leaves));
}

function isAppended(ground: Ground, load: PhdrView): boolean {
  if (load.filesz === 0 || load.filesz !== load.memsz) return false;
  return (load.flags & PF.X) === 0 && isMarked(ground, load);
}

/** Does no section, no other segment, no dynamic tag and no placed table need the segment any more? */
function isEmptied({ elf, placed }: Ground, load: PhdrView, leaves: Leaves): boolean {
  const start = load.exact("vaddr");
  const end = start + load.exact("memsz");
  const isWithin = (offset: number, size: number): boolean =>
    size > 0 && offset < load.offset + load.filesz && offset + size > load.offset;
  const stays = (offset: number, size: number): boolean => isWithin(offset, size) && !leaves(offset, size);

  const hasSection = elf.sections.some((s) => {
    if (hasNoBytes(s.header.type) || isCover(s)) return false;
    return stays(s.header.offset, s.header.size);
  });
  if (hasSection) return false;

  const hasSegment = elf.segments.some((s) => !LIES_OVER.includes(s.type) && stays(s.offset, s.filesz));
  if (hasSegment) return false;

  const isNamed = elf.dynamic?.entries.some(({ kind, value }) => {
    if (kind !== "address" || value < start || value >= end) return false;
    return !leaves(Number(value - start) + load.offset, 1);
  });
  if (isNamed) return false;

  return !placed.some((p) => isWithin(p.offset, p.size));
}

/**
 * Adds a PT_LOAD at the end of the file. Its program header takes the entry that there is room for, or that of an
 * emptied segment. Returns the new segment's end in the file.
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

  // The address is congruent to the offset, as mmap needs it, so the file needs no padding. One page in front of it
  // stays unused: that is where LIEF (Node's --build-sea) puts a program header table.
  const offset = alignUp(end, 16);
  const last = headers.lastLoad()!;
  const top = addressUp(last.exact("vaddr") + last.exact("memsz"), page);
  const vaddr = top + BigInt(page + (offset % page));
  assertAddresses(ground, vaddr, tables);

  // PT_LOADs stand in ascending order of their addresses (gABI, "Program Header").
  const behindLast = headers.all().reduce((at, s, i) => (s.type === PT.LOAD ? i + 1 : at), 0);
  const segment = headers.add(PT.LOAD, behindLast);
  Object.assign(segment, { flags: PF.R, offset, align: page });
  segment.setExact("vaddr", vaddr);
  segment.setExact("paddr", vaddr);

  ground.marks.push({ offset, bytes: encodeText(MARK) });
  const why = `a new segment at the end of the file: ${ground.tried.join("; ")}`;
  return appendTo(ground, segment, offset + MARK.length, tables, "new-segment", why);
}

/**
 * Puts tables one after the other from an offset on. The table that a later patch may grow goes last. Returns the
 * segment's new end in the file.
 */
function appendTo(
  ground: Ground,
  segment: PhdrView,
  from: number,
  tables: readonly Table[],
  strategy: Strategy,
  why: string,
): number {
  const base = segment.exact("vaddr");
  const addressOf = (offset: number): bigint => base + BigInt(offset - segment.offset);
  const offsetOf = (address: bigint): number => segment.offset + Number(address - base);

  // No table may lie over the address of an empty section.
  const room = tables.reduce((sum, t) => sum + t.size + t.align, 0);
  let end = from;
  for (const address of ground.space.emptyAddresses) {
    if (address > addressOf(end) && address < addressOf(end + room)) end = offsetOf(address);
  }

  const inOrder = [...tables].sort((a, b) => KINDS[a.kind].rank - KINDS[b.kind].rank);
  for (const table of inOrder) {
    const address = addressUp(addressOf(end), table.align);
    const offset = offsetOf(address);
    ground.take(table, { strategy, offset, address, size: table.size, why });
    if (table.writable) segment.flags |= PF.W;
    end = offset + table.size;
  }

  const size = end - segment.offset;
  segment.memsz = size;
  segment.filesz = size;

  assertAddresses(ground, base + BigInt(size), tables);
  return end;
}

/** `NO_ROOM` where the addresses up to this one are not there. */
function assertAddresses(ground: Ground, end: bigint, tables: readonly Table[]): void {
  if (end <= 1n << BigInt(ground.elf.header.class)) return;

  ground.tried.push("the address space above the last segment is too small");
  ground.noRoom(namesOf(tables));
}
