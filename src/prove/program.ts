import { isElfError } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { isDebugFile } from "../image/headers/sections.js";
import { ET } from "../spec/constants.js";
import { segmentDifferences } from "./segments.js";
import type { LinkProof } from "./proof.js";
import { damage, type ProgramDifference, type ProgramPart } from "./difference.js";
import { dynamicDifferences } from "./dynamic.js";
import { memoryDifferences, type MemoryJudge } from "./explain.js";
import { headerDifferences, interpreterDifferences } from "./headers.js";
import { keptLinkDifferences } from "./kept-link.js";
import { noteDifferences } from "./notes.js";
import { Pair } from "./pair.js";

/** What a comparison brings that not every one needs. */
export interface LoadedTools {
  /** Says what it means that memory differs. */
  readonly judge: MemoryJudge;
  /** Undefined where nothing of dynamic linking may say something else. */
  readonly link: LinkProof | undefined;
}

/** One part of the comparison. */
type Comparison = (pair: Pair) => Iterable<ProgramDifference>;

const isLoadable = (elf: ElfFile): boolean =>
  (elf.header.type === ET.EXEC || elf.header.type === ET.DYN) && !isDebugFile(elf);

/**
 * All that makes the second file another program than the first one: headers, memory, and what loaders read.
 */
export function* loadedDifferences(pair: Pair, { judge, link }: LoadedTools): Generator<ProgramDifference> {
  yield* attempt("header", pair, headerDifferences);
  if (pair.declared?.isDebugFile === true) yield* attempt("notes", pair, noteDifferences);
  if (!isLoadable(pair.before) || pair.declared?.isDebugFile === true) return;

  yield* attempt("interpreter", pair, interpreterDifferences);
  yield* attempt("segments", pair, segmentDifferences);
  yield* attempt("dynamic", pair, dynamicDifferences);
  yield* attempt("symbols", pair, link?.compare ?? keptLinkDifferences);
  yield* attempt("notes", pair, noteDifferences);
  yield* attempt("memory", pair, (p) => memoryDifferences(p, { judge, link }));
}

/** What cannot be read of the file before, nobody can miss. What can be read no more is lost. */
export function attempt(part: ProgramPart, pair: Pair, compare: Comparison): ProgramDifference[] {
  try {
    return [...compare(pair)];
  } catch (e) {
    if (!isElfError(e) || e.code === "IO") throw e;
    return isReadable(pair, compare) ? [damage(part, part, e.message)] : [];
  }
}

/** Can the file before be compared with itself? */
function isReadable({ before, declared }: Pair, compare: Comparison): boolean {
  try {
    for (const difference of compare(new Pair(before, before, declared))) void difference;
    return true;
  } catch (e) {
    if (!isElfError(e) || e.code === "IO") throw e;
    return false;
  }
}
