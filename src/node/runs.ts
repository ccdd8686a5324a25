import type { Piece } from "../pieces/pieces.js";
import type { Range } from "../pieces/ranges.js";

/** New ranges of the output with at most this much between them are one: a system call costs more than the bytes. */
const GAP = 4096;

/** The ranges of the output, in order, of which its pieces say that they are new. Offsets in bytes. */
export function newRanges(pieces: readonly Piece[]): Range[] {
  const out: { start: number; end: number }[] = [];
  for (const p of pieces) {
    if (p.kind === "input" && p.from === p.at) continue;
    const last = out.at(-1);
    if (last && p.at - last.end <= GAP) last.end = p.at + p.size;
    else out.push({ start: p.at, end: p.at + p.size });
  }
  return out;
}
