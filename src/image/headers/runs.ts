import { where } from "../../codec/ascending.js";
import { readExactly } from "../../codec/source.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../elf.js";
import { sectionColumns, sectionsByOffset } from "./section-columns.js";
import { assertInFile, sectionAt } from "./sections.js";

/** Sections that stand one behind the other, read together: an object file has one for each of many functions. */
export interface Run {
  readonly bytes: Uint8Array;
  /** File offset of the first of these bytes. */
  readonly start: number;
  /** The sections' indexes. */
  readonly sections: Uint32Array;
}

/** What may lie between two sections of a run: padding. */
const LARGEST_GAP = 16;
/** Where a run ends at the latest, but for a section that is larger itself. */
const LARGEST_RUN = 1 << 20;

/**
 * Reads the sections that are wanted, in the order of the file. Nothing between them is read but padding. `TRUNCATED`;
 * `MALFORMED` where two take the same bytes, which could not both be rewritten.
 */
export function* runs(elf: ElfFile, isWanted: (section: number) => boolean): Generator<Run> {
  const c = sectionColumns(elf);
  const order = where(sectionsByOffset(elf), isWanted);
  for (const i of order) assertInFile(elf, c, i);
  let reached = 0;

  for (let first = 0; first < order.length;) {
    const start = c.offset[order[first]!]!;
    let end = start;
    let next = first;

    for (; next < order.length; next++) {
      const i = order[next]!;
      const offset = c.offset[i]!;
      const size = c.fileSize[i]!;
      if (next > first && (offset > end + LARGEST_GAP || offset + size > start + LARGEST_RUN)) break;
      if (size > 0 && offset < reached) {
        fail("MALFORMED", `section ${sectionAt(elf, i).name || i} takes bytes of another table`, { offset });
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
