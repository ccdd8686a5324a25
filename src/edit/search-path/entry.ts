import type { DraftEntry } from "../../rewrite/wish/dynamic-draft.js";
import { DT_RPATH, DT_RUNPATH } from "../../spec/dynamic.js";

/** Is it one of the two tags of a search path? */
export const isSearchPath = (e: DraftEntry): boolean => e.tag === DT_RUNPATH || e.tag === DT_RPATH;

/** The search path that counts: ld.so ignores DT_RPATH where there is a DT_RUNPATH. */
export function searchPathOf(entries: readonly DraftEntry[]): DraftEntry | undefined {
  return entries.find((e) => e.tag === DT_RUNPATH) ?? entries.find(isSearchPath);
}
