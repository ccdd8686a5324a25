import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import type { ElfFile } from "./elf.js";
import { fileRange, type Section } from "./sections.js";

/** Sections that stand one behind the other, read together: an object file has one for each of many functions. */
export interface Run {
  readonly bytes: Uint8Array;
  readonly parts: readonly { readonly section: Section; /** Where it begins in `bytes`. */ readonly at: number; readonly size: number }[];
}

/** What may lie between two sections of a run: padding. */
const LARGEST_GAP = 16;
/** Where a run ends at the latest, but for a section that is larger itself. */
const LARGEST_RUN = 1 << 20;

/**
 * Reads sections, in the order of the file. Nothing between them is read but padding. `TRUNCATED`; `MALFORMED` where two take the same bytes, which could
 * not both be rewritten.
 */
export function* runs(elf: ElfFile, sections: readonly Section[]): Generator<Run> {
  const ranges = sections.map((section) => ({ section, ...fileRange(section, elf.source) })).sort((a, b) => a.offset - b.offset);
  let reached = 0;
  for (let i = 0; i < ranges.length; ) {
    const start = ranges[i]!.offset;
    let end = start, next = i;
    for (; next < ranges.length; next++) {
      const r = ranges[next]!;
      if (next > i && (r.offset > end + LARGEST_GAP || r.offset + r.size > start + LARGEST_RUN)) break;
      if (r.size > 0 && r.offset < reached) fail("MALFORMED", `section ${r.section.name || r.section.index} takes bytes of another table`, { offset: r.offset });
      end = Math.max(end, r.offset + r.size);
      if (r.size > 0) reached = end;
    }
    yield { bytes: readExactly(elf.source, start, end - start, "sections"), parts: ranges.slice(i, next).map(({ section, offset, size }) => ({ section, at: offset - start, size })) };
    i = next;
  }
}
