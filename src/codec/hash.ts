import { encodeText } from "./bytes.js";

const bytesOf = (name: string | Uint8Array): Uint8Array => (typeof name === "string" ? encodeText(name) : name);

/**
 * The System V ABI's hash of a name (gABI, "Hash Table"). DT_HASH has that of symbols, version records have their own.
 */
export function sysvHash(name: string | Uint8Array): number {
  let h = 0;
  for (const byte of bytesOf(name)) {
    h = (h << 4) + byte;
    const high = h & 0xf0000000;
    h = (h ^ (high >>> 24)) & ~high;
  }
  return h >>> 0;
}

/** DT_GNU_HASH's hash of a symbol's name: 32 bits, times 33 for each byte, from 5381 on. */
export function gnuHash(name: string | Uint8Array): number {
  let h = 5381;
  for (const byte of bytesOf(name)) h = (h * 33 + byte) >>> 0;
  return h;
}
