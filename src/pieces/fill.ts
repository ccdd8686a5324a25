import { type ByteSource, fillFrom, readExactly } from "../codec/source.js";
import { firstAt, type Piece } from "./pieces.js";

/** Ranges of the input with at most this much between them, a page of the system's own, are read with one call. */
const GAP = 4096;
/** Such a call reads at most this much. */
const SPAN = 1 << 16;

/** The output as a source. */
export function piecesSource(
  source: ByteSource,
  pieces: readonly Piece[],
  size: number,
): ByteSource & Required<Pick<ByteSource, "readInto">> {
  return {
    size,
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      fillPieces(source, pieces, offset, bytes);
      return bytes;
    },
    readInto: (offset, target) => fillPieces(source, pieces, offset, target),
  };
}

/**
 * Fills `target` with the output's bytes from `offset` on. Of the input, it reads only the ranges that stay and the
 * little that lies between them.
 */
export function fillPieces(source: ByteSource, pieces: readonly Piece[], offset: number, target: Uint8Array): void {
  const end = offset + target.length;
  /** What the last call read, for the ranges that follow. */
  let near: { from: number; bytes: Uint8Array } | undefined;

  for (let i = firstAt(pieces, offset), at = offset; at < end; i++) {
    const p = pieces[i]!;
    const skip = at - p.at;
    const size = Math.min(p.size - skip, end - at);
    const part = target.subarray(at - offset, at - offset + size);

    if (p.kind === "zero") {
      part.fill(0);
    } else if (p.kind === "bytes") {
      part.set(p.bytes.subarray(skip, skip + size));
    } else {
      const from = p.from + skip;
      const isNear = near !== undefined && from >= near.from && from + size <= near.from + near.bytes.length;
      if (!isNear) {
        const to = nearEnd(pieces, i, from, size, end);
        near = to > from + size ? { from, bytes: readExactly(source, from, to - from, "the input") } : undefined;
      }
      if (near) part.set(near.bytes.subarray(from - near.from, from - near.from + size));
      else fillFrom(source, from, part, "the input");
    }

    at += size;
  }
}

/**
 * The end, in the input, of the ranges that are worth reading together with this one; its own end where there are none.
 */
function nearEnd(pieces: readonly Piece[], first: number, from: number, size: number, end: number): number {
  let to = from + size;
  for (let i = first + 1; i < pieces.length && pieces[i]!.at < end; i++) {
    const p = pieces[i]!;
    if (p.kind !== "input") continue;
    const until = p.from + Math.min(p.size, end - p.at);
    if (p.from < to || p.from - to > GAP || until - from > SPAN) break;
    to = until;
  }
  return to;
}
