import type { ElfFile } from "../image/elf.js";
import { type Change, changed, type ChangeValue } from "./change.js";
import { buildIdOf, describeFile } from "./describe.js";
import { diffDynamic } from "./diff-dynamic.js";
import { diffSections, diffSegments } from "./diff-headers.js";
import { diffNotes } from "./diff-notes.js";
import { diffRelocations, diffSecurity } from "./diff-summaries.js";
import { diffSymbols } from "./diff-symbols.js";
import { diffVersions } from "./diff-versions.js";
import { Tolerant } from "../image/tolerant.js";

export type { Change, ChangeValue } from "./change.js";

export interface DiffOptions {
  /** Also what only follows from where things lie: addresses, offsets, sizes, counts. Default false. */
  readonly layout?: boolean;
  /**
   * Also relocations by type, and the security facts, which follow from other parts and read every relocation and
   * symbol name. Default true.
   */
  readonly summaries?: boolean;
}

/**
 * What `after` means that `before` does not: loader, libraries, search paths, flags, versions, sections, symbols,
 * notes, relocations by type, security, overlay. Bytes of code and data are not compared. A part that cannot be read is
 * like one that is not there.
 *
 * @example
 * diffElf(readElf(before), readElf(after)) // [{ at: "dynamic", tag: "DT_RUNPATH", from: null, to: "$ORIGIN/../lib" }]
 */
export function diffElf(before: ElfFile, after: ElfFile, options: DiffOptions = {}): Change[] {
  const layout = options.layout ?? false;
  const t = new Tolerant();
  return [
    ...diffHeader(before, after, layout),
    ...changed(
      { at: "interpreter" },
      t.part(() => before.interpreter),
      t.part(() => after.interpreter),
    ),
    ...diffDynamic(before, after, layout),
    ...diffVersions(before, after),
    ...diffSegments(before, after, layout),
    ...diffSections(before, after, layout),
    ...diffSymbols(before, after),
    ...diffNotes(before, after),
    ...(options.summaries === false ? [] : [...diffRelocations(before, after), ...diffSecurity(before, after)]),
    ...changed(
      { at: "buildId" },
      t.part(() => buildIdOf(before)),
      t.part(() => buildIdOf(after)),
    ),
    ...diffOverlay(before, after, layout),
    ...changed({ at: "size" }, before.source.size, after.source.size),
  ];
}

const HEADER_FIELDS = ["class", "byteOrder", "type", "machine", "osabi", "abiVersion", "flags", "entry"] as const;
const TABLE_FIELDS = ["phoff", "phnum", "shoff", "shnum", "shstrndx"] as const;

function* diffHeader(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const a = describeFile(before, new Tolerant());
  const b = describeFile(after, new Tolerant());
  for (const field of HEADER_FIELDS) yield* changed({ at: "header", field }, a[field], b[field]);
  if (layout) {
    for (const field of TABLE_FIELDS) {
      yield* changed({ at: "header", field }, before.header[field], after.header[field]);
    }
  }
}

function* diffOverlay(before: ElfFile, after: ElfFile, layout: boolean): Generator<Change> {
  const t = new Tolerant();
  const a = t.part(() => before.overlay);
  const b = t.part(() => after.overlay);
  const of = (o: { offset: number; size: number } | null, field: "offset" | "size"): ChangeValue =>
    o ? o[field] : null;
  yield* changed({ at: "overlay" }, of(a, "size"), of(b, "size"));
  if (layout && a && b) yield* changed({ at: "overlay", field: "offset" }, a.offset, b.offset);
}
