import { ElfError, fail, hex } from "../error.js";

/**
 * Where bytes come from: a buffer, a file, a plan. The reader asks only for what it needs.
 * `read` returns exactly `length` bytes; it is only called with ranges inside `0..size`.
 * The caller may keep what it returns, and never writes to it.
 */
export interface ByteSource {
  /** Total bytes, 0..2^53-1. */
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  /** Fills `target` with the bytes from `offset` on, for sources that can do so without an array of their own. */
  readInto?(offset: number, target: Uint8Array): void;
}

/** A source over bytes in memory; reads are views, nothing is copied. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** A range of another source, as a source: a member of a static library. */
export function partOf(source: ByteSource, offset: number, size: number): ByteSource {
  return { size, read: (from, length) => source.read(offset + from, length) };
}

/** Takes what users pass: bytes or a source. */
export function toSource(input: Uint8Array | ByteSource): ByteSource {
  return input instanceof Uint8Array ? bytesSource(input) : input;
}

/** `read`, with the range checked: `TRUNCATED` names what should have been there. */
export function readExactly(source: ByteSource, offset: number, length: number, what: string): Uint8Array {
  inside(source, offset, length, what);
  if (length === 0) return new Uint8Array(0);
  const b = source.read(offset, length);
  if (b.length !== length) {
    throw new ElfError("IO", `the source gave ${b.length} bytes where ${length} at ${hex(offset)} were asked for`, {});
  }
  // A Buffer's slice() shares memory where Uint8Array's copies: only the latter goes on from here.
  return new Uint8Array(b.buffer, b.byteOffset, b.byteLength);
}

/** {@link readExactly} into an array that the caller has. */
export function fillFrom(source: ByteSource, offset: number, target: Uint8Array, what: string): void {
  inside(source, offset, target.length, what);
  if (source.readInto) return source.readInto(offset, target);
  let at = 0;
  for (const c of chunks(source, offset, target.length, what)) {
    target.set(c, at);
    at += c.length;
  }
}

function inside(source: ByteSource, offset: number, length: number, what: string): void {
  if (!Number.isSafeInteger(offset + length) || offset < 0 || length < 0 || offset + length > source.size) {
    fail(
      "TRUNCATED",
      `${what} (${length} bytes at ${hex(offset)}) reaches past the end of the file (${source.size} bytes)`,
      { offset, length, size: source.size },
    );
  }
}

/** Walks a range in pieces of at most `step` bytes, so that a large range needs little memory. */
export function* chunks(
  source: ByteSource,
  offset: number,
  length: number,
  what: string,
  step = 1 << 20,
): Generator<Uint8Array> {
  for (let at = 0; at < length; at += step) yield readExactly(source, offset + at, Math.min(step, length - at), what);
}
