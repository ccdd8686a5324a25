import { type Edit, type EditFamily, type EditParsers, firstOf, made } from "../edit/family.js";
import { ANY_ELF, refuseBrokenSections } from "../edit/kinds.js";
import { fail } from "../error.js";
import { debugFilePass } from "../rewrite/passes/debug-file.js";
import { diffNotes } from "../report/diff-notes.js";

/** See {@link onlyKeepDebug}. */
export interface OnlyKeepDebug extends Edit {
  readonly edit: "onlyKeepDebug";
}

/**
 * Makes the separate debug file: what is loaded keeps its headers and loses its bytes, except notes. GNU strip's
 * `--only-keep-debug`.
 *
 * @throws ElfError when applied: `UNSUPPORTED` for a file that is one already
 * @example
 * const debug = patch(bytes, [onlyKeepDebug()]).bytes;
 * const program = patch(bytes, [stripUnneeded(), addDebugLink("program.debug", debug)]).bytes;
 */
export const onlyKeepDebug = (): OnlyKeepDebug => made(onlyKeepDebugFamily, { edit: "onlyKeepDebug" });

/** Edits that drop what the separate debug file is made of, or that are for the program it belongs to. */
const AGAINST: readonly (readonly string[])[] = [
  ["stripUnneeded", "stripDebug", "stripAll", "discardLocals"],
  ["dropSectionHeaders"],
  ["addDebugLink"],
];

/** Names that a compiler made for itself are no debugging information. */
const isHarmless = (e: Edit): boolean => e.edit === "discardLocals" && "which" in e && e.which === "temporary";

export const onlyKeepDebugFamily: EditFamily<OnlyKeepDebug> = {
  name: "only-keep-debug",
  order: 1,
  takes: ANY_ELF,
  tells: diffNotes,

  requires: refuseBrokenSections,

  contradicts(_, all) {
    const harmful = all.filter((e) => !isHarmless(e));
    const other = firstOf(AGAINST, harmful);
    if (other) fail("BAD_EDIT", `onlyKeepDebug and ${other.edit} contradict each other`, { edit: "onlyKeepDebug" });
  },

  // The pass does the work: it makes the debug file of the program that all other edits leave.
  apply() {},

  passes: () => [debugFilePass],
};

/** Makes the edits again from plain data. */
export const onlyKeepDebugParsers: EditParsers<OnlyKeepDebug> = { onlyKeepDebug: () => onlyKeepDebug() };
