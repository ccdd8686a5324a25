import { fail } from "../../error.js";
import { DT_RPATH, DT_RUNPATH } from "../../spec/dynamic.js";
import type { Edit } from "../family.js";

/**
 * The tag of the search path after an edit: null where the path goes, undefined where the edit leaves the tag alone.
 */
export function tagAfter(edit: string): number | null | undefined {
  const [, verb, path] = /^(set|add|remove|convertTo)(R(?:un)?path)$/.exec(edit) ?? [];
  if (verb === undefined) return undefined;
  if (verb === "remove") return null;
  return path === "Rpath" ? DT_RPATH : DT_RUNPATH;
}

/** `BAD_EDIT` where edits want different tags. */
export function refuseTwoTags(all: readonly Edit[]): void {
  const [first, ...others] = all.map((e) => e.edit).filter((name) => tagAfter(name) !== undefined);
  const other = others.find((name) => tagAfter(name) !== tagAfter(first!));
  if (other !== undefined) fail("BAD_EDIT", `${first} and ${other} contradict each other`, { edit: other });
}
