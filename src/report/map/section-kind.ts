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

/** What a section is for, by its type and flags; names decide only where those say nothing. */
export function sectionKind(s: Section, name: string): PartKind {
  const { type, flags } = { type: s.header.type, flags: Number(BigInt.asUintN(32, s.header.exact("flags"))) };
  if (type === SHT.NOBITS) return "bss";
  if (type === SHT.NOTE) return "note";
  if (!(flags & SHF.ALLOC)) {
    return LINKING.includes(type) ? "symbols" : /^\.z?debug|^\.gnu\.debug|^\.stab/.test(name) ? "debug" : "other";
  }
  if (TABLES.includes(type) || name === ".interp") return "table";
  return flags & SHF.EXECINSTR ? "code" : flags & SHF.WRITE ? "data" : "read-only";
}
