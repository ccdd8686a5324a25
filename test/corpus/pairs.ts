import { type ElfFile, PT, type Section, type Segment, SHT } from "../../src/index.js";

/**
 * The names of the sections that keep the bytes which moves leave behind: those that a later patch may use, and those
 * that programs may read.
 */
export const COVERS: readonly string[] = [".elfwright.old", ".elfwright.kept"];

export interface SegmentPairs {
  readonly pairs: readonly (readonly [before: Segment, after: Segment])[];
  readonly added: readonly Segment[];
  readonly complaints: readonly string[];
}

/**
 * Which program header of the result is which of the input. Their order must be the same; unused ones may have been
 * taken.
 */
export function pairSegments(a: ElfFile, b: ElfFile): SegmentPairs {
  const left = a.segments.filter((s) => s.type !== PT.NULL);
  const pairs: [Segment, Segment][] = [];
  const added: Segment[] = [];
  let next = 0;

  for (const q of b.segments) {
    if (q.type === PT.NULL) continue;

    const p = left[next];
    if (p && p.type === q.type && (p.type !== PT.LOAD || maps(q, p))) {
      pairs.push([p, q]);
      next++;
    } else {
      added.push(q);
    }
  }

  const complaints =
    next < left.length
      ? [
          `program header of type 0x${left[next]!.type.toString(16)} at 0x${left[next]!.exact("vaddr").toString(16)} is gone`,
        ]
      : [];
  for (const s of added) {
    if (s.type !== PT.LOAD && s.type !== PT.GNU_STACK) {
      complaints.push(`a program header of type 0x${s.type.toString(16)} was added`);
    }
  }

  return { pairs, added, complaints };
}

/** Does `q` map the first byte of `p` from where it was? It may begin earlier. */
const maps = (q: Segment, p: Segment): boolean =>
  q.exact("vaddr") <= p.exact("vaddr") &&
  p.exact("vaddr") <= q.exact("vaddr") + q.exact("memsz") &&
  p.exact("vaddr") - q.exact("vaddr") === p.exact("offset") - q.exact("offset");

export interface SectionPairs {
  readonly pairs: readonly (readonly [before: Section, after: Section])[];
  readonly dropped: readonly Section[];
  readonly added: readonly Section[];
  /** Index in the input to index in the result. */
  readonly index: ReadonlyMap<number, number>;
}

/** Which section header of the result is which of the input: those that stay keep their order. */
export function pairSections(a: ElfFile, b: ElfFile): SectionPairs {
  const pairs: [Section, Section][] = [];
  const dropped: Section[] = [];
  const added: Section[] = [];
  let at = 0;
  // Where the last segment grew, its .bss stands in the file.
  const same = (p: Section, q: Section) =>
    p.name === q.name &&
    (p.header.type === q.header.type || (p.header.type === SHT.NOBITS && q.header.type === SHT.PROGBITS));

  for (const q of b.sections) {
    const rest = a.sections.slice(at);
    const k = rest.findIndex((p) => same(p, q));
    if (k >= 0) {
      dropped.push(...rest.slice(0, k));
      pairs.push([rest[k]!, q]);
      at += k + 1;
    } else if (q.header.type === SHT.NULL && a.sections[at]) {
      dropped.push(a.sections[at++]!);
    } else {
      added.push(q);
    }
  }

  dropped.push(...a.sections.slice(at));
  return { pairs, dropped, added, index: new Map(pairs.map(([p, q]) => [p.index, q.index])) };
}
