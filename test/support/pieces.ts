import { type ByteSource, readExactly } from "../../src/codec/source.js";
import { firstAt, type Piece } from "../../src/pieces/pieces.js";

/** The bytes of a range of an output, piece by piece: what a source of pieces has to give. */
export function readPieces(source: ByteSource, pieces: readonly Piece[], offset: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let i = firstAt(pieces, offset), at = offset; at < offset + length; i++) {
    const p = pieces[i]!;
    const skip = at - p.at;
    const size = Math.min(p.size - skip, offset + length - at);
    if (p.kind === "input") out.set(readExactly(source, p.from + skip, size, "the input"), at - offset);
    if (p.kind === "bytes") out.set(p.bytes.subarray(skip, skip + size), at - offset);
    at += size;
  }
  return out;
}
