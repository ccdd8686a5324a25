import type { PhdrView } from "../../../codec/records.js";
import type { ElfFile } from "../../../image/elf.js";
import { PT } from "../../../spec/constants.js";
import { segmentTypeName } from "../../../spec/names.js";
import { KINDS } from "../../tables/kinds.js";
import type { Table } from "../../tables/table.js";
import type { Requests } from "../../wish/requests.js";
import type { SegmentWish } from "../../wish/wish.js";
import { ProgramHeaders } from "../program-headers.js";
import { emptiedSegment, extensibleSegment, growLast, growTrailing, trailingSegment } from "./at-end.js";
import { entryRoom } from "./entry-room.js";
import { Ground, namesOf } from "./ground.js";
import {
  AT_ITS_PLACE,
  findSpot,
  IN_LOADED,
  LAST_RESORT,
  type Limits,
  MAKING_ROOM,
  mayHaveDebugFile,
  type Strategist,
} from "./strategies.js";

/**
 * What placing has found before the end of the file is known: every table has its place, but for those of a new
 * segment.
 */
export interface Placing {
  readonly ground: Ground;
  /** Tables that want a new segment behind everything else. */
  readonly homeless: readonly Table[];
  /** A segment of an earlier patch whose program header the new one takes. */
  readonly emptied: PhdrView | undefined;
  /** Where the loaded part of the file ends, where its last segment grew. */
  readonly grownTo: number | undefined;
  /** Program headers that the table grows by. */
  readonly entries: number;
}

/**
 * Finds a place for every table: in what is loaded already, at the end of the segment that an earlier patch appended,
 * in a new segment, or behind the memory of the last one, in this order. Also finds the room for the program headers
 * that are wanted. `NO_ROOM`.
 *
 * @param atEnd may bytes go to the end of the file? Behind an overlay that keeps its place, only a new segment can.
 */
export function placeTables(elf: ElfFile, { tables, segments }: Requests, atEnd: boolean): Placing {
  const ground = new Ground(elf, new ProgramHeaders(elf), tables);
  const added = segments.filter((s) => s.added && !ground.headers.first(s.type));
  const limits = usualLimits(elf, added);

  ground.homeless = tables.filter((table) => !placeInLoaded(ground, table, limits));
  const { segment, emptied, entries } = homeFor(ground, added, limits, atEnd);

  const { homeless } = ground;
  const grownTo = segment && growSegment(ground, segment, homeless);
  return { ground, homeless: segment ? [] : homeless, emptied, grownTo, entries };
}

/**
 * The first PT_LOAD keeps its end where a debug file may exist. Many patches place nothing elsewhere, so it is found
 * out when asked.
 */
function usualLimits(elf: ElfFile, added: readonly SegmentWish[]): Limits {
  let known: boolean | undefined;
  return {
    headersEnd: headersEnd(elf, added),
    get growsFirst() {
      return (known ??= !mayHaveDebugFile(elf));
    },
  };
}

/** Gives a table the first place that the strategies find for all its bytes, or else for as few as will do. */
function placeInLoaded(ground: Ground, table: Table, limits: Limits): boolean {
  const { size, least } = table;
  const sizes = least === size ? [size] : [size, least];
  return sizes.some((bytes) => takeFirst(ground, table, bytes, [...AT_ITS_PLACE, ...IN_LOADED], limits));
}

/** Where the program header table ends with all that it may get: those that are wanted, and one of a new segment. */
function headersEnd({ header: h }: ElfFile, added: readonly SegmentWish[]): number {
  return h.phoff + (h.phnum + added.length + 1) * h.phentsize;
}

function takeFirst(
  ground: Ground,
  table: Table,
  size: number,
  strategies: readonly Strategist[],
  limits: Limits,
): boolean {
  const spot = findSpot(strategies, ground, table, size, limits);
  if (spot) ground.take(table, spot);
  return spot !== undefined;
}

/** The segment whose end takes the tables that are left. */
interface EndSegment {
  readonly view: PhdrView;
  /** Did an earlier patch append it, or is it the program's own? */
  readonly isOurs: boolean;
}

interface Home {
  /** Undefined for a new one. */
  readonly segment: EndSegment | undefined;
  readonly emptied: PhdrView | undefined;
  readonly entries: number;
}

/**
 * Where the tables go that found no place: a program header for a new segment may cost another table its place, which
 * then goes along, and so on until nothing changes.
 */
function homeFor(ground: Ground, added: readonly SegmentWish[], limits: Limits, atEnd: boolean): Home {
  let segment: EndSegment | undefined;
  let emptied: PhdrView | undefined;
  let found = 0;

  for (;;) {
    const isWanted = ground.homeless.length > 0;
    if (isWanted && !segment && atEnd) segment = ours(trailingSegment(ground));
    if (isWanted && !segment) emptied = emptiedSegment(ground);
    const isNew = isWanted && !segment && !emptied;
    const count = added.length + (isNew ? 1 : 0);
    if (count <= found) break;

    const blocks = entryRoom(ground, count);
    // A table that a program may read itself would be overwritten: the last segment comes first then.
    const costs = !blocks || blocks.some((b) => KINDS[b.kind].readByCode === "all");
    const last = costs && atEnd && isNew ? extensibleSegment(ground) : undefined;
    if (last) {
      segment = { view: last, isOurs: false };
      continue;
    }
    if (!blocks) {
      lastResort(ground, isNew, added, limits);
      ground.homeless = [];
      continue;
    }

    // A table that must leave for a program header may have had its place already.
    for (const block of blocks) {
      const isSettled = ground.homeless.includes(block) || takeFirst(ground, block, block.size, MAKING_ROOM, limits);
      if (!isSettled) ground.homeless = [...ground.homeless, block];
    }
    found = count;
  }

  const unused = ground.headers.ofType(PT.NULL).length;
  return { segment, emptied, entries: Math.max(0, found - unused) };
}

const ours = (view: PhdrView | undefined): EndSegment | undefined => view && { view, isOurs: true };

/**
 * Where nothing else has room, the first segment may grow although a debug file may exist. `NO_ROOM` where that does
 * not help either.
 *
 * @param isNew is it a new segment that there was no room for?
 * @param added program headers that the file shall get: while there are any, a table that made room for one cannot grow
 * where it is
 */
function lastResort(ground: Ground, isNew: boolean, added: readonly SegmentWish[], limits: Limits): void {
  const { elf, homeless, notes } = ground;
  const isNewRoom = !mayHaveDebugFile(elf) || !isNew;
  const strategies = [...(added.length === 0 ? AT_ITS_PLACE : []), ...LAST_RESORT];
  const left = isNewRoom
    ? homeless
    : homeless.filter(
        (t) => !takeFirst(ground, t, t.size, strategies, { headersEnd: limits.headersEnd, growsFirst: true }),
      );

  if (left.length > 0) ground.noRoom(namesOf(left));
  if (!isNew) ground.noRoom(added.map((s) => segmentTypeName(s.type, elf.header.machine)).join(", "));
  notes.push({
    note: "FIRST_SEGMENT",
    message:
      "the first segment had to grow, so elfutils takes wrong addresses from a debug file that was split off before",
  });
}

/**
 * Puts the tables behind a segment's end. Returns the new end in the file; undefined where there is nothing to put
 * there.
 */
function growSegment(ground: Ground, { view, isOurs }: EndSegment, tables: readonly Table[]): number | undefined {
  if (tables.length === 0) return undefined;
  return isOurs ? growTrailing(ground, view, tables) : growLast(ground, view, tables);
}
