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
import { entryRoom, spareBlocks } from "./entry-room.js";
import { Ground, namesOf } from "./ground.js";
import { wantsSpare } from "./headmove.js";
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

/** What placing has found: every table has its place, but for those of a new segment, which wait for the file's end. */
export interface Placing {
  readonly ground: Ground;
  /** Tables that want a new segment after everything else. */
  readonly homeless: readonly Table[];
  /** A segment of an earlier patch, whose program header the new one takes. */
  readonly emptied: PhdrView | undefined;
  /** Where the loaded part of the file ends now; undefined where its last segment has not grown. */
  readonly grownTo: number | undefined;
  /** How many entries the program header table grows by. */
  readonly entries: number;
}

/**
 * Finds a place for every table: in what is loaded already, at the end of the segment that an earlier patch appended,
 * in a new segment, or after the memory of the last one, in this order. Also finds room for the program headers that
 * are wanted. `NO_ROOM`.
 *
 * @param atEnd may segments at the end of the file grow? Not before an overlay that keeps its place: only a new segment
 * can go after it.
 */
export function placeTables(elf: ElfFile, { tables, segments }: Requests, atEnd: boolean): Placing {
  const ground = new Ground(elf, new ProgramHeaders(elf), tables);
  const added = segments.filter((s) => s.added && !ground.headers.first(s.type));
  const limits = usualLimits(elf, added);

  ground.homeless = tables.filter((table) => !placeInLoaded(ground, table, limits));
  const { segment, emptied, entries } = homeFor(ground, added, limits, atEnd);
  if (entries === 0) freeEntry(ground, limits);

  const { homeless } = ground;
  const grownTo = segment && growSegment(ground, segment, homeless);
  return { ground, homeless: segment ? [] : homeless, emptied, grownTo, entries };
}

/**
 * The first PT_LOAD keeps its end where a debug file may exist. Many patches place nothing elsewhere, so that question
 * is answered when it is asked.
 */
function usualLimits(elf: ElfFile, added: readonly SegmentWish[]): Limits {
  let known: boolean | undefined;
  return {
    headersEnd: headersEnd(elf, added),
    get growsFirst() {
      return (known ??= isBun(elf) || !mayHaveDebugFile(elf));
    },
  };
}

/**
 * Where the program header table ends with all that it may get: the entries that are wanted, a new segment's, and one
 * of another tool.
 */
function headersEnd(elf: ElfFile, added: readonly SegmentWish[]): number {
  const { phoff, phnum, phentsize } = elf.header;
  return phoff + (phnum + added.length + (wantsSpare(elf) ? 2 : 1)) * phentsize;
}

/**
 * Is it bun? `bun build --compile` copies bun, and makes the segment that has the section .bun end behind all others:
 * it writes over what comes behind that one in the file (write_bun_section). So all has to stand in front of that end.
 */
const isBun = (elf: ElfFile): boolean => elf.sections.some((s) => s.name === ".bun");

/** Gives a table the first place that the strategies find for all its bytes, or else for the fewest that will do. */
function placeInLoaded(ground: Ground, table: Table, limits: Limits): boolean {
  const { size, least } = table;
  const strategies = [...AT_ITS_PLACE, ...IN_LOADED];
  if (takeFirst(ground, table, size, strategies, limits)) return true;
  return least !== size && takeFirst(ground, table, least, strategies, limits);
}

/** Gives a table the first place that the strategies find. Returns whether there was one. */
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

/** The segment at whose end the tables go that are left. */
interface EndSegment {
  readonly view: PhdrView;
  /** Did an earlier patch append it, or is it the program's own? */
  readonly isOurs: boolean;
}

/** Where the tables go that found no place, as far as it is known. */
interface Home {
  /** Undefined for a new segment. */
  readonly segment: EndSegment | undefined;
  readonly emptied: PhdrView | undefined;
  /** How many program headers have found room. */
  readonly entries: number;
}

/**
 * Finds the home of the tables that found no place. The program header of a new segment may cost another table its
 * place. That table then goes along, and so on until nothing changes.
 */
function homeFor(ground: Ground, added: readonly SegmentWish[], limits: Limits, atEnd: boolean): Home {
  let home: Home = { segment: undefined, emptied: undefined, entries: 0 };

  for (;;) {
    if (ground.homeless.length > 0) home = withEnd(ground, home, atEnd);

    const isNew = ground.homeless.length > 0 && !home.segment && !home.emptied;
    const wanted = added.length + (isNew ? 1 : 0);
    if (wanted <= home.entries) break;

    home = withEntries(ground, home, wanted, { isNew, added, limits, atEnd });
  }

  const unused = ground.headers.ofType(PT.NULL).length;
  return { ...home, entries: Math.max(0, home.entries - unused) };
}

/** Takes a segment that an earlier patch appended: it grows, or a new one takes its program header. */
function withEnd(ground: Ground, home: Home, atEnd: boolean): Home {
  if (home.segment) return home;

  const last = atEnd && isBun(ground.elf) ? extensibleSegment(ground) : undefined;
  if (last) return { ...home, segment: { view: last, isOurs: false } };

  const trailing = atEnd ? trailingSegment(ground) : undefined;
  if (trailing) return { ...home, segment: { view: trailing, isOurs: true } };
  return { ...home, emptied: emptiedSegment(ground) };
}

/**
 * Moves tables that keep another tool from adding a program header, as far as there is room for them in what is loaded.
 */
function freeEntry(ground: Ground, limits: Limits): void {
  for (const block of spareBlocks(ground)) {
    if (!takeFirst(ground, block, block.size, MAKING_ROOM, limits)) return;
  }
}

/** What room for program headers is asked with. */
interface EntryWish {
  /** Is one of them that of a new segment? */
  readonly isNew: boolean;
  readonly added: readonly SegmentWish[];
  readonly limits: Limits;
  readonly atEnd: boolean;
}

/** Makes room for program headers, or finds a home that needs fewer of them. */
function withEntries(ground: Ground, home: Home, wanted: number, { isNew, added, limits, atEnd }: EntryWish): Home {
  const blocks = entryRoom(ground, wanted);

  // Where a table would be overwritten that a program may read itself, the last segment comes first.
  const overwritesRead = !blocks || blocks.some((t) => KINDS[t.kind].readByCode === "all");
  const last = overwritesRead && atEnd && isNew ? extensibleSegment(ground) : undefined;
  if (last) return { ...home, segment: { view: last, isOurs: false } };

  if (!blocks) {
    lastResort(ground, isNew, added, limits);
    ground.homeless = [];
    return home;
  }

  moveAway(ground, blocks, limits);
  return { ...home, entries: wanted };
}

/** Finds other places for tables that stand in the way of program headers. They may have had a place already. */
function moveAway(ground: Ground, blocks: readonly Table[], limits: Limits): void {
  // The hole fills from its start on, and the table that stood first may need its end (`inHole`).
  const inOrder = wantsSpare(ground.elf) ? [...blocks].reverse() : blocks;
  for (const block of inOrder) {
    if (ground.homeless.includes(block)) continue;

    const hasPlace = takeFirst(ground, block, block.size, MAKING_ROOM, limits);
    if (!hasPlace) ground.homeless = [...ground.homeless, block];
  }
}

/**
 * Where nothing else has room, the first segment may grow although a debug file may exist. `NO_ROOM` where that does
 * not help either.
 *
 * @param isNew is the room missing for the program header of a new segment?
 * @param added program headers that the file shall get: while there are any, a table that made room for one cannot grow
 * where it is
 */
function lastResort(ground: Ground, isNew: boolean, added: readonly SegmentWish[], limits: Limits): void {
  const { elf, homeless, notes } = ground;
  const strategies = [...(added.length === 0 ? AT_ITS_PLACE : []), ...LAST_RESORT];
  const wider: Limits = { headersEnd: limits.headersEnd, growsFirst: true };

  // Where no debug file can exist, the first segment was tried already.
  const mayHelp = mayHaveDebugFile(elf) && isNew;
  const left = mayHelp ? homeless.filter((t) => !takeFirst(ground, t, t.size, strategies, wider)) : homeless;

  if (left.length > 0) ground.noRoom(namesOf(left));
  if (!isNew) ground.noRoom(added.map((s) => segmentTypeName(s.type, elf.header.machine)).join(", "));
  notes.push({
    note: "FIRST_SEGMENT",
    message:
      "the first segment had to grow, so elfutils takes wrong addresses from a debug file that was split off before",
  });
}

/** Puts the tables after a segment's end. Returns its new end in the file; undefined where there are no tables. */
function growSegment(ground: Ground, { view, isOurs }: EndSegment, tables: readonly Table[]): number | undefined {
  if (tables.length === 0) return undefined;
  return isOurs ? growTrailing(ground, view, tables) : growLast(ground, view, tables);
}
