import { fail } from "../error.js";
import { DT } from "../spec/dynamic.js";
import type { DynamicDraft } from "./draft.js";

/** See {@link setRunpath}, {@link setRpath}, {@link addRunpath}, {@link addRpath} and {@link removeRunpath}. */
export type RunpathEdit =
  | { readonly edit: "setRunpath" | "setRpath" | "addRunpath" | "addRpath"; readonly path: string }
  | { readonly edit: "removeRunpath" };

/** Directories, as one string joined by colons or one by one. */
export type SearchPath = string | readonly string[];

/**
 * Sets the library search path DT_RUNPATH (ld.so(8), "DT_RUNPATH"). A DT_RPATH becomes DT_RUNPATH, as ld.so ignores DT_RPATH
 * beside it.
 *
 * @param path directories, `$ORIGIN` allowed: `"$ORIGIN/../lib:/usr/local/lib"` or `["$ORIGIN/../lib", "/usr/local/lib"]`;
 *   an empty string empties the path that is there
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [setRunpath("$ORIGIN/../lib")])
 */
export const setRunpath = (path: SearchPath): RunpathEdit => ({ edit: "setRunpath", path: joined(path, "setRunpath") });

/**
 * Sets the search path as DT_RPATH, on purpose: ld.so searches it before LD_LIBRARY_PATH and for the libraries of libraries
 * too (ld.so(8)). A DT_RUNPATH becomes DT_RPATH.
 *
 * @throws ElfError as {@link setRunpath}
 * @example
 * patch(bytes, [setRpath(["/opt/app/lib"])])
 */
export const setRpath = (path: SearchPath): RunpathEdit => ({ edit: "setRpath", path: joined(path, "setRpath") });

/**
 * Appends directories to the search path; one that is there already is not added again. The result is DT_RUNPATH.
 *
 * @throws ElfError as {@link setRunpath}; `MALFORMED` where the path in the file is not UTF-8
 * @example
 * patch(bytes, [addRunpath("/usr/local/lib")])
 */
export const addRunpath = (path: SearchPath): RunpathEdit => ({ edit: "addRunpath", path: notEmpty(joined(path, "addRunpath"), "addRunpath") });

/** {@link addRunpath}, with DT_RPATH as the result. */
export const addRpath = (path: SearchPath): RunpathEdit => ({ edit: "addRpath", path: notEmpty(joined(path, "addRpath"), "addRpath") });

/**
 * Removes the search path, DT_RUNPATH and DT_RPATH both.
 *
 * @example
 * patch(bytes, [removeRunpath()])
 */
export const removeRunpath = (): RunpathEdit => ({ edit: "removeRunpath" });

function joined(path: SearchPath, edit: string): string {
  if (typeof path === "string") return path;
  const odd = path.find((p) => p === "" || p.includes(":"));
  if (odd !== undefined) fail("BAD_EDIT", `${edit}: ${JSON.stringify(odd)} is not one directory; an empty one or a colon cannot stand in a list`, { edit });
  return path.join(":");
}

function notEmpty(path: string, edit: string): string {
  return path === "" ? fail("BAD_EDIT", `${edit}: no directory is given`, { edit }) : path;
}

const isSearchPath = (e: { tag: number }) => e.tag === DT.RUNPATH || e.tag === DT.RPATH;

/** Applies the edits of this family: a set first, then the additions in the order given. */
export function applyRunpath(draft: DynamicDraft, edits: readonly RunpathEdit[]): void {
  if (edits.length === 0) return;
  const tag = agreedTag(edits);
  // ld.so ignores DT_RPATH where there is a DT_RUNPATH, so that is the one whose place and value count.
  const found = draft.entries.filter(isSearchPath);
  const current = found.find((e) => e.tag === DT.RUNPATH) ?? found[0];
  if (tag === undefined) {
    if (!current) draft.note("NOT_FOUND", "removeRunpath: the file has neither DT_RUNPATH nor DT_RPATH");
    draft.entries = draft.entries.filter((e) => !isSearchPath(e));
    return;
  }
  let path: string | undefined;
  for (const e of edits) if (e.edit === "setRunpath" || e.edit === "setRpath") path = e.path;
  for (const e of edits)
    if (e.edit === "addRunpath" || e.edit === "addRpath") path = extended(path ?? (current ? draft.exactText(current) : ""), e.path);
  if (!current) {
    // No search path and an empty one are the same to ld.so.
    if (path !== "") draft.entries.push({ tag, value: 0n, text: path! });
  } else draft.entries = draft.entries.flatMap((e) => (e === current ? [{ ...e, tag, text: path! }] : isSearchPath(e) ? [] : [e]));
}

/** The tag that all edits want, undefined for removal. `BAD_EDIT` where they contradict each other. */
function agreedTag(edits: readonly RunpathEdit[]): number | undefined {
  const wants = (e: RunpathEdit) => (e.edit === "removeRunpath" ? "none" : e.edit.endsWith("Runpath") ? "DT_RUNPATH" : "DT_RPATH");
  const sets = new Set(edits.flatMap((e) => (e.edit === "setRunpath" || e.edit === "setRpath" ? [e.path] : [])));
  const first = edits[0]!, other = edits.find((e) => wants(e) !== wants(first));
  if (other) fail("BAD_EDIT", `${first.edit} and ${other.edit} contradict each other`, { edit: other.edit });
  if (sets.size > 1) fail("BAD_EDIT", `${first.edit} is given ${[...sets].map((p) => JSON.stringify(p)).join(" and ")}`, { edit: first.edit });
  return first.edit === "removeRunpath" ? undefined : first.edit.endsWith("Runpath") ? DT.RUNPATH : DT.RPATH;
}

function extended(path: string, more: string): string {
  const parts = path === "" ? [] : path.split(":");
  for (const p of more.split(":")) if (p !== "" && !parts.includes(p)) parts.push(p);
  return parts.join(":");
}
