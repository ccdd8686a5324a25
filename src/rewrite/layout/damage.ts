import { viewOf } from "../../codec/bytes.js";
import { Shdr } from "../../codec/records.js";
import { type ByteSource, readExactly } from "../../codec/source.js";
import { hex, type Note } from "../../error.js";
import type { ElfFile, Header } from "../../image/elf.js";
import { tailKind } from "../../image/headers/overlay-kind.js";
import { assertInside, SECTION_TABLE } from "../../image/headers/section-table.js";
import { sectionColumns } from "../../image/headers/section-columns.js";
import { assertInFile, fileRange, isCutAt, isDebugFile, sectionAt } from "../../image/headers/sections.js";
import { PT } from "../../spec/constants.js";
import type { SectionRows } from "./follow/section-rows.js";
import type { OverlayChoice } from "./options.js";

/** What a rewrite does with a file that is damaged already: it must neither hide what is lost nor lose more. */

/**
 * What becomes of bytes after the end of the ELF file. Where no section header can be used, these are more likely
 * sections than a payload: if nobody says otherwise, they keep their places.
 */
export function safeOverlayChoice(elf: ElfFile, choice: OverlayChoice | undefined): OverlayChoice | undefined {
  const isBroken = elf.header.brokenSections !== null && elf.overlay !== null;
  const mayBeSections = isBroken && tailKind(elf, elf.overlay) === undefined;
  return choice ?? (mayBeSections ? "keep-in-place" : undefined);
}

/** Says that no section header can be used. */
export const brokenSectionsNote = ({ header }: ElfFile): Note => ({
  note: "BROKEN_SECTIONS",
  message: `no section header can be used: ${header.brokenSections}`,
});

/**
 * Refuses to give a section header table that reached past the end of the file other bytes: they would be read as
 * section headers. `TRUNCATED`.
 */
export function assertTableCut({ header: h, source }: ElfFile, shnum: number, size: number): void {
  if (h.brokenSections === null || h.shentsize !== Shdr.size(h.class)) return;

  const length = Math.max(1, shnum || countInFirst(h, source)) * h.shentsize;
  if (h.shoff + length <= size) assertInside(source, h.shoff, length, SECTION_TABLE);
}

/** What section header 0 says of the number of section headers, if it is in the file (gABI, e_shnum). */
function countInFirst(h: Header, source: ByteSource): number {
  if (h.shoff + h.shentsize > source.size) return 0;
  return Shdr.view(viewOf(readExactly(source, h.shoff, h.shentsize, SECTION_TABLE)), 0, h).near("size");
}

/**
 * Refuses a file of which segments were cut off, before anything in it grows: nothing would tell then that bytes are
 * gone. A separate debug file has no bytes of its segments. `TRUNCATED`.
 */
export function assertSegmentsWhole(elf: ElfFile): void {
  if (isDebugFile(elf)) return;
  for (const s of elf.segments) {
    if (s.type === PT.LOAD)
      assertInside(elf.source, s.near("offset"), s.near("filesz"), `PT_LOAD ${hex(s.exact("vaddr"))}`);
  }
}

/** Refuses a file with a section whose bytes are not all there: others may be its own. `TRUNCATED`. */
export function assertSectionsWhole(elf: ElfFile): void {
  const columns = sectionColumns(elf);
  for (let i = 0; i < columns.count; i++) assertInFile(elf, columns, i);
}

/** The same for a section that stays: the file, which is longer now, must not have other bytes for it. */
export function assertSectionsCut(elf: ElfFile, rows: SectionRows, size: number): void {
  const columns = sectionColumns(elf);
  for (let row = 0; row < rows.inputs; row++) {
    const was = rows.was(row)!;
    const isHidden = isCutAt(columns, was, elf.source.size) && columns.offset[was]! + columns.wholeSize[was]! <= size;
    if (isHidden) fileRange(sectionAt(elf, was), elf.source);
  }
}
