import type { PhdrView, ShdrView } from "../../../codec/records.js";
import { sectionAt } from "../../../image/headers/sections.js";
import { ownNotes } from "../../../image/notes/notes.js";
import { PF, SHF, SHT } from "../../../spec/constants.js";
import { mergedRanges, type Range, subtractRanges } from "../../../pieces/ranges.js";
import { KINDS } from "../../tables/kinds.js";
import type { Move } from "../../tables/table.js";
import { COVER_NAME, KEPT_NAME } from "../../../spec/own-marks.js";
import { isKeptCover } from "../place/covers.js";
import { endOfLook, tablesInTheWay, wantsSpare } from "../place/headmove.js";
import type { TablePlaces } from "../places.js";
import type { ProgramHeaders } from "../program-headers.js";
import type { Following } from "./following.js";

const COVERS: readonly string[] = [COVER_NAME, KEPT_NAME];

/**
 * Covers of earlier patches that the grown program header table reaches into now begin after it. Empty ones move too:
 * BFD moves the image down for any section below the end of the table.
 */
export function trimCovers({ rows, headers, elf }: Following): void {
  const { phoff } = elf.header;
  const tableEnd = headers.end;
  if (tableEnd <= phoff) return;

  for (let row = 0; row < rows.length; row++) {
    const view = rows.view(row);
    const offset = view.near("offset");
    const isReached = offset >= phoff && offset < tableEnd && COVERS.includes(rows.name(row));
    if (isReached) beginAt(view, tableEnd);
  }
}

/** Makes a section begin later; its end stays. */
function beginAt(view: ShdrView, start: number): void {
  const by = start - view.offset;
  view.size = Math.max(0, view.size - by);
  view.setExact("addr", view.exact("addr") + BigInt(by));
  view.offset = start;
}

/**
 * Gives what a move left behind a section of its own. `strip` zeroes loaded bytes that no section covers, and a program
 * may read them (its own _DYNAMIC, its notes).
 */
export function addCovers(following: Following, places: TablePlaces): void {
  const { headers, elf } = following;

  // Strip would write a segment wrong that has no section: ours, once another tool has taken its tables away, and the
  // first one, once all its tables have left.
  for (const { offset, bytes } of places.marks) addCover(following, KEPT_NAME, offset, offset + bytes.length);

  for (const { start, end } of leftBehind(following, places)) {
    const kept = Math.max(start, Math.min(end, ...readByCode(places, start, end)));
    addCover(following, COVER_NAME, clearedUpTo(following, places, start, kept), kept);
    addCover(following, KEPT_NAME, kept, end);
  }

  const first = loadOf(headers, elf.header.phoff, headers.end);
  if (first && !hasSection(following, first)) addCover(following, COVER_NAME, headers.end, first.offset + first.filesz);
}

const loadOf = (headers: ProgramHeaders, start: number, end: number): PhdrView | undefined =>
  headers.loads().find((l) => l.offset <= start && end <= l.offset + l.filesz);

/** Does a section have bytes in the segment? */
function hasSection({ rows }: Following, load: PhdrView): boolean {
  for (let row = 0; row < rows.length; row++) {
    const view = rows.view(row);
    const offset = view.near("offset");
    const hasBytes = (view.flags & SHF.ALLOC) !== 0 && view.type !== SHT.NOBITS && view.exact("size") > 0n;
    if (hasBytes && offset >= load.offset && offset < load.offset + load.filesz) return true;
  }
  return false;
}

/** Where what lies after the program header table begins, of a range. */
function behindTable({ elf, headers }: Following, start: number, end: number): number {
  const isInTable = start < headers.end && start >= elf.header.phoff;
  return isInTable ? Math.min(headers.end, end) : start;
}

/** Adds a cover for a range of the output: for what of it lies after the program header table, and is still loaded. */
function addCover(following: Following, name: string, from: number, end: number): void {
  const { rows, headers } = following;
  const start = behindTable(following, from, end);
  const load = loadOf(headers, start, end);
  if (start === end || !load) return;

  const isWritable = (load.flags & PF.W) !== 0;
  const row = rows.add(name, {
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | (isWritable ? SHF.WRITE : 0),
    offset: start,
    size: end - start,
  });
  rows.view(row).setExact("addr", load.exact("vaddr") + BigInt(start - load.offset));
}

/**
 * Clears what stands close behind the program header table, where nothing can read it, and returns up to where. For a
 * SHT_PROGBITS section there, patchelf moves the whole table to the end of the file, and strip brings it back over what
 * stands there. Zeros without a section are free, for patchelf as for a later patch of ours. Not where addresses are
 * fixed: there patchelf writes new tables in front of such a section, and without one up to where no segment reaches.
 */
function clearedUpTo(following: Following, places: TablePlaces, from: number, to: number): number {
  const { elf, headers, cleared } = following;
  const start = behindTable(following, from, to);
  const end = Math.min(to, endOfLook(elf, headers.end, 4));
  if (!wantsSpare(elf) || start < headers.end || start >= end) return from;
  if (oldTagsLeadTo(places, start, end)) return from;

  const left = places.moves.map((m) => m.table);
  if (tablesInTheWay(elf, start, end, left).length > 0) return from;

  cleared.push({ start, end });
  return end;
}

/**
 * Does a dynamic section that was left, which a program may read (`_DYNAMIC`), lead to a table that was here? It was
 * left now, or by an earlier patch, which kept it.
 */
function oldTagsLeadTo(places: TablePlaces, start: number, end: number): boolean {
  const isTagged = leftIn(places, start, end).some(({ table }) => KINDS[table.kind].tag !== null);
  return isTagged && (places.moveOf("dynamic") !== undefined || places.elf.sections.some(isKeptCover));
}

/** What has left this range. */
const leftIn = ({ moves }: TablePlaces, start: number, end: number): Move[] =>
  moves.filter(({ was }) => was.offset < end && was.offset + was.size > start);

/** Offsets in this range at which a program may read what a table has left: its own _DYNAMIC or notes. */
function readByCode(places: TablePlaces, start: number, end: number): number[] {
  return leftIn(places, start, end).flatMap(({ table, was }) => {
    switch (KINDS[table.kind].readByCode) {
      case "all":
        return [was.offset];
      case "own notes":
        return ownNotes(places.elf, was).map((n) => n.offset);
      case "nothing":
        return [];
    }
  });
}

/** The old places of what moved: of the tables and of their sections, which may hold more than the loader's part. */
function leftBehind({ elf, rows }: Following, { moves, placed }: TablePlaces): Range[] {
  const tables = moves.map(({ was }) => ({ start: was.offset, end: was.offset + was.size }));

  const sections: Range[] = [];
  for (let row = 0; row < rows.inputs; row++) {
    const { header: old, name } = sectionAt(elf, rows.was(row)!);
    const hasBytes = (old.flags & SHF.ALLOC) !== 0 && old.type !== SHT.NOBITS;
    const hasMoved = hasBytes && rows.view(row).exact("addr") !== old.exact("addr");

    // A cover never moves: where its address is another, it was only trimmed.
    if (hasMoved && !COVERS.includes(name)) sections.push({ start: old.offset, end: old.offset + old.size });
  }

  const taken = placed.map((p) => ({ start: p.offset, end: p.offset + p.size }));
  return subtractRanges(mergedRanges([...tables, ...sections]), mergedRanges(taken));
}
