import { isLoaded } from "../../../image/headers/sections.js";
import type { Section } from "../../../image/elf.js";
import { SHT } from "../../../spec/constants.js";

/**
 * The name of the section header that keeps what a move left behind under a section, so that `strip` keeps the bytes.
 */
export const COVER_NAME = ".elfwright.old";

/**
 * The same, for bytes whose address code may hold (the program's own notes, `_DYNAMIC`): nothing is ever written over
 * them.
 */
export const KEPT_NAME = ".elfwright.kept";

/** Names of version tables that no tag leads to any more: they keep their bytes only. */
const RETIRED_NAMES: readonly string[] = ["gnu.version", "gnu.version_r"];

const isNamed = (s: Section, names: readonly string[]): boolean =>
  isLoaded(s) && s.header.type === SHT.PROGBITS && names.includes(s.name);

/** Is the section one of those that keep bytes which earlier patches left behind? */
export const isCover = (s: Section): boolean => isNamed(s, [COVER_NAME, KEPT_NAME, ...RETIRED_NAMES]);

/** May those bytes be written over? */
export const isFree = (s: Section): boolean => isNamed(s, [COVER_NAME, ...RETIRED_NAMES]);

/** Is the section a table that loaders reach through a pointer (so that nothing else can hold its address)? */
export function isTableSection(type: number): boolean {
  return (
    [
      SHT.DYNAMIC,
      SHT.DYNSYM,
      SHT.HASH,
      SHT.GNU_HASH,
      SHT.GNU_VERDEF,
      SHT.GNU_VERNEED,
      SHT.GNU_VERSYM,
      SHT.STRTAB,
      SHT.NOTE,
    ] as number[]
  ).includes(type);
}
