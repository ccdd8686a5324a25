import { type ElfFile, PT, type Section, type Segment, SHT } from "../../src/index.js";

/**
 * The names of the sections that cover bytes which moves leave behind: bytes that a later patch may use, and bytes that
 * programs may read.
 */
export const COVERS: readonly string[] = [".elfwright.old", ".elfwright.kept"];

export interface SegmentPairs {
  readonly pairs: readonly (readonly [before: Segment, after: Segment])[];
  readonly added: readonly Segment[];
  readonly complaints: readonly string[];
}

/**
 * Finds the program header of the result for each of the input. Their order must be the same; a patch may use PT_NULL
 * entries.
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

  const complaints: string[] = [];
  const gone = left[next];
  if (gone) {
    const [type, address] = [gone.type.toString(16), gone.exact("vaddr").toString(16)];
    complaints.push(`program header of type 0x${type} at 0x${address} is gone`);
  }
  for (const s of added) {
    if (s.type !== PT.LOAD && s.type !== PT.GNU_STACK) {
      complaints.push(`a program header of type 0x${s.type.toString(16)} was added`);
    }
  }

  return { pairs, added, complaints };
}

/** Does `q` map the first byte of `p` to the same address from the same offset? It may begin earlier. */
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

/** Finds the section header of the result for each of the input. Those that stay keep their order. */
export function pairSections(a: ElfFile, b: ElfFile): SectionPairs {
  const pairs: [Section, Section][] = [];
  const dropped: Section[] = [];
  const added: Section[] = [];
  // Where the last segment grew, its .bss has bytes in the file.
  const isSame = (p: Section, q: Section) =>
    p.name === q.name &&
    (p.header.type === q.header.type || (p.header.type === SHT.NOBITS && q.header.type === SHT.PROGBITS));

  let at = 0;
  for (const q of b.sections) {
    const rest = a.sections.slice(at);
    const found = rest.findIndex((p) => isSame(p, q));
    if (found >= 0) {
      dropped.push(...rest.slice(0, found));
      pairs.push([rest[found]!, q]);
      at += found + 1;
    } else if (q.header.type === SHT.NULL && rest[0]) {
      dropped.push(rest[0]);
      at++;
    } else {
      added.push(q);
    }
  }

  dropped.push(...a.sections.slice(at));
  return { pairs, dropped, added, index: new Map(pairs.map(([p, q]) => [p.index, q.index])) };
}
