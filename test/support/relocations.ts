import { EM, type ElfFile } from "../../src/index.js";

/**
 * Splits r_info into the index of the symbol and the rest (gABI). Little-endian 64-bit MIPS keeps r_sym in the low word
 * (its psABI).
 */
export function symbolOf(h: ElfFile["header"], info: bigint): { symbol: number; rest: bigint } {
  if (h.class === 32) return { symbol: Number(info >> 8n), rest: info & 0xffn };
  if (h.machine === EM.MIPS && h.littleEndian) return { symbol: Number(info & 0xffffffffn), rest: info >> 32n };
  return { symbol: Number(info >> 32n), rest: info & 0xffffffffn };
}
