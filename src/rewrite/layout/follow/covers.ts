import type { ShdrView } from "../../../codec/records.js";
import { sectionAt } from "../../../image/headers/sections.js";
import { ownNotes } from "../../../image/notes/notes.js";
import { PF, PT, SHF, SHT } from "../../../spec/constants.js";
import { mergedRanges, type Range, subtractRanges } from "../../../pieces/ranges.js";
import { KINDS } from "../../tables/kinds.js";
import { COVER_NAME, KEPT_NAME } from "../place/covers.js";
import type { TablePlaces } from "../places.js";
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
  for (const { start, end } of leftBehind(following, places)) {
    const kept = Math.max(start, Math.min(end, ...readByCode(places, start, end)));
    addCover(following, places, COVER_NAME, start, kept);
    addCover(following, places, KEPT_NAME, kept, end);
  }
}

/** Adds a cover for a range of the input: for what of it lies after the program header table, and is still loaded. */
function addCover(
  { elf, rows, headers }: Following,
  { vacated }: TablePlaces,
  name: string,
  from: number,
  end: number,
): void {
  const isInTable = from < headers.end && from >= elf.header.phoff;
  const start = isInTable ? Math.min(headers.end, end) : from;

  const load = elf.segments.find((s) => s.type === PT.LOAD && s.offset <= start && end <= s.offset + s.filesz);
  const isGone = vacated.some((range) => range.start <= start && end <= range.end);
  if (start === end || !load || isGone) return;

  const isWritable = (load.flags & PF.W) !== 0;
  const row = rows.add(name, {
    type: SHT.PROGBITS,
    flags: SHF.ALLOC | (isWritable ? SHF.WRITE : 0),
    offset: start,
    size: end - start,
  });
  rows.view(row).setExact("addr", load.exact("vaddr") + BigInt(start - load.offset));
}

/** Offsets in this range at which a program may read what a table has left: its own _DYNAMIC or notes. */
function readByCode({ elf, moves }: TablePlaces, start: number, end: number): number[] {
  const overlapping = moves.filter(({ was }) => was.offset < end && was.offset + was.size > start);
  return overlapping.flatMap(({ table, was }) => {
    switch (KINDS[table.kind].readByCode) {
      case "all":
        return [was.offset];
      case "own notes":
        return ownNotes(elf, was).map((n) => n.offset);
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
