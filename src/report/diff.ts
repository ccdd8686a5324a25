import type { ElfFile } from "../image/elf.js";
import type { Change } from "./change.js";
import { changesBetween } from "./changes.js";
import { diffNotes } from "./diff-notes.js";
import { diffRelocations, diffSecurity } from "./diff-summaries.js";
import { assertElf, assertOptions } from "../input.js";

export type { Change, ChangeValue } from "./change.js";

export interface DiffOptions {
  /** Also compare what only follows from where things lie: addresses, offsets, sizes, counts. Default false. */
  readonly layout?: boolean | undefined;
  /**
   * Also compare relocations by type, and the security facts. They follow from other parts, and every relocation and
   * symbol name is read for them. Default true.
   */
  readonly summaries?: boolean | undefined;
}

/**
 * Lists what `after` means that `before` does not: loader, libraries, search paths, flags, versions, sections, symbols,
 * notes, relocations by type, security, overlay. Bytes of code and data are not compared. A part that cannot be read
 * counts as missing.
 *
 * @example
 * diffElf(readElf(before), readElf(after)) // [{ at: "dynamic", tag: "DT_RUNPATH", from: null, to: "$ORIGIN/../lib" }]
 */
export function diffElf(before: ElfFile, after: ElfFile, options: DiffOptions = {}): Change[] {
  assertElf("diffElf", before);
  assertElf("diffElf", after);
  assertOptions<DiffOptions>("diffElf", options, { layout: true, summaries: true });

  const { layout = false, summaries = true } = options;
  return changesBetween(before, after, layout, summaries ? withSummaries : diffNotes);
}

function* withSummaries(before: ElfFile, after: ElfFile): Generator<Change> {
  yield* diffNotes(before, after);
  yield* diffRelocations(before, after);
  yield* diffSecurity(before, after);
}
