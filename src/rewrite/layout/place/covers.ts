import { isLoaded } from "../../../image/headers/sections.js";
import type { Section } from "../../../image/elf.js";
import { SHT } from "../../../spec/constants.js";
import { COVER_NAME, KEPT_NAME, MARK, RETIRED_NAMES } from "../../../spec/own-marks.js";

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
