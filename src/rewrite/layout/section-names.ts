import type { ElfFile } from "../../image/elf.js";
import { loadedAt, sectionColumns } from "../../image/headers/section-columns.js";
import { SHT } from "../../spec/constants.js";

/** May the name table be written anew elsewhere? Not where it is loaded, or where sections that stay link to it. */
export function ownsNameTable(elf: ElfFile, dropped: ReadonlySet<number>): boolean {
  const index = elf.header.shstrndx;
  const columns = sectionColumns(elf);
  const { count, type, link } = columns;
  const isThere = index > 0 && index < count;
  if (!isThere || type[index] !== SHT.STRTAB || loadedAt(columns, index)) return false;

  for (let i = 0; i < count; i++) {
    const isUser = link[i] === index && !dropped.has(i) && type[i] !== SHT.NULL;
    if (isUser) return false;
  }
  return true;
}
