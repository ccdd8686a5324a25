import { firstAt, joinedPieces, type Piece, slicePiece } from "./pieces.js";

/**
 * Two rewrites as one. `inner` makes a file of the input, and `outer` takes its bytes from that file; the result takes
 * them from the input itself. Both are in order and without gaps.
 */
export function composePieces(outer: readonly Piece[], inner: readonly Piece[]): Piece[] {
  return joinedPieces(outer.flatMap((p) => (p.kind === "input" ? [...cut(inner, p.from, p.size, p.at)] : [p])));
}

/** The `size` bytes of `inner` that begin at `from`, as pieces that begin at `at`. */
function* cut(inner: readonly Piece[], from: number, size: number, at: number): Generator<Piece> {
  const end = from + size;
  for (let i = firstAt(inner, from); i < inner.length && inner[i]!.at < end; i++) {
    const p = inner[i]!;
    const skip = Math.max(0, from - p.at);
    const length = Math.min(p.at + p.size, end) - p.at - skip;
    const part = slicePiece(p, skip, length);
    yield { ...part, at: part.at - from + at };
  }
}
