import { fail } from "../error.js";

/**
 * Reads LEB128 numbers one after the other; each fits into 32 bits here, or is only skipped. `MALFORMED` past the end.
 */
export class LebReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly #start: number;

  /**
   * @param start the file offset of the first of these bytes, for errors
   * @param at the index of the first number's first byte
   */
  constructor(bytes: Uint8Array, start: number, at = 0) {
    this.bytes = bytes;
    this.#start = start;
    this.at = at;
  }

  byte(): number {
    const b = this.bytes[this.at++];
    return b === undefined ? this.#fail("a LEB128 number reaches past the end of its section") : b;
  }

  /** An unsigned number, 0..2^53-1. */
  unsigned(): number {
    let n = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = this.byte();
      n += (b & 127) * scale;
      if (n > Number.MAX_SAFE_INTEGER) this.#fail("a LEB128 number is above 2^53-1");
      if (b < 128) return n;
    }
  }

  /** A signed number of 32 bits; what is above wraps. */
  signed32(): number {
    let n = 0;
    let shift = 0;
    for (;;) {
      const b = this.byte();
      if (shift < 32) n |= (b & 127) << shift;
      shift += 7;
      if (b < 128) return shift < 32 && b & 64 ? n | (-1 << shift) : n;
    }
  }

  /** An unsigned number of 64 bits; what is above wraps. */
  unsigned64(): bigint {
    let n = 0n;
    for (let shift = 0; ; shift += 7) {
      const b = this.byte();
      if (shift < 64) n |= BigInt(b & 127) << BigInt(shift);
      if (b < 128) return BigInt.asUintN(64, n);
    }
  }

  /** A signed number of 64 bits; what is above wraps. */
  signed64(): bigint {
    let low = 0;
    let shift = 0;
    // Most numbers are small.
    for (; shift < 28; shift += 7) {
      const b = this.byte();
      low |= (b & 127) << shift;
      if (b < 128) return BigInt(b & 64 ? low | (-1 << (shift + 7)) : low);
    }

    let n = BigInt(low);
    for (; ; shift += 7) {
      const b = this.byte();
      if (shift < 64) n |= BigInt(b & 127) << BigInt(shift);
      if (b < 128) return BigInt.asIntN(64, shift < 57 && b & 64 ? n | (-1n << BigInt(shift + 7)) : n);
    }
  }

  skip(): void {
    while (this.byte() >= 128);
  }

  #fail(message: string): never {
    return fail("MALFORMED", message, { offset: this.#start + this.at - 1 });
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
