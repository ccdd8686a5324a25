import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { elfEnd } from "../image/headers/overlay.js";
import { sectionColumns } from "../image/headers/section-columns.js";
import type { Piece } from "../pieces/pieces.js";
import { damage, type ProgramDifference } from "./difference.js";
import { lostMemory } from "./explain.js";
import { Pair } from "./pair.js";
import { placeDifferences } from "./places.js";
import { attempt, loadedDifferences } from "./program.js";
import type { Proof } from "./proof.js";
import { addedDifferences, endsNames, matchInOrder, sectionDifferences } from "./sections.js";

/** Differences that a message tells. */
const TOLD = 4;

/** A file that is to be, as its rewrite gives it. */
export interface ProvedPlan {
  readonly after: ElfFile;
  /** Where each of its bytes comes from. */
  readonly pieces: readonly Piece[];
  readonly proof: Proof;
}

/**
 * Proves a rewrite: what its edits do not ask for is in the output as it is in the input. Memory is compared piece by
 * piece, and the tables of loaders by what they say; bytes that the plan takes from the same place are not read.
 *
 * @throws ElfError `INVARIANT` with the first differences
 */
export function prove(before: ElfFile, plan: ProvedPlan): void {
  const differences = [...unasked(before, plan)];
  if (differences.length === 0) return;

  const told = differences.slice(0, TOLD).map((d) => `${d.at}: ${d.message}`);
  fail(
    "INVARIANT",
    `the rewritten file would be another program in ${differences.length} place(s), so nothing was written: ` +
      told.join("; "),
    { rules: [...new Set(differences.map((d) => `prove-${d.part}`))] },
  );
}

/** The differences that no edit asks for. */
function* unasked(before: ElfFile, { after, pieces, proof }: ProvedPlan): Generator<ProgramDifference> {
  const { declared, link, contents } = proof;
  const pair = new Pair(before, after, declared, pieces);
  yield* loadedDifferences(pair, { judge: lostMemory, link });
  if (!declared.isDebugFile) yield* attempt("segments", pair, placeDifferences);

  if (!declared.dropsHeaders) {
    yield* attempt("sections", pair, (p) => {
      const { indexOf, differences } = matchInOrder(p);
      const taken = new Set(Array.from({ length: sectionColumns(p.before).count }, (_, i) => indexOf(i)));
      const names = endsNames(before) && !endsNames(after) ? [damage("sections", ".shstrtab", "names do not end")] : [];
      return [...differences, ...names, ...sectionDifferences(p, indexOf, contents), ...addedDifferences(p, taken)];
    });
  }
  yield* attempt("overlay", pair, overlayDifferences);
}

/** The bytes behind the end of the ELF file, by the option that says what becomes of them. */
function* overlayDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after, declared } = pair;
  const end = elfEnd(before);
  // Where all of it stays, nobody has to look whether it is only zeros.
  if (pair.isSame({ from: end, at: end, size: before.source.size - end })) return;

  const { overlay } = before;
  if (!overlay || declared!.overlay === "drop") return;

  const { offset, size } = overlay;
  const places = [offset, after.source.size - size];
  const isThere = places.some(
    (at) => at >= 0 && at + size <= after.source.size && pair.isSame({ from: offset, at, size }),
  );
  if (!isThere) yield damage("overlay", "overlay", `${size} bytes behind the ELF file are not whole`);
}
