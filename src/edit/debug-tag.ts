import { fail } from "../error.js";
import { DT } from "../spec/dynamic.js";
import type { DynamicDraft } from "../rewrite/wish/dynamic-draft.js";

/** See {@link addDebugTag} and {@link removeDebugTag}. */
export interface DebugTagEdit {
  readonly edit: "addDebugTag" | "removeDebugTag";
}

/**
 * Adds DT_DEBUG, where ld.so leaves the address of its list of libraries for debuggers (gABI, "Dynamic Section"). Only a
 * program's is used. One that is there is no change.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [addDebugTag()])
 */
export const addDebugTag = (): DebugTagEdit => ({ edit: "addDebugTag" });

/**
 * Removes DT_DEBUG; debuggers will not see the program's libraries.
 *
 * @example
 * patch(bytes, [removeDebugTag()])
 */
export const removeDebugTag = (): DebugTagEdit => ({ edit: "removeDebugTag" });

/** Applies the edits of this family, which must agree. */
export function applyDebugTag(draft: DynamicDraft, edits: readonly DebugTagEdit[]): void {
  const [first] = edits;
  if (!first) return;
  if (edits.some((e) => e.edit !== first.edit)) fail("BAD_EDIT", "addDebugTag and removeDebugTag contradict each other", { edit: "addDebugTag" });
  const found = draft.entries.some((e) => e.tag === DT.DEBUG);
  if (first.edit === "addDebugTag") {
    if (!found) draft.entries.push({ tag: DT.DEBUG, value: 0n });
    return;
  }
  if (!found) draft.note("NOT_FOUND", "removeDebugTag: the file has no DT_DEBUG");
  draft.entries = draft.entries.filter((e) => e.tag !== DT.DEBUG);
}
