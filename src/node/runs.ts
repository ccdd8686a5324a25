import type { Piece } from "../pieces/pieces.js";
import type { Range } from "../pieces/ranges.js";

/** New ranges with at most this many bytes between them are joined: a system call costs more than the bytes. */
const GAP = 4096;

/** The new ranges of an output, in order. All other bytes keep their offset in the file. Offsets in bytes. */
export function newRanges(pieces: readonly Piece[]): Range[] {
  const ranges: { start: number; end: number }[] = [];
  for (const piece of pieces) {
    const stays = piece.kind === "input" && piece.from === piece.at;
    if (stays) continue;

    const end = piece.at + piece.size;
    const last = ranges.at(-1);
    if (last && piece.at - last.end <= GAP) last.end = end;
    else ranges.push({ start: piece.at, end });
  }
  return ranges;
}
