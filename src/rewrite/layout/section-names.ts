import type { ElfFile } from "../../image/elf.js";
import { loadedAt, sectionColumns } from "../../image/headers/section-columns.js";
import { SHT } from "../../spec/constants.js";

/**
 * May the name table be written anew at another place? Not where it is loaded, or other sections take strings from it.
 */
export function ownsNameTable(elf: ElfFile, dropped: ReadonlySet<number>): boolean {
  const index = elf.header.shstrndx;
  const c = sectionColumns(elf);
  const isThere = index > 0 && index < c.count;
  if (!isThere || c.type[index] !== SHT.STRTAB || loadedAt(c, index)) return false;

  for (let i = 0; i < c.count; i++) {
    const isUser = c.link[i] === index && !dropped.has(i) && c.type[i] !== SHT.NULL;
    if (isUser) return false;
  }
  return true;
}
