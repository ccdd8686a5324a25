import type { ShdrView } from "../../../codec/records.js";
import { sectionAt } from "../../../image/headers/sections.js";
import { ownNotes } from "../../../image/notes/notes.js";
import { PF, PT, SHF, SHT } from "../../../spec/constants.js";
import { merged, type Range, subtract } from "../../../pieces/ranges.js";
import { KINDS } from "../../tables/kinds.js";
import { COVER_NAME, KEPT_NAME } from "../place/covers.js";
import type { TablePlaces } from "../places.js";
import type { Following } from "./following.js";

const COVERS: readonly string[] = [COVER_NAME, KEPT_NAME];

/** Covers of earlier patches that the grown program header table reaches into begin behind it. */
export function trimCovers({ rows, headers, elf }: Following): void {
  const start = headers.end;
  const { phoff } = elf.header;

  for (let row = 0; start > phoff && row < rows.length; row++) {
    const s = rows.view(row);
    const offset = s.near("offset");
    const isReached = offset >= phoff && offset < start && COVERS.includes(rows.name(row));
    if (isReached) shorten(s, start);
  }
}

/**
 * A cover that the grown program header table reaches into begins behind it: BFD moves the image down for an empty one
 * below, too.
 */
function shorten(s: ShdrView, start: number): void {
  s.size = Math.max(0, s.size - (start - s.offset));
  s.addr += start - s.offset;
  s.offset = start;
}

/**
 * What a move left behind gets a section of its own: `strip` zeroes loaded bytes that no section covers, and a program
 * may read them (its own _DYNAMIC, its notes).
 */
export function addCovers(following: Following, places: TablePlaces): void {
  for (const { start, end } of leftBehind(following, places)) {
    const kept = Math.max(start, Math.min(end, ...readByCode(places, start, end)));
    addCover(following, places, COVER_NAME, start, kept);
    addCover(following, places, KEPT_NAME, kept, end);
  }
}

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
  const isGone = vacated.some((v) => v.start <= start && end <= v.end);
  if (start === end || !load || isGone) return;

  const flags = SHF.ALLOC | (load.flags & PF.W ? SHF.WRITE : 0);
  rows.add(name, {
    type: SHT.PROGBITS,
    flags,
    addr: load.vaddr + start - load.offset,
    offset: start,
    size: end - start,
  });
}

/** Where in this range a program may read what a table has left: its own _DYNAMIC or notes. */
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

/** The old places of what moved: of the tables, and of their sections, which may hold more than the loader's part. */
function leftBehind({ elf, rows }: Following, { moves, placed }: TablePlaces): Range[] {
  const tables = moves.map(({ was }) => ({ start: was.offset, end: was.offset + was.size }));

  const sections: Range[] = [];
  for (let row = 0; row < rows.inputs; row++) {
    const { header: old, name } = sectionAt(elf, rows.was(row)!);
    const hasMoved =
      (old.flags & SHF.ALLOC) !== 0 && old.type !== SHT.NOBITS && rows.view(row).exact("addr") !== old.exact("addr");
    // A cover is never moved: where its address is another, it was only trimmed.
    if (hasMoved && !COVERS.includes(name)) sections.push({ start: old.offset, end: old.offset + old.size });
  }

  const taken = placed.map((p) => ({ start: p.offset, end: p.offset + p.size }));
  return subtract(merged([...tables, ...sections]), merged(taken));
}
