import type { ElfFile } from "../image/elf.js";
import { Tolerant } from "../image/tolerant.js";
import { type Change, changed } from "./change.js";
import { buildIdOf, describeFile } from "./describe.js";
import { diffDynamic } from "./diff-dynamic.js";
import { diffSections, diffSegments } from "./diff-headers.js";
import { diffSymbols } from "./diff-symbols.js";
import { diffVersions } from "./diff-versions.js";

/** Tells further changes. */
export type Teller = (before: ElfFile, after: ElfFile) => Iterable<Change>;

/**
 * The changes of everything that edits can change, but for notes: few edits do, and what reads them would make every
 * bundle larger.
 *
 * @param layout also tells changes that only follow from where things lie
 * @param more its changes stand behind those of the symbols
 */
export function changesBetween(before: ElfFile, after: ElfFile, layout: boolean, more?: Teller): Change[] {
  return [
    ...diffHeader(before, after, layout),
    ...diffInterpreter(before, after),
    ...diffDynamic(before, after, layout),
    ...diffVersions(before, after),
    ...diffSegments(before, after, layout),
    ...diffSections(before, after, layout),
    ...diffSymbols(before, after),
    ...(more?.(before, after) ?? []),
    ...diffBuildId(before, after),
    ...diffOverlay(before, after, layout),
    ...changed({ at: "size" }, before.source.size, after.source.size),
  ];
}

const HEADER_FIELDS = ["class", "byteOrder", "type", "machine", "osabi", "abiVersion", "flags", "entry"] as const;
const TABLE_FIELDS = ["phoff", "phnum", "shoff", "shnum", "shstrndx"] as const;

function* diffHeader(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const from = describeFile(before, new Tolerant());
  const to = describeFile(after, new Tolerant());
  for (const field of HEADER_FIELDS) yield* changed({ at: "header", field }, from[field], to[field]);

  if (!layout) return;
  for (const field of TABLE_FIELDS) yield* changed({ at: "header", field }, before.header[field], after.header[field]);
}

function diffInterpreter(before: ElfFile, after: ElfFile): Iterable<Change> {
  const tolerant = new Tolerant();
  const from = tolerant.part(() => before.interpreter);
  const to = tolerant.part(() => after.interpreter);
  return changed({ at: "interpreter" }, from, to);
}

function diffBuildId(before: ElfFile, after: ElfFile): Iterable<Change> {
  const tolerant = new Tolerant();
  const from = tolerant.part(() => buildIdOf(before));
  const to = tolerant.part(() => buildIdOf(after));
  return changed({ at: "buildId" }, from, to);
}

function* diffOverlay(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const tolerant = new Tolerant();
  const from = tolerant.part(() => before.overlay);
  const to = tolerant.part(() => after.overlay);
  yield* changed({ at: "overlay" }, from?.size ?? null, to?.size ?? null);
  if (layout && from && to) yield* changed({ at: "overlay", field: "offset" }, from.offset, to.offset);
}
