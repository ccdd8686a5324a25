import { addressDown, addressUp, alignUp } from "../../../codec/bytes.js";
import type { PhdrView } from "../../../codec/records.js";
import { hex } from "../../../error.js";
import type { ElfFile } from "../../../image/elf.js";
import { NT_GNU, PF, PT } from "../../../spec/constants.js";
import { TABLE_NAMES } from "../../../spec/table-kinds.js";
import { KINDS } from "../../tables/kinds.js";
import type { Table } from "../../tables/table.js";
import { type Ground, nameOf, type Spot } from "./ground.js";
import { endOfLook } from "./headmove.js";

/** What a strategy may do. */
export interface Limits {
  /** May the first PT_LOAD end later? */
  readonly growsFirst: boolean;
  /** The end of the program header table in the file, however large it gets. Nothing before it is free. */
  readonly headersEnd: number;
}

/**
 * Looks for a place for a table in what is loaded already, and changes nothing. Where there is none, the reason goes to
 * `ground.tried`.
 *
 * @param size bytes that the table shall have: all, or the fewest that will do
 */
export type Strategist = (ground: Ground, table: Table, size: number, limits: Limits) => Spot | undefined;

/** Where the table is already: the new bytes fit, zeros after it are free, or the segment that it ends can grow. */
export const AT_ITS_PLACE: readonly Strategist[] = [inPlace, overZeros, atSegmentEnd];

/** Elsewhere in what is loaded. */
export const IN_LOADED: readonly Strategist[] = [inSlack, inFront];

/** For a table that makes room for a program header. */
export const MAKING_ROOM: readonly Strategist[] = [inHole, inSlack, inFront];

/** For a table that nothing else has room for, where the first PT_LOAD may end later after all. */
export const LAST_RESORT: readonly Strategist[] = [inSlack];

/** The first place that one of these strategies finds. */
export function findSpot(
  strategies: readonly Strategist[],
  ground: Ground,
  table: Table,
  size: number,
  limits: Limits,
): Spot | undefined {
  for (const strategy of strategies) {
    const spot = strategy(ground, table, size, limits);
    if (spot) return spot;
  }
  return undefined;
}

/**
 * Can a debug file exist that was split off? libdwfl (elfutils, systemd's core dumps, perf) takes the end of the first
 * PT_LOAD for an address that program and debug file have in common (libdwfl/dwfl_module_getdwarf.c, open_elf). Where
 * that segment has grown, libdwfl finds wrong lines and names without a warning.
 */
export function mayHaveDebugFile({ sections, notes }: ElfFile): boolean {
  const hasDebugging = sections.some((s) => /^\.z?debug_/.test(s.name));
  if (hasDebugging) return false;

  const namesDebugFile = sections.some((s) => s.name === ".gnu_debuglink");
  return namesDebugFile || notes.some((n) => n.owner === "GNU" && n.type === NT_GNU.BUILD_ID);
}

const mayGrow = ({ headers }: Ground, load: PhdrView, { growsFirst }: Limits): boolean =>
  growsFirst || load !== headers.loads()[0];

/** The PT_LOAD that has all the bytes of a table in the input. */
function homeOf({ headers }: Ground, { was }: Table): PhdrView | undefined {
  if (!was) return undefined;
  return headers.loads().find((l) => l.offset <= was.offset && was.offset + was.size <= l.offset + l.filesz);
}

function inPlace(_: Ground, { was }: Table, size: number): Spot | undefined {
  if (!was || size > was.size) return undefined;

  const why = "the new bytes fit in the old place";
  return { strategy: "in-place", offset: was.offset, address: was.address, size, why };
}

/** In its place and over zeros after it, which belong to nothing. */
function overZeros(ground: Ground, table: Table, size: number): Spot | undefined {
  const { was } = table;
  const load = homeOf(ground, table);
  if (!was || !load) return undefined;

  const end = was.offset + was.size;
  const more = size - was.size;
  const isInside = end + more <= load.offset + load.filesz;
  if (!isInside || !ground.space.isGap(end, more)) return undefined;

  return {
    strategy: "extended",
    offset: was.offset,
    address: was.address,
    size,
    why: `${more} zero bytes behind it belonged to nothing`,
    takes: { offset: end, size: more },
  };
}

/** In its place, where it ends a segment that can grow. */
function atSegmentEnd(ground: Ground, table: Table, size: number, limits: Limits): Spot | undefined {
  const { was } = table;
  const load = homeOf(ground, table);
  if (!was || !load) return undefined;

  const end = was.offset + was.size;
  const more = size - was.size;
  const endsSegment = end === load.offset + load.filesz;
  const hasRoom = endsSegment && mayGrow(ground, load, limits) && ground.space.hasSlack(load, more);
  if (!hasRoom) {
    ground.tried.push(`${nameOf(table)} needs ${more} bytes more than its place has`);
    return undefined;
  }

  return {
    strategy: "extended",
    offset: was.offset,
    address: was.address,
    size,
    why: `it ends its segment, which could grow by ${more} bytes`,
    takes: { offset: end, size: more },
    grows: { load, by: more },
  };
}

/** After the end of a read-only segment; of one without code if there is a choice. */
function inSlack(ground: Ground, table: Table, size: number, limits: Limits): Spot | undefined {
  if (table.writable) return undefined;

  const isReadOnly = (l: PhdrView): boolean => (l.flags & PF.R) !== 0 && (l.flags & PF.W) === 0;
  const loads = ground.headers.loads().filter((l) => isReadOnly(l) && mayGrow(ground, l, limits));
  loads.sort((a, b) => (a.flags & PF.X) - (b.flags & PF.X) || a.near("vaddr") - b.near("vaddr"));

  for (const load of loads) {
    const end = load.exact("vaddr") + load.exact("memsz");
    const address = addressUp(end, table.align);
    const padding = Number(address - end);
    const bytes = padding + size;
    if (!ground.space.hasSlack(load, bytes)) continue;

    const fileEnd = load.offset + load.filesz;
    return {
      strategy: "slack",
      offset: fileEnd + padding,
      address,
      size,
      why: `${bytes} bytes were free at the end of the read-only segment at ${hex(load.exact("vaddr"))}`,
      takes: { offset: fileEnd, size: bytes },
      grows: { load, by: bytes },
    };
  }

  const which = limits.growsFirst ? "" : "behind the first ";
  ground.tried.push(`no read-only segment ${which}has ${size} free bytes behind it`);
  return undefined;
}

/**
 * PT_LOADs and PT_GNU_RELRO that begin earlier begin at a multiple of this. Tables of any machine are aligned there.
 */
const SEGMENT_START = 16;

/**
 * In front of the writable segment that holds it. GNU ld ends PT_GNU_RELRO on a page, and so leaves the start of its
 * first page free. Segment and PT_GNU_RELRO then begin earlier in the same page, so kernels and loaders map what they
 * mapped before.
 */
function inFront(ground: Ground, table: Table, size: number): Spot | undefined {
  const { headers, space, page } = ground;
  const load = homeOf(ground, table);
  if (!KINDS[table.kind].isRelro || !load) return undefined;

  const relro = headers.first(PT.GNU_RELRO);
  const isData = (load.flags & PF.W) !== 0 && (load.flags & PF.X) === 0;
  const start = load.exact("vaddr");
  const isApart = relro !== undefined && (relro.exact("vaddr") !== start || relro.offset !== load.offset);
  const pageStart = addressDown(start, page);
  if (!isData || isApart || start < pageStart + BigInt(size)) return undefined;

  const address = addressDown(start - BigInt(size), Math.max(table.align, SEGMENT_START));
  const by = Number(start - address);
  const offset = load.offset - by;

  const loads = headers.loads();
  const endOf = (l: PhdrView): bigint => l.exact("vaddr") + l.exact("memsz");
  const isAlone = loads.every((l) => l.exact("vaddr") >= start || endOf(l) <= pageStart);
  const isFree = offset > 0 && address >= pageStart && isAlone && space.isFree(offset, by);
  if (!isFree) return undefined;

  const holdsEmpty = space.emptyAddresses.some((a) => a > address && a < start);
  const isMapped = loads.some((l) => l !== load && l.offset < load.offset && l.offset + l.filesz > offset);
  if (holdsEmpty || isMapped) return undefined;

  return {
    strategy: "in-front",
    offset,
    address,
    size,
    why: `${by} bytes were free in front of its segment${relro ? " and of PT_GNU_RELRO" : ""}`,
    takes: { offset, size: by },
    lowers: { segments: relro ? [load, relro] : [load], by },
  };
}

/**
 * Where a larger table has just left; for the table of section header 1 behind all that patchelf looks at, since its
 * look ends at the first header whose section stands farther. Notes then stay in the file's first page, where core
 * dumps keep the build ID.
 */
function inHole(ground: Ground, table: Table, size: number, { headersEnd }: Limits): Spot | undefined {
  const { elf, headers, placed, homeless, moves } = ground;
  const left = [...homeless, ...moves.map((m) => m.table)];
  // A program that reads its own _DYNAMIC at the old place goes on from there to the old tables.
  const isRead = left.some((t) => KINDS[t.kind].readByCode === "all");
  if (table.writable || isRead) return undefined;

  // A table in the last segment may yet grow where it is.
  const last = headers.lastLoad();
  const mayStay = (t: Table): boolean => last !== undefined && t.was !== undefined && t.was.offset >= last.offset;
  const isHole = (t: Table): boolean => KINDS[t.kind].leavesHole && !t.writable && !mayStay(t);
  // One behind p_filesz is loaded too, but nothing promises that it will be.
  const holes = left.filter((t) => isHole(t) && homeOf(ground, t));

  const isFirst = table.was?.offset === elf.sections[1]?.header.offset;
  const least = isFirst ? endOfLook(elf, headersEnd, 1) : headersEnd;

  for (const { kind, was } of holes) {
    if (!was) continue;

    const isInside = (offset: number): boolean => offset >= was.offset && offset < was.offset + was.size;
    const taken = placed.filter((p) => p.strategy === "hole" && isInside(p.offset)).map((p) => p.offset + p.size);

    // The address is to be aligned, not the offset.
    const delta = was.address - BigInt(was.offset);
    const skew = Number(delta % BigInt(table.align));
    const offset = alignUp(Math.max(was.offset, least, ...taken) + skew, table.align) - skew;
    if (offset + size > was.offset + was.size) continue;

    const why = `${TABLE_NAMES[kind]} left its place`;
    return { strategy: "hole", offset, address: BigInt(offset) + delta, size, why };
  }
  return undefined;
}
