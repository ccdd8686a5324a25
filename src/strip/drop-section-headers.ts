import { type Edit, type EditFamily, type EditParsers, firstOf, made } from "../edit/family.js";
import { fail } from "../error.js";
import { assertSegmentsWhole } from "../rewrite/layout/damage.js";
import { Contents } from "../rewrite/wish/contents.js";
import { unloadedSections, decideStrip } from "./decide.js";
import { stripWish } from "./strip-wish.js";
import { diffNotes } from "../report/diff-notes.js";

/** See {@link dropSectionHeaders}. */
export interface DropSectionHeaders extends Edit {
  readonly edit: "dropSectionHeaders";
}

/**
 * Drops the section header table and all bytes that no program header describes, as `sstrip` does: the smallest file
 * that still runs. Debuggers and `strip` cannot use it any more.
 *
 * @throws ElfError when applied: `RELOCATABLE`, `OVERLAY`
 * @example
 * patch(bytes, [dropSectionHeaders()])
 */
export const dropSectionHeaders = (): DropSectionHeaders =>
  made(dropSectionHeadersFamily, { edit: "dropSectionHeaders" });

/** Edits whose results need section headers. */
const AGAINST: readonly (readonly string[])[] = [["keepSections", "keepSymbols", "keepFileSymbols"], ["addDebugLink"]];

export const dropSectionHeadersFamily: EditFamily<DropSectionHeaders> = {
  name: "drop-section-headers",
  order: 2,
  takes: ["object", "loader", "static", "no-dynamic"],
  tells: diffNotes,

  requires(elf) {
    if (elf.linkage === "relocatable") {
      fail(
        "RELOCATABLE",
        "this is a relocatable object (ET_REL): without section headers nothing of it could be found",
        {},
      );
    }
    assertSegmentsWhole(elf);
  },

  contradicts(_, all) {
    const other = firstOf(AGAINST, all);
    if (other) {
      fail("BAD_EDIT", `dropSectionHeaders and ${other.edit} contradict each other`, { edit: "dropSectionHeaders" });
    }
  },

  // Without section headers nothing finds the bytes that no program header describes.
  apply(wish) {
    const { elf, notes } = wish;
    decideStrip(elf, stripWish([]), notes);

    const contents = new Contents(elf.header.shnum);
    const dropsHeaders = elf.header.shnum > 0 || elf.header.brokenSections !== null;
    wish.sections = { ...wish.sections, contents, dropped: unloadedSections(elf), dropsHeaders };
  },
};

/** Makes the edits again from plain data. */
export const dropSectionHeadersParsers: EditParsers<DropSectionHeaders> = {
  dropSectionHeaders: () => dropSectionHeaders(),
};
