import { type ByteSource, fillFrom } from "../codec/source.js";

/** The bytes of one comparison. */
const CHUNK = 1 << 16;

/** Are `size` bytes of two files the same? */
export function sameBytes(a: ByteSource, atA: number, b: ByteSource, atB: number, size: number): boolean {
  for (let done = 0; done < size; done += CHUNK) {
    const [x, y] = [new Uint8Array(Math.min(CHUNK, size - done)), new Uint8Array(Math.min(CHUNK, size - done))];
    fillFrom(a, atA + done, x, "the file");
    fillFrom(b, atB + done, y, "the file");
    if (Buffer.compare(x, y) !== 0) return false;
  }
  return true;
}
