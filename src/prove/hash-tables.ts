import { type GnuHashTable, gnuHashTable, mipsHashTable, sysvHashTable } from "../image/dynamic/hash.js";
import type { ElfFile } from "../image/elf.js";

/** A hash table of the dynamic symbols. File offset and size in bytes. */
export interface HashTable {
  readonly tag: string;
  readonly offset: number;
  readonly size: number;
}

/** Where the hash tables are. */
export function hashTables(elf: ElfFile): HashTable[] {
  const sysv = sysvHashTable(elf);
  const gnu = gnuHashTable(elf);
  const mips = mipsHashTable(elf);
  return [
    ...(sysv ? [{ tag: "DT_HASH", offset: sysv.offset, size: sysv.size }] : []),
    ...(gnu ? [extentOf("DT_GNU_HASH", gnu, 1)] : []),
    ...(mips ? [extentOf("DT_MIPS_XHASH", mips, 2)] : []),
  ];
}

/** @param words how many words the table has for a symbol */
function extentOf(
  tag: string,
  { offset, chainsOffset, first, symbols = first }: GnuHashTable,
  words: number,
): HashTable {
  return { tag, offset, size: chainsOffset - offset + (symbols - first) * words * 4 };
}
