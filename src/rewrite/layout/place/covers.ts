import { isLoaded } from "../../../image/headers/sections.js";
import type { Section } from "../../../image/elf.js";
import { SHT } from "../../../spec/constants.js";

/** Name of the section for bytes that a move left behind. `strip` keeps them, since they have a section. */
export const COVER_NAME = ".elfwright.old";

/**
 * The same, for bytes whose address code may hold (the program's own notes, `_DYNAMIC`). Nothing is ever written over
 * them.
 */
export const KEPT_NAME = ".elfwright.kept";

/**
 * A new segment begins with this mark, before its first table. The mark tells a later patch whose segment it is, also
 * without section headers.
 *
 * The mark is no table, and llvm-strip needs that: it takes a program header (PT_INTERP) that begins where a PT_LOAD
 * begins, and stands before it in the table, for the parent of the PT_LOAD, and aligns the PT_LOAD by the parent's
 * p_align.
 */
export const MARK = "elfwright:tables";

/** Names of version tables that no tag leads to any more. Their sections only keep the bytes. */
const RETIRED_NAMES: readonly string[] = ["gnu.version", "gnu.version_r"];

const isNamed = (s: Section, names: readonly string[]): boolean =>
  isLoaded(s) && s.header.type === SHT.PROGBITS && names.includes(s.name);

/** Does the section only keep bytes that an earlier patch left behind? */
export const isCover = (s: Section): boolean => isNamed(s, [COVER_NAME, KEPT_NAME, ...RETIRED_NAMES]);

/** The same, for bytes that may be written over. */
export const isReusableCover = (s: Section): boolean => isNamed(s, [COVER_NAME, ...RETIRED_NAMES]);

/** Does the section keep what a program may read, and not our mark alone? */
export const isKeptCover = (s: Section): boolean => isNamed(s, [KEPT_NAME]) && s.header.size > MARK.length;

/**
 * Does a section of this sh_type hold a table that loaders reach through a pointer, so that nothing else has its
 * address?
 */
export function isTableSection(type: number): boolean {
  const tables: readonly number[] = [
    SHT.DYNAMIC,
    SHT.DYNSYM,
    SHT.HASH,
    SHT.GNU_HASH,
    SHT.GNU_VERDEF,
    SHT.GNU_VERNEED,
    SHT.GNU_VERSYM,
    SHT.STRTAB,
    SHT.NOTE,
  ];
  return tables.includes(type);
}
