import { type ByteSource, readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { firstAt, type Piece } from "../pieces/pieces.js";
import type { Range } from "../pieces/ranges.js";
import type { Declared } from "./declared.js";

/** Bytes that are compared at once. */
const BLOCK = 1 << 16;

/** A range of bytes that both files have, at their offsets. */
export interface BytePair {
  /** Offset in the file before. */
  readonly from: number;
  /** Offset in the file after. */
  readonly at: number;
  readonly size: number;
}

/**
 * Two files that are compared. Where the second one is a plan, its pieces tell which bytes are those of the first one,
 * so that these are not read.
 */
export class Pair {
  readonly before: ElfFile;
  readonly after: ElfFile;
  /** What the plan says of itself; undefined for two files of which nothing is known. */
  readonly declared: Declared | undefined;
  readonly #pieces: readonly Piece[] | undefined;

  constructor(before: ElfFile, after: ElfFile, declared?: Declared, pieces?: readonly Piece[]) {
    this.before = before;
    this.after = after;
    this.declared = declared;
    this.#pieces = pieces;
  }

  /** Are these the same bytes? */
  isSame(pair: BytePair): boolean {
    return this.differing(pair).next().done === true;
  }

  /** The runs of bytes that differ, counted from the start of the range: all of it where a file ends before it does. */
  *differing(pair: BytePair): Generator<Range> {
    const { from, at, size } = pair;
    const hasAll = from + size <= this.before.source.size && at + size <= this.after.source.size;
    if (!hasAll) {
      yield { start: 0, end: size };
      return;
    }

    let open: { start: number; end: number } | undefined;
    for (const run of this.#runs(pair)) {
      if (open && open.end === run.start) {
        open.end = run.end;
        continue;
      }
      if (open) yield open;
      open = { ...run };
    }
    if (open) yield open;
  }

  *#runs({ from, at, size }: BytePair): Generator<Range> {
    const pieces = this.#pieces;
    if (!pieces) {
      yield* this.#compared({ from, at, size }, 0);
      return;
    }

    const end = at + size;
    for (let i = firstAt(pieces, at), done = at; done < end; i++) {
      const piece = pieces[i]!;
      const until = Math.min(piece.at + piece.size, end);
      const isTheSame = piece.kind === "input" && piece.from - piece.at === from - at;
      if (!isTheSame) yield* this.#compared({ from: from + done - at, at: done, size: until - done }, done - at);
      done = until;
    }
  }

  /** @param start where these bytes begin in the range that the runs are counted in */
  *#compared({ from, at, size }: BytePair, start: number): Generator<Range> {
    for (let done = 0; done < size; done += BLOCK) {
      const length = Math.min(BLOCK, size - done);
      const old = readExactly(this.before.source, from + done, length, "the file before");
      const now = readExactly(this.after.source, at + done, length, "the file after");
      yield* unequalRuns(old, now, start + done);
    }
  }
}

/** @param start where these bytes begin in the range that the runs are counted in */
function* unequalRuns(a: Uint8Array, b: Uint8Array, start: number): Generator<Range> {
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;

    const first = i;
    while (i < a.length && a[i] !== b[i]) i++;
    yield { start: start + first, end: start + i };
  }
}

/** The runs of a range of a file that are not zero, counted from its start. */
export function* nonZeroRuns(source: ByteSource, offset: number, size: number): Generator<Range> {
  const zeros = new Uint8Array(Math.min(BLOCK, size));
  for (let done = 0; done < size; done += BLOCK) {
    const length = Math.min(BLOCK, size - done);
    const bytes = readExactly(source, offset + done, length, "the file");
    yield* unequalRuns(zeros.subarray(0, length), bytes, done);
  }
}
