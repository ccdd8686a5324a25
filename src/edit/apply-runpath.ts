import { fail } from "../error.js";
import { DT } from "../spec/dynamic.js";
import type { DraftEntry, DynamicDraft } from "../rewrite/wish/dynamic-draft.js";
import { type MakeRunpathRelative, madeRelative } from "./relative-runpath.js";
import type { RunpathEdit } from "./runpath.js";
import { elements } from "./search-path.js";
import { type ShrinkRunpath, shrunk } from "./shrink-runpath.js";

const isSearchPath = (e: DraftEntry) => e.tag === DT.RUNPATH || e.tag === DT.RPATH;

/**
 * Applies the edits of this family: a set first, then the additions in the order given, then what is made of the whole path: shrunk, then
 * relative.
 *
 * @param needed the libraries that the file will need, asked for only to shrink
 */
export function applyRunpath(draft: DynamicDraft, edits: readonly RunpathEdit[], needed: () => readonly string[]): void {
  if (edits.length === 0) return;
  const wish = wishOf(edits);
  // ld.so ignores DT_RPATH where there is a DT_RUNPATH, so that is the one whose place and value count.
  const found = draft.entries.filter(isSearchPath), current = found.find((e) => e.tag === DT.RUNPATH) ?? found[0];
  if (wish === "none") {
    if (!current) draft.note("NOT_FOUND", "removeRunpath: the file has neither DT_RUNPATH nor DT_RPATH");
    draft.entries = draft.entries.filter((e) => !isSearchPath(e));
    return;
  }
  const given = givenPath(draft, edits, current);
  if (given === undefined && !current) return void noteMissing(draft, edits);
  const path = transformed(draft, edits, current, given, needed);
  const tag = wish ?? current!.tag;
  if (!current) {
    // No search path and an empty one are the same to ld.so.
    if (path) draft.entries.push({ tag, value: 0n, text: path });
    return;
  }
  if (given === undefined && tag === current.tag) noteConverted(draft, edits, tag);
  const entry = { ...current, tag, ...(path !== undefined && { text: path }) };
  // What ld.so ignores stays where neither a path is given nor a DT_RPATH made, which would be a second one.
  const alone = given !== undefined || tag !== current.tag;
  draft.entries = draft.entries.flatMap((e) => (e === current ? [entry] : isSearchPath(e) && alone ? [] : [e]));
}

/** The path that is set or extended; undefined where no edit gives directories. */
function givenPath(draft: DynamicDraft, edits: readonly RunpathEdit[], current: DraftEntry | undefined): string | undefined {
  let path: string | undefined;
  for (const e of edits) if (e.edit === "setRunpath" || e.edit === "setRpath") path = e.path;
  for (const e of edits)
    if (e.edit === "addRunpath" || e.edit === "addRpath") path = extended(path ?? (current ? draft.exactText(current) : ""), e.path);
  return path;
}

/** The path as all edits want it; undefined where the present one stays as it is, readable or not. */
function transformed(draft: DynamicDraft, edits: readonly RunpathEdit[], current: DraftEntry | undefined, given: string | undefined, needed: () => readonly string[]): string | undefined {
  const shrinks = edits.filter((e): e is ShrinkRunpath => e.edit === "shrinkRunpath"), relative = edits.find((e): e is MakeRunpathRelative => e.edit === "makeRunpathRelative");
  if (shrinks.length === 0 && !relative) return given;
  const start = given ?? draft.exactText(current!);
  let path = start;
  if (shrinks.length > 0) {
    const libraries = needed();
    for (const e of shrinks) path = shrunk(path, e, draft.elf, libraries, e.origin ?? relative?.origin);
  }
  if (relative) path = madeRelative(path, relative);
  return path === start ? given : path;
}

function noteMissing(draft: DynamicDraft, edits: readonly RunpathEdit[]): void {
  for (const name of new Set(edits.map((e) => e.edit))) draft.note("NOT_FOUND", `${name}: the file has neither DT_RUNPATH nor DT_RPATH`);
}

function noteConverted(draft: DynamicDraft, edits: readonly RunpathEdit[], tag: number): void {
  const name = tag === DT.RUNPATH ? "convertToRunpath" : "convertToRpath";
  if (edits.some((e) => e.edit === name)) draft.note("NOT_FOUND", `${name}: the search path is ${tag === DT.RUNPATH ? "DT_RUNPATH" : "DT_RPATH"} already`);
}

const TAGS = {
  setRunpath: DT.RUNPATH, addRunpath: DT.RUNPATH, convertToRunpath: DT.RUNPATH, setRpath: DT.RPATH, addRpath: DT.RPATH, convertToRpath: DT.RPATH,
  removeRunpath: "none", shrinkRunpath: undefined, makeRunpathRelative: undefined,
} as const;

/** The tag that the edits want, "none" for removal, undefined for the one that is there. `BAD_EDIT` where they contradict each other. */
function wishOf(edits: readonly RunpathEdit[]): number | "none" | undefined {
  const refuse = (a: RunpathEdit, b: RunpathEdit) => fail("BAD_EDIT", `${a.edit} and ${b.edit} contradict each other`, { edit: b.edit });
  const first = edits.find((e) => TAGS[e.edit] !== undefined), wish = first && TAGS[first.edit];
  for (const e of edits) if (first && TAGS[e.edit] !== wish && (TAGS[e.edit] !== undefined || wish === "none")) refuse(first, e);
  const sets = edits.flatMap((e) => (e.edit === "setRunpath" || e.edit === "setRpath" ? [e] : [])), paths = new Set(sets.map((e) => e.path));
  if (paths.size > 1) fail("BAD_EDIT", `${sets[0]!.edit} is given ${[...paths].map((p) => JSON.stringify(p)).join(" and ")}`, { edit: sets[0]!.edit });
  const relative = new Set(edits.flatMap((e) => (e.edit === "makeRunpathRelative" ? [JSON.stringify([e.root, e.origin, e.outside])] : [])));
  if (relative.size > 1) fail("BAD_EDIT", "makeRunpathRelative is given two places that contradict each other", { edit: "makeRunpathRelative" });
  return wish;
}

function extended(path: string, more: string): string {
  const parts = new Set(elements(path)), added = elements(more).filter((p) => p !== "" && !parts.has(p));
  return [...elements(path), ...new Set(added)].join(":");
}
