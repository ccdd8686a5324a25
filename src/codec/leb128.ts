import { fail } from "../error.js";

/** In the last byte of a signed number, the bit that says that it is negative. */
const SIGN = 64;

/** Reads LEB128 numbers one after the other (DWARF, "Variable Length Data"). `MALFORMED` past the end. */
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
    const byte = this.bytes[this.at++];
    return byte === undefined ? this.#fail("a LEB128 number reaches past the end of its section") : byte;
  }

  /** An unsigned number, 0..2^53-1. */
  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) this.#fail("a LEB128 number is above 2^53-1");
      if (byte < 128) return value;
    }
  }

  /** A signed number of 32 bits; bits above are cut off. */
  signed32(): number {
    let value = 0;
    let shift = 0;
    for (;;) {
      const byte = this.byte();
      if (shift < 32) value |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) return shift < 32 && byte & SIGN ? value | (-1 << shift) : value;
    }
  }

  /** An unsigned number of 64 bits; bits above are cut off. */
  unsigned64(): bigint {
    let value = 0n;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      if (shift < 64) value |= BigInt(byte & 127) << BigInt(shift);
      if (byte < 128) return BigInt.asUintN(64, value);
    }
  }

  /** A signed number of 64 bits; bits above are cut off. */
  signed64(): bigint {
    let low = 0;
    let shift = 0;
    // Most numbers are small: four bytes need no bigint.
    for (; shift < 28; shift += 7) {
      const byte = this.byte();
      low |= (byte & 127) << shift;
      if (byte < 128) return BigInt(byte & SIGN ? low | (-1 << (shift + 7)) : low);
    }

    let value = BigInt(low);
    for (; ; shift += 7) {
      const byte = this.byte();
      if (shift < 64) value |= BigInt(byte & 127) << BigInt(shift);
      if (byte >= 128) continue;

      const isNegative = shift < 57 && (byte & SIGN) !== 0;
      return BigInt.asIntN(64, isNegative ? value | (-1n << BigInt(shift + 7)) : value);
    }
  }

  /** Passes over a number of any size. */
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
    const bits = rest & 127;
    rest >>= 7;
    const isLast = bits & SIGN ? rest === -1 : rest === 0;
    if (isLast) {
      out.push(bits);
      return;
    }
    out.push(bits | 128);
  }
}
