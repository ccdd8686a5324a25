import type { Finding } from "../check/rule.js";
import { type ByteSource, readExactly } from "../codec/source.js";
import type { Note } from "../error.js";
import { piecesSource } from "../pieces/fill.js";
import type { Piece } from "../pieces/pieces.js";
import type { Placement } from "./layout/placement.js";
import type { Change } from "../report/diff.js";

/**
 * What a rewrite will do, before a byte is written. A plan is a {@link ByteSource} itself: `readElf(plan)` reads the
 * output.
 */
export interface Plan extends ByteSource {
  /** Size of the output in bytes. */
  readonly size: number;
  /** False where the output is the input, byte by byte. */
  readonly changed: boolean;
  /** Where each byte of the output comes from, in order and without gaps. */
  readonly pieces: readonly Piece[];
  /** Where each table went, and why. */
  readonly placements: readonly Placement[];
  /** What the caller should know: edits that matched nothing, hardening that was lost. */
  readonly notes: readonly Note[];
  /** The difference in ELF terms. */
  readonly changes: readonly Change[];
  /** What `check` says of the output, without the rules on what no edit can break. */
  readonly findings: readonly Finding[];
  /** Fills an array with the output's bytes from `offset` on. So a large output needs no array of its own size. */
  readInto(offset: number, target: Uint8Array): void;
  /** The output in one allocation. */
  bytes(): Uint8Array;
  /** The output as chunks: views of the input where it stays, new bytes elsewhere. */
  chunks(): Iterable<Uint8Array>;
}

/** A plan without what follows from its pieces. */
export type LaidPlan = Pick<Plan, "size" | "pieces" | "changed" | "placements" | "notes" | "findings"> & {
  /** Made when asked for. */
  readonly changes: () => readonly Change[];
};

/** The most bytes of one chunk, so that large files stream through little memory. */
const CHUNK = 1 << 20;

/** Does an output of these pieces differ from the input? */
export const differs = (source: ByteSource, pieces: readonly Piece[], size: number): boolean =>
  size !== source.size || pieces.some((p) => p.kind !== "input" || p.from !== p.at);

const UNTOLD: Note = {
  note: "UNTOLD",
  message:
    "no change in ELF terms: only padding, places that no loader looks at, or dates and owners of a library's members",
};

/** The plan that takes its pieces from this source. */
export function planOf(
  source: ByteSource,
  { size, pieces, changed, placements, notes, findings, changes }: LaidPlan,
): Plan {
  const out = piecesSource(source, pieces, size);
  let made: readonly Change[] | undefined;
  let said: readonly Note[] | undefined;
  return {
    ...out,
    changed,
    pieces,
    placements,
    findings,
    get notes() {
      // A new size is a change, and what moves a loader's table tells what it says now.
      const mayBeUntold = changed && size === source.size && placements.length === 0;
      return (said ??= mayBeUntold && this.changes.length === 0 ? [...notes, UNTOLD] : notes);
    },
    get changes() {
      return (made ??= changes());
    },
    *chunks() {
      for (const piece of pieces) {
        for (let at = 0; at < piece.size; at += CHUNK) {
          yield readExactly(out, piece.at + at, Math.min(CHUNK, piece.size - at), "the output");
        }
      }
    },
    bytes() {
      const all = new Uint8Array(size);
      out.readInto(0, all);
      return all;
    },
  };
}
