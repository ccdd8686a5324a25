import { viewOf } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";

/**
 * runtime.pclntab's first word by version: Go 1.2, 1.16, 1.18, 1.20 (src/debug/gosym/pclntab.go). Two zero bytes
 * follow.
 */
const MAGICS = [0xfb, 0xfa, 0xf0, 0xf1] as const;

export const GO_TABLE_MAGICS: readonly string[] = MAGICS.flatMap((m) => [
  `${String.fromCharCode(m)}\xff\xff\xff\0\0`,
  `\xff\xff\xff${String.fromCharCode(m)}\0\0`,
]);

/**
 * Is this Go's table of functions: an instruction's smallest size and a pointer's behind the magic, then a count that
 * the file could hold?
 */
export function isGoTable(elf: ElfFile, offset: number): boolean {
  if (offset % 8 !== 0 || offset + 16 > elf.source.size) return false;
  const b = readExactly(elf.source, offset, 16, "Go's table of functions");
  const { littleEndian, class: elfClass } = elf.header;
  const little = b[0] !== 0xff;
  const pointer = elfClass / 8;
  if (little !== littleEndian || !(b[6] === 1 || b[6] === 2 || b[6] === 4) || b[7] !== pointer) return false;
  const functions = viewOf(b).getUint32(littleEndian || pointer === 4 ? 8 : 12, littleEndian);
  return functions > 0 && functions < elf.source.size / 4;
}
