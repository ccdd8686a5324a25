import { encodeText } from "./bytes.js";

/** The System V ABI's hash of a name (gABI, "Hash Table"): of symbols in DT_HASH, of versions in their records. */
export function sysvHash(name: string): number {
  let h = 0;
  for (const byte of encodeText(name)) {
    h = (h << 4) + byte;
    const high = h & 0xf0000000;
    h = (h ^ (high >>> 24)) & ~high;
  }
  return h >>> 0;
}
