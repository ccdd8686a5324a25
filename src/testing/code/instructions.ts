import { concat, viewOf } from "../../codec/bytes.js";

/**
 * How a machine does what a text asks for: code with raw system calls, which needs no library. The numbers of the calls
 * are those of Linux (`asm/unistd.h` of the machine).
 */
export interface MachineCode {
  /** Ends the process with this status. */
  exits(status: number): Uint8Array;
  /** Writes the text, which stands behind the code, to stdout. Then it ends the process with 0, or returns. */
  prints(text: Uint8Array, then: "exit" | "return"): Uint8Array;
  /** Returns this number of 32 bits. */
  returns(value: number): Uint8Array;
  /**
   * Calls the function whose address stands `distance` bytes behind this code's first byte, and ends the process with
   * what it returned. The code has the same size for every distance.
   */
  calls(distance: number): Uint8Array;
  /** r_type of the relocation that fills a word with the address of a symbol (the psABI). */
  readonly addressRelocation: number;
}

/** Instructions one behind the other: bytes as hexadecimal digits, or a word of 32 bits in the byte order given. */
export function instructions(littleEndian: boolean, ...parts: readonly (string | number)[]): Uint8Array {
  const encoded = parts.map((part) => (typeof part === "number" ? word(part, littleEndian) : digits(part)));
  return concat(encoded);
}

function word(value: number, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value >>> 0, littleEndian);
  return bytes;
}

function digits(text: string): Uint8Array {
  const pairs = text.replaceAll(" ", "").match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}
