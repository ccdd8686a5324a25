import { fail } from "../error.js";
import type { DraftEntry, DynamicDraft } from "../rewrite/wish/dynamic-draft.js";
import { DT_RPATH, DT_RUNPATH } from "../spec/dynamic.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { elements } from "./search-path/elements.js";
import { isSearchPath, searchPathOf } from "./search-path/entry.js";

/**
 * See {@link setRunpath}, {@link setRpath}, {@link addRunpath}, {@link addRpath}, {@link removeRunpath},
 * {@link convertToRunpath}, {@link convertToRpath}.
 */
export type RunpathEdit =
  | (Edit & { readonly edit: "setRunpath" | "setRpath" | "addRunpath" | "addRpath"; readonly path: string })
  | (Edit & { readonly edit: "removeRunpath" | "convertToRunpath" | "convertToRpath" });

/** Directories, as one string joined by colons or one by one. */
export type SearchPath = string | readonly string[];

/**
 * Sets the library search path DT_RUNPATH (ld.so(8), "DT_RUNPATH"). A DT_RPATH becomes DT_RUNPATH, as ld.so ignores
 * DT_RPATH beside it.
 *
 * @param path directories, `$ORIGIN` allowed: `"$ORIGIN/../lib:/usr/local/lib"` or `["$ORIGIN/../lib",
 *   "/usr/local/lib"]`; an empty string empties the path that is there
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [setRunpath("$ORIGIN/../lib")])
 */
export const setRunpath = (...path: readonly SearchPath[]): RunpathEdit => withPath("setRunpath", path);

/**
 * Sets the search path as DT_RPATH, on purpose: ld.so searches it before LD_LIBRARY_PATH and for the libraries of
 * libraries too (ld.so(8)). A DT_RUNPATH becomes DT_RPATH.
 *
 * @throws ElfError as {@link setRunpath}
 * @example
 * patch(bytes, [setRpath(["/opt/app/lib"])])
 */
export const setRpath = (...path: readonly SearchPath[]): RunpathEdit => withPath("setRpath", path);

/**
 * Appends directories to the search path; one that is there already is not added again. The result is DT_RUNPATH.
 *
 * @throws ElfError as {@link setRunpath}; `MALFORMED` where the path in the file is not UTF-8
 * @example
 * patch(bytes, [addRunpath("/usr/local/lib")])
 */
export const addRunpath = (...path: readonly SearchPath[]): RunpathEdit => withMore("addRunpath", path);

/** {@link addRunpath}, with DT_RPATH as the result. */
export const addRpath = (...path: readonly SearchPath[]): RunpathEdit => withMore("addRpath", path);

/**
 * Removes the search path, DT_RUNPATH and DT_RPATH both.
 *
 * @example
 * patch(bytes, [removeRunpath()])
 */
export const removeRunpath = (): RunpathEdit => made(runpathFamily, { edit: "removeRunpath" });

/**
 * Makes a DT_RPATH a DT_RUNPATH and leaves its directories as they are: only the tag changes. ld.so then searches it
 * behind LD_LIBRARY_PATH, and no longer for the libraries of libraries (ld.so(8), "DT_RUNPATH"). A DT_RPATH beside a
 * DT_RUNPATH stays, since ld.so ignores it. No DT_RPATH is a note in the result.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`
 * @example
 * patch(bytes, [convertToRunpath()])
 */
export const convertToRunpath = (): RunpathEdit => made(runpathFamily, { edit: "convertToRunpath" });

/**
 * {@link convertToRunpath} the other way: a DT_RUNPATH becomes DT_RPATH, and with both, ld.so's DT_RUNPATH takes the
 * place of the DT_RPATH that it ignored.
 *
 * @example
 * patch(bytes, [convertToRpath()])
 */
export const convertToRpath = (): RunpathEdit => made(runpathFamily, { edit: "convertToRpath" });

type PathEdit = Extract<RunpathEdit, { readonly path: string }>["edit"];

function withPath(edit: PathEdit, path: readonly SearchPath[]): RunpathEdit {
  return made(runpathFamily, { edit, path: joined(path, edit) });
}

function withMore(edit: PathEdit, path: readonly SearchPath[]): RunpathEdit {
  const more = withPath(edit, path);
  if ("path" in more && more.path === "") fail("BAD_EDIT", `${edit}: no directory is given`, { edit });
  return more;
}

function joined(path: readonly SearchPath[], edit: string): string {
  const [whole] = path;
  if (path.length === 1 && typeof whole === "string") return whole;

  const directories = path.flat();
  const odd = directories.findIndex((d) => typeof d !== "string" || d === "" || d.includes(":"));
  if (odd >= 0) {
    const shown = JSON.stringify(directories[odd]);
    const message = `${edit}: ${shown} is not one directory; an empty one or a colon cannot stand in a list`;
    fail("BAD_EDIT", message, { edit });
  }
  return directories.join(":");
}

const isSet = (e: RunpathEdit) => e.edit === "setRunpath" || e.edit === "setRpath";
const isAddition = (e: RunpathEdit) => e.edit === "addRunpath" || e.edit === "addRpath";
const pathsOf = (edits: readonly RunpathEdit[]) => edits.flatMap((e) => ("path" in e ? [e.path] : []));

export const runpathFamily: EditFamily<RunpathEdit> = {
  name: "runpath",
  order: 20,
  takes: [],

  contradicts(edits) {
    const [first] = edits;
    const other = edits.find((e) => tagOf(e) !== tagOf(first!));
    if (other) fail("BAD_EDIT", `${first!.edit} and ${other.edit} contradict each other`, { edit: other.edit });

    const sets = edits.filter(isSet);
    const paths = new Set(pathsOf(sets));
    if (paths.size < 2) return;

    const { edit } = sets[0]!;
    fail("BAD_EDIT", `${edit} is given ${[...paths].map((p) => JSON.stringify(p)).join(" and ")}`, { edit });
  },

  // A set first, then the additions in the order given.
  apply({ dynamic: draft }, edits) {
    const tag = tagOf(edits[0]!);
    const current = searchPathOf(draft.entries);
    if (tag === undefined) {
      if (!current) noteMissing(draft, edits);
      draft.entries = draft.entries.filter((e) => !isSearchPath(e));
      return;
    }

    const path = givenPath(draft, edits, current);
    if (current) replace(draft, edits, current, { tag, path });
    else if (path === undefined) noteMissing(draft, edits);
    // No search path and an empty one are the same to ld.so.
    else if (path !== "") draft.entries.push({ tag, value: 0n, text: path });
  },
};

/** The tag that an edit wants; undefined for none. */
function tagOf({ edit }: RunpathEdit): number | undefined {
  if (edit === "removeRunpath") return undefined;
  return edit.endsWith("Rpath") ? DT_RPATH : DT_RUNPATH;
}

/** The path that is set or extended; undefined where no edit gives directories. */
function givenPath(draft: DynamicDraft, edits: readonly RunpathEdit[], current?: DraftEntry): string | undefined {
  const more = pathsOf(edits.filter(isAddition));
  const [set] = pathsOf(edits.filter(isSet));
  if (set === undefined && more.length === 0) return undefined;

  const start = set ?? (current ? draft.exactText(current) : "");
  return more.length === 0 ? start : more.reduce(extended, start);
}

function extended(path: string, more: string): string {
  const parts = elements(path);
  const added = elements(more).filter((p) => p !== "" && !parts.includes(p));
  return [...parts, ...new Set(added)].join(":");
}

/** Gives the search path that is there another tag or other directories. */
function replace(
  draft: DynamicDraft,
  edits: readonly RunpathEdit[],
  current: DraftEntry,
  { tag, path }: { readonly tag: number; readonly path: string | undefined },
): void {
  if (path === undefined && tag === current.tag) {
    const { edit } = edits[0]!;
    const message = `${edit}: the search path is ${tag === DT_RUNPATH ? "DT_RUNPATH" : "DT_RPATH"} already`;
    return draft.note("NOT_FOUND", message);
  }

  // ld.so ignores a DT_RPATH beside a DT_RUNPATH, so it goes.
  const entry = { ...current, tag, ...(path !== undefined && { text: path }) };
  draft.entries = draft.entries.flatMap((e) => (e === current ? [entry] : isSearchPath(e) ? [] : [e]));
}

function noteMissing(draft: DynamicDraft, edits: readonly RunpathEdit[]): void {
  for (const name of new Set(edits.map((e) => e.edit))) {
    draft.note("NOT_FOUND", `${name}: the file has neither DT_RUNPATH nor DT_RPATH`);
  }
}

/** Makes the edits again from plain data. */
export const runpathParsers: EditParsers<RunpathEdit> = {
  setRunpath: (json) => setRunpath(json.text("path")),
  setRpath: (json) => setRpath(json.text("path")),
  addRunpath: (json) => addRunpath(json.text("path")),
  addRpath: (json) => addRpath(json.text("path")),
  removeRunpath: () => removeRunpath(),
  convertToRunpath: () => convertToRunpath(),
  convertToRpath: () => convertToRpath(),
};
