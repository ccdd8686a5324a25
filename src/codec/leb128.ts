import { fail } from "../error.js";

/** Reads LEB128 numbers one after the other; each fits into 32 bits here, or is only skipped. `MALFORMED` past the end. */
export class LebReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const b = this.bytes[this.at++];
    return b === undefined ? fail("MALFORMED", "a LEB128 number reaches past the end of its section", {}) : b;
  }

  /** An unsigned number, 0..2^53-1. */
  unsigned(): number {
    let n = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = this.byte();
      n += (b & 127) * scale;
      if (n > Number.MAX_SAFE_INTEGER) fail("MALFORMED", "a LEB128 number is above 2^53-1", {});
      if (b < 128) return n;
    }
  }

  /** A signed number of 32 bits; what is above wraps. */
  signed32(): number {
    let n = 0, shift = 0;
    for (;;) {
      const b = this.byte();
      if (shift < 32) n |= (b & 127) << shift;
      shift += 7;
      if (b < 128) return shift < 32 && b & 64 ? n | (-1 << shift) : n;
    }
  }

  skip(): void {
    while (this.byte() >= 128);
  }
}

/** Appends an unsigned LEB128 number. */
export function pushUnsigned(out: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  out.push(rest);
}

/** Appends a signed LEB128 number of 32 bits. */
export function pushSigned32(out: number[], value: number): void {
  let rest = value;
  for (;;) {
    const b = rest & 127;
    rest >>= 7;
    if ((rest === 0 && !(b & 64)) || (rest === -1 && b & 64)) {
      out.push(b);
      return;
    }
    out.push(b | 128);
  }
}
