import { filtered } from "../../codec/ascending.js";
import { readExactly } from "../../codec/source.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../elf.js";
import { sectionColumns, sectionsByOffset } from "./section-columns.js";
import { assertInFile, sectionAt } from "./sections.js";

/** Sections that lie one behind the other, read together: an object file may have one for each function. */
export interface Run {
  readonly bytes: Uint8Array;
  /** File offset of the first of these bytes. */
  readonly start: number;
  /** The sections' indexes. */
  readonly sections: Uint32Array;
}

/** Bytes of padding that may lie between two sections of a run. */
const LARGEST_GAP = 16;
/** Bytes of a run at most, except for a section that is larger itself. */
const LARGEST_RUN = 1 << 20;

/**
 * Reads the sections that are wanted, in the order of the file. Between them it reads nothing but padding. `TRUNCATED`;
 * `MALFORMED` where two sections share bytes, since both could not be rewritten.
 */
export function* sectionRuns(elf: ElfFile, isWanted: (section: number) => boolean): Generator<Run> {
  const columns = sectionColumns(elf);
  const order = filtered(sectionsByOffset(elf), isWanted);
  for (const i of order) assertInFile(elf, columns, i);

  /** The end of the last section that has bytes. */
  let reached = 0;
  let first = 0;
  while (first < order.length) {
    const start = columns.offset[order[first]!]!;
    let end = start;
    let next = first;
    for (; next < order.length; next++) {
      const i = order[next]!;
      const offset = columns.offset[i]!;
      const size = columns.fileSize[i]!;
      if (next > first && (offset > end + LARGEST_GAP || offset + size > start + LARGEST_RUN)) break;
      if (size > 0 && offset < reached) {
        fail("MALFORMED", `section ${sectionAt(elf, i).name || i} shares bytes with another table`, { offset });
      }

      end = Math.max(end, offset + size);
      if (size > 0) reached = end;
    }

    yield {
      bytes: readExactly(elf.source, start, end - start, "sections"),
      start,
      sections: order.subarray(first, next),
    };
    first = next;
  }
}
