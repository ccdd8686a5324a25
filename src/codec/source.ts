import { ElfError, fail, hex } from "../error.js";
import { refuseArgument } from "../input.js";
import { skipZeros } from "./bytes.js";

/**
 * Where bytes come from: a buffer, a file, a plan. Whoever reads asks only for what it needs.
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

/** A range of another source as a source, such as a member of a static library. */
export function partOf(source: ByteSource, offset: number, size: number): ByteSource {
  return { size, read: (from, length) => source.read(offset + from, length) };
}

/** What users pass: the bytes of a file, a Node `Buffer` among them, or a source. */
export type ElfInput = Uint8Array | ArrayBufferLike | ByteSource;

/**
 * The source of what users pass.
 *
 * @param of the function that was called, for the message
 * @throws ElfError `BAD_INPUT` for anything else
 */
export function toSource(input: ElfInput, of = "readElf"): ByteSource {
  const bytes = bytesIn(input);
  if (bytes) return bytesSource(bytes);

  const source = input as ByteSource | null | undefined;
  const isSource = typeof source?.read === "function" && typeof source.size === "number";
  return isSource ? source : refuseArgument(of, "the bytes of a file or a ByteSource", input, hintFor(input));
}

/** The bytes of a view or a buffer, also of another realm (a test runner's, a frame's); undefined for anything else. */
export function bytesIn(input: unknown): Uint8Array | undefined {
  if (input instanceof Uint8Array) return input;
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);

  const isBuffer = /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(input));
  return isBuffer ? new Uint8Array(input as ArrayBufferLike) : undefined;
}

/** What to do with a path, a promise, a Response, an ElfFile or the result of a patch. */
function hintFor(input: unknown): string {
  if (typeof input === "string") return "read the file first, or use a function of elfwright/node, which takes paths";
  if (typeof input !== "object" || input === null) return "";

  if ("then" in input || "arrayBuffer" in input) return "await it, or its arrayBuffer(), first";
  if ("href" in input) return "read the file first";
  if ("bytes" in input) return "give its .bytes";
  return "source" in input ? "give its .source" : "";
}

/** Reads a range that is checked before. `TRUNCATED` names what should have been there. */
export function readExactly(source: ByteSource, offset: number, length: number, what: string): Uint8Array {
  assertInside(source, offset, length, what);
  if (length === 0) return new Uint8Array(0);

  const b = source.read(offset, length);
  if (b.length !== length) {
    throw new ElfError("IO", `the source gave ${b.length} bytes where ${length} at ${hex(offset)} were asked for`, {});
  }
  // The slice() of a Buffer shares memory, that of a Uint8Array copies: no Buffer goes on from here.
  return new Uint8Array(b.buffer, b.byteOffset, b.byteLength);
}

/** {@link readExactly} into an array of the caller. */
export function fillFrom(source: ByteSource, offset: number, target: Uint8Array, what: string): void {
  assertInside(source, offset, target.length, what);
  if (source.readInto) {
    source.readInto(offset, target);
    return;
  }

  let at = 0;
  for (const c of chunks(source, offset, target.length, what)) {
    target.set(c, at);
    at += c.length;
  }
}

function assertInside({ size }: ByteSource, offset: number, length: number, what: string): void {
  const end = offset + length;
  const isInside = Number.isSafeInteger(end) && offset >= 0 && length >= 0 && end <= size;
  if (isInside) return;

  const range = `${length} bytes at ${hex(offset)}`;
  fail("TRUNCATED", `${what} (${range}) reaches past the end of the file (${size} bytes)`, { offset, length, size });
}

/** Reads a range in pieces of at most `step` bytes, so that a large one needs little memory. */
export function* chunks(
  source: ByteSource,
  offset: number,
  length: number,
  what: string,
  step = 1 << 20,
): Generator<Uint8Array> {
  for (let at = 0; at < length; at += step) yield readExactly(source, offset + at, Math.min(step, length - at), what);
}

/** Does a range hold nothing but zeros? It is read in blocks, up to the first byte that is none. */
export function holdsZeros(source: ByteSource, offset: number, length: number, what: string): boolean {
  for (const bytes of chunks(source, offset, length, what)) {
    if (skipZeros(bytes) < bytes.length) return false;
  }
  return true;
}
