import { fail } from "../error.js";

/** A DataView over exactly these bytes. */
export const viewOf = (b: Uint8Array): DataView => new DataView(b.buffer, b.byteOffset, b.byteLength);

/** The multiple of `alignment` at or above `n`. An alignment is any positive integer; 0 and 1 mean none. */
export const alignUp = (n: number, alignment: number): number =>
  alignment > 1 ? Math.ceil(n / alignment) * alignment : n;

/** The multiple of `alignment` at or below `n`. */
export const alignDown = (n: number, alignment: number): number =>
  alignment > 1 ? Math.floor(n / alignment) * alignment : n;

/** The multiple of `alignment` at or below an address of any size. */
export const addressDown = (address: bigint, alignment: number): bigint =>
  address - (address % BigInt(Math.max(1, alignment)));

/** The multiple of `alignment` at or above an address of any size. */
export const addressUp = (address: bigint, alignment: number): bigint =>
  addressDown(address + BigInt(Math.max(1, alignment) - 1), alignment);

/** The first offset from `from` on whose byte is not zero; `to` where all are zero. */
export function skipZeros(b: Uint8Array, from = 0, to = b.length): number {
  let at = from;
  while (at < to && b[at] === 0) at++;
  return at;
}

/** The bytes of an unsigned half-word or word. */
export function numberBytes(value: number, size: 2 | 4, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(size);
  const v = viewOf(bytes);
  if (size === 2) v.setUint16(0, value, littleEndian);
  else v.setUint32(0, value, littleEndian);
  return bytes;
}

/** Are these the same bytes? */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

/** All parts as one array, in order. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

// Made at first use: whoever needs no text needs none of them, and jsdom has none.
let encoder: InstanceType<typeof TextEncoder> | undefined;
let decoder: InstanceType<typeof TextDecoder> | undefined;

/** UTF-8 text. Invalid sequences become U+FFFD; {@link isLossless} tells whether there are any. */
export function decodeText(b: Uint8Array): string {
  decoder ??= new TextDecoder("utf-8", { ignoreBOM: true });
  return decoder.decode(b);
}

/** The UTF-8 bytes of a text, without a terminator. */
export function encodeText(s: string): Uint8Array {
  encoder ??= new TextEncoder();
  return encoder.encode(s);
}

/** Does decoding these bytes and encoding the text give the same bytes? */
export const isLossless = (b: Uint8Array): boolean => equalBytes(encodeText(decodeText(b)), b);

/** Two hexadecimal digits a byte. */
export const toHex = (b: Uint8Array): string => Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");

/** Bytes that become characters in one call: each is an argument, and the stack holds only so many. */
const CHUNK = 8192;

/** Each byte as one character U+0000..U+00FF, so that the engine's own string search can find bytes. */
export function toLatin1(b: Uint8Array): string {
  let text = "";
  for (let at = 0; at < b.length; at += CHUNK) {
    text += String.fromCharCode.apply(null, b.subarray(at, at + CHUNK) as unknown as number[]);
  }
  return text;
}

/** The bytes of a text as a C string, with its terminator. `BAD_EDIT` where the text cannot be one. */
export function cString(text: string, edit: string): Uint8Array {
  if (typeof text !== "string") fail("BAD_EDIT", `${edit}: ${JSON.stringify(text)} is not a string`, { edit });
  if (text.includes("\0")) {
    fail("BAD_EDIT", `${edit}: ${JSON.stringify(text)} contains a NUL, which ends a string in ELF`, { edit });
  }

  const bytes = encodeText(text);
  // A lone surrogate has no UTF-8 form: TextEncoder silently writes U+FFFD for it.
  if (decodeText(bytes) !== text) {
    fail("BAD_EDIT", `${edit}: ${JSON.stringify(text)} is not well-formed Unicode`, { edit });
  }
  return concat([bytes, new Uint8Array(1)]);
}
