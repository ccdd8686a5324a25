import { viewOf } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";

/**
 * The lowest byte of runtime.pclntab's first word by version: Go 1.2, 1.16, 1.18, 1.20 (src/debug/gosym/pclntab.go).
 * The other three are 0xff, and two zero bytes follow.
 */
const MAGICS = [0xfb, 0xfa, 0xf0, 0xf1] as const;

/** The magic of each version, in both byte orders. */
export const GO_TABLE_MAGICS: readonly string[] = /* @__PURE__ */ MAGICS.flatMap((lowest) => [
  `${String.fromCharCode(lowest)}\xff\xff\xff\0\0`,
  `\xff\xff\xff${String.fromCharCode(lowest)}\0\0`,
]);

const HEADER = 16;

/**
 * Is this Go's table of functions? Behind the magic stand the smallest size of an instruction and the size of a
 * pointer, then a number of functions that the file could hold.
 */
export function isGoTable(elf: ElfFile, offset: number): boolean {
  if (offset % 8 !== 0 || offset + HEADER > elf.source.size) return false;

  const head = readExactly(elf.source, offset, HEADER, "Go's table of functions");
  const { littleEndian, class: elfClass } = elf.header;
  const isLittleEndian = head[0] !== 0xff;
  const instruction = head[6];
  const pointer = head[7];
  if (isLittleEndian !== littleEndian || pointer !== elfClass / 8) return false;
  if (instruction !== 1 && instruction !== 2 && instruction !== 4) return false;

  // The number has the size of a pointer: these are its lower 32 bits.
  const functions = viewOf(head).getUint32(littleEndian || pointer === 4 ? 8 : 12, littleEndian);
  return functions > 0 && functions < elf.source.size / 4;
}
