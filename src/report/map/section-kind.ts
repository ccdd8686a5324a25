import type { Section } from "../../image/elf.js";
import { SHF, SHT } from "../../spec/constants.js";
import type { PartKind } from "./model.js";

const TABLES: readonly number[] = [
  SHT.STRTAB,
  SHT.RELA,
  SHT.HASH,
  SHT.DYNAMIC,
  SHT.REL,
  SHT.DYNSYM,
  SHT.RELR,
  SHT.CREL,
  SHT.ANDROID_REL,
  SHT.ANDROID_RELA,
  SHT.ANDROID_RELR,
  SHT.GNU_HASH,
  SHT.GNU_VERDEF,
  SHT.GNU_VERNEED,
  SHT.GNU_VERSYM,
];
const LINKING: readonly number[] = [SHT.SYMTAB, SHT.STRTAB, SHT.RELA, SHT.REL, SHT.CREL, SHT.SYMTAB_SHNDX, SHT.GROUP];

/** What a section is for, by its type and flags. Names decide only where those say nothing. */
export function sectionKind({ header }: Section, name: string): PartKind {
  const { type } = header;
  const flags = Number(BigInt.asUintN(32, header.exact("flags")));
  if (type === SHT.NOBITS) return "bss";
  if (type === SHT.NOTE) return "note";

  const isLoaded = (flags & SHF.ALLOC) !== 0;
  if (!isLoaded) {
    if (LINKING.includes(type)) return "symbols";
    return /^\.z?debug|^\.gnu\.debug|^\.stab/.test(name) ? "debug" : "other";
  }

  if (TABLES.includes(type) || name === ".interp") return "table";
  if (flags & SHF.EXECINSTR) return "code";
  return flags & SHF.WRITE ? "data" : "read-only";
}
