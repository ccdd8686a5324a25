import { fail } from "../error.js";
import type { DraftEntry, DynamicDraft } from "../rewrite/wish/dynamic-draft.js";
import { DT } from "../spec/dynamic.js";
import { type Edit, type EditFamily, made } from "./family.js";
import { elements, isInside, normalized } from "./search-path/elements.js";
import { type MakeRunpathRelativeOptions, madeRelative, type RelativeTo } from "./search-path/relative.js";
import { type LibraryLookup, type ShrinkRunpathOptions, shrunk } from "./search-path/shrink.js";

/** See {@link shrinkRunpath}. JSON leaves `lookup` out. */
export interface ShrinkRunpath extends Edit {
  readonly edit: "shrinkRunpath";
  readonly allowedPrefixes?: readonly string[];
  readonly origin?: string;
  readonly lookup: LibraryLookup;
}

/** See {@link makeRunpathRelative}. JSON leaves `resolve` out. */
export interface MakeRunpathRelative extends Edit, RelativeTo {
  readonly edit: "makeRunpathRelative";
}

/**
 * See {@link setRunpath}, {@link setRpath}, {@link addRunpath}, {@link addRpath}, {@link removeRunpath}, {@link
 * convertToRunpath}, {@link convertToRpath}.
 */
export type RunpathEdit =
  | (Edit & { readonly edit: "setRunpath" | "setRpath" | "addRunpath" | "addRpath"; readonly path: string })
  | (Edit & { readonly edit: "removeRunpath" | "convertToRunpath" | "convertToRpath" })
  | ShrinkRunpath
  | MakeRunpathRelative;

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
export const setRunpath = (path: SearchPath): RunpathEdit =>
  made(runpathFamily, { edit: "setRunpath", path: joined(path, "setRunpath") });

/**
 * Sets the search path as DT_RPATH, on purpose: ld.so searches it before LD_LIBRARY_PATH and for the libraries of
 * libraries too (ld.so(8)). A DT_RUNPATH becomes DT_RPATH.
 *
 * @throws ElfError as {@link setRunpath}
 * @example
 * patch(bytes, [setRpath(["/opt/app/lib"])])
 */
export const setRpath = (path: SearchPath): RunpathEdit =>
  made(runpathFamily, { edit: "setRpath", path: joined(path, "setRpath") });

/**
 * Appends directories to the search path; one that is there already is not added again. The result is DT_RUNPATH.
 *
 * @throws ElfError as {@link setRunpath}; `MALFORMED` where the path in the file is not UTF-8
 * @example
 * patch(bytes, [addRunpath("/usr/local/lib")])
 */
export function addRunpath(path: SearchPath): RunpathEdit {
  return made(runpathFamily, { edit: "addRunpath", path: notEmpty(joined(path, "addRunpath"), "addRunpath") });
}

/** {@link addRunpath}, with DT_RPATH as the result. */
export function addRpath(path: SearchPath): RunpathEdit {
  return made(runpathFamily, { edit: "addRpath", path: notEmpty(joined(path, "addRpath"), "addRpath") });
}

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

/**
 * Takes those directories out of the search path in which no needed library lies that an earlier one does not have, as
 * `patchelf --shrink-rpath` does. A file under a library's name counts only where ld.so could load it: an ELF program
 * or library of the same class, byte order and machine. The libraries are those that the file needs after the patch
 * (DT_NEEDED, DT_FILTER and DT_AUXILIARY), so the order of the edits does not matter.
 *
 * The tag stays as it is, also where no directory is left: an empty DT_RUNPATH still keeps the search paths of the
 * file's loaders out (ld.so(8)). What stays without a look: relative elements, and those with `$ORIGIN` (but see
 * `origin`), `$LIB` or `$PLATFORM`. Libraries that the program loads by dlopen(), and those of its libraries (a
 * DT_RPATH serves them too), are not known here.
 *
 * @param options `lookup` gives the file in a directory, from anywhere: `elfwright/node` has a `shrinkFileRunpath` for
 * the file system
 * @throws ElfError `BAD_EDIT`; when applied, `MALFORMED` where the path is not UTF-8, what `lookup` throws, and as
 * `setRunpath`
 * @example
 * const files = new Map([["/opt/lib/libz.so.1", bytesOfLibz]]);
 * patch(bytes, [shrinkRunpath({ lookup: (directory, name) => files.get(`${directory}/${name}`) })])
 */
export function shrinkRunpath({ lookup, allowedPrefixes, origin }: ShrinkRunpathOptions): ShrinkRunpath {
  if (typeof lookup !== "function") {
    fail("BAD_EDIT", "shrinkRunpath: lookup is not a function", { edit: "shrinkRunpath" });
  }
  if (allowedPrefixes?.includes("")) {
    fail("BAD_EDIT", "shrinkRunpath: an allowed prefix is empty, so it would allow everything", {
      edit: "shrinkRunpath",
    });
  }
  if (origin !== undefined && !origin.startsWith("/")) {
    fail("BAD_EDIT", `shrinkRunpath: the origin ${JSON.stringify(origin)} is not an absolute path`, {
      edit: "shrinkRunpath",
    });
  }

  const prefixes = allowedPrefixes && { allowedPrefixes: [...allowedPrefixes] };
  return made(runpathFamily, { edit: "shrinkRunpath", ...prefixes, ...(origin !== undefined && { origin }), lookup });
}

/**
 * Makes the absolute directories of the search path that are inside `root` relative to the file, with `$ORIGIN`
 * (ld.so(8)), so that the tree works wherever it is moved to. Directories elsewhere stay unless asked otherwise, as
 * libraries may well be there; relative elements and those with `$ORIGIN`, `$LIB` or `$PLATFORM` stay too. One that
 * becomes equal to an earlier one goes. The tag stays as it is.
 *
 * @param options `outside: "drop"` for a build tree that the users of the result do not have; `elfwright/node` has a
 *   `makeFileRunpathRelative` that takes the file's path and follows links
 * @throws ElfError `BAD_EDIT`; when applied, `MALFORMED` where the path is not UTF-8, what `resolve` throws, and as
 * `setRunpath`
 * @example
 * // "/build/out/lib:/usr/lib" becomes "$ORIGIN/../lib:/usr/lib"
 * patch(bytes, [makeRunpathRelative({ root: "/build/out", origin: "/build/out/bin" })])
 */
export function makeRunpathRelative({
  root,
  origin,
  outside,
  resolve,
}: MakeRunpathRelativeOptions): MakeRunpathRelative {
  const bad = (message: string) => fail("BAD_EDIT", `makeRunpathRelative: ${message}`, { edit: "makeRunpathRelative" });
  for (const p of [root, origin]) if (!p.startsWith("/")) bad(`${JSON.stringify(p)} is not an absolute path`);
  const edit = {
    edit: "makeRunpathRelative",
    root: normalized(root),
    origin: normalized(origin),
    outside: outside ?? "keep",
  } as const;
  if (!isInside(edit.origin, edit.root)) bad(`${edit.origin}, where the file is, is not inside ${edit.root}`);

  return made(runpathFamily, { ...edit, ...(resolve && { resolve }) });
}

function joined(path: SearchPath, edit: string): string {
  if (typeof path === "string") return path;

  const odd = path.find((p) => p === "" || p.includes(":"));
  if (odd !== undefined) {
    fail(
      "BAD_EDIT",
      `${edit}: ${JSON.stringify(odd)} is not one directory; an empty one or a colon cannot stand in a list`,
      { edit },
    );
  }

  return path.join(":");
}

function notEmpty(path: string, edit: string): string {
  return path === "" ? fail("BAD_EDIT", `${edit}: no directory is given`, { edit }) : path;
}

export const runpathFamily: EditFamily<RunpathEdit> = {
  name: "runpath",
  order: 20,
  takes: [],
  parse: {
    setRunpath: (json) => setRunpath(json.text("path")),
    setRpath: (json) => setRpath(json.text("path")),
    addRunpath: (json) => addRunpath(json.text("path")),
    addRpath: (json) => addRpath(json.text("path")),
    removeRunpath: () => removeRunpath(),
    convertToRunpath: () => convertToRunpath(),
    convertToRpath: () => convertToRpath(),
    shrinkRunpath: () =>
      fail("BAD_EDIT", "shrinkRunpath: JSON cannot carry its lookup; make it with shrinkRunpath()", {
        edit: "shrinkRunpath",
      }),
    makeRunpathRelative: (json) =>
      makeRunpathRelative({
        root: json.text("root"),
        origin: json.text("origin"),
        outside: json.choice("outside", ["keep", "drop"]),
      }),
  },

  contradicts(edits) {
    wantedTag(edits);
    refuseTwoPaths(edits);
  },

  // A set first, then the additions in the order given, then what is made of the whole path.
  apply(wish, edits) {
    const draft = wish.dynamic;
    const wanted = wantedTag(edits);
    const current = searchPathOf(draft);
    if (wanted === "none") {
      if (!current) draft.note("NOT_FOUND", "removeRunpath: the file has neither DT_RUNPATH nor DT_RPATH");
      draft.entries = draft.entries.filter((e) => !isSearchPath(e));
      return;
    }

    const path = givenPath(draft, edits, current);
    const tag = wanted ?? current?.tag ?? DT.RUNPATH;
    if (current) replace(draft, edits, current, { tag, path });
    else if (path === undefined) noteMissing(draft, edits);
    // No search path and an empty one are the same to ld.so.
    else if (path !== "") draft.entries.push({ tag, value: 0n, text: path });

    const transforms = edits.some((e) => isShrink(e) || isRelative(e));
    if (transforms) wish.afterwards(() => transform(draft, edits));
  },
};

/** Gives the search path that is there another tag or other directories. */
function replace(
  draft: DynamicDraft,
  edits: readonly RunpathEdit[],
  current: DraftEntry,
  wanted: { readonly tag: number; readonly path: string | undefined },
): void {
  const { tag, path } = wanted;
  const isSame = path === undefined && tag === current.tag;
  if (isSame) return noteConverted(draft, edits, tag);

  // What ld.so ignores stays where neither a path is given nor a DT_RPATH made, which would be a second one.
  const entry = { ...current, tag, ...(path !== undefined && { text: path }) };
  draft.entries = draft.entries.flatMap((e) => (e === current ? [entry] : isSearchPath(e) ? [] : [e]));
}

const TAGS = {
  setRunpath: DT.RUNPATH,
  addRunpath: DT.RUNPATH,
  convertToRunpath: DT.RUNPATH,
  setRpath: DT.RPATH,
  addRpath: DT.RPATH,
  convertToRpath: DT.RPATH,
  removeRunpath: "none",
  shrinkRunpath: undefined,
  makeRunpathRelative: undefined,
} as const;

/**
 * The tag that the edits want, "none" for removal, undefined for the one that is there. `BAD_EDIT` where they
 * contradict each other.
 */
function wantedTag(edits: readonly RunpathEdit[]): number | "none" | undefined {
  const refuse = (a: RunpathEdit, b: RunpathEdit) =>
    fail("BAD_EDIT", `${a.edit} and ${b.edit} contradict each other`, { edit: b.edit });
  const first = edits.find((e) => TAGS[e.edit] !== undefined);
  const wish = first && TAGS[first.edit];
  for (const e of edits) {
    if (first && TAGS[e.edit] !== wish && (TAGS[e.edit] !== undefined || wish === "none")) refuse(first, e);
  }
  return wish;
}

/** `BAD_EDIT` where two paths are set, or the path shall be relative in two ways. */
function refuseTwoPaths(edits: readonly RunpathEdit[]): void {
  const sets = edits.flatMap((e) => (e.edit === "setRunpath" || e.edit === "setRpath" ? [e] : []));
  const paths = new Set(sets.map((e) => e.path));
  if (paths.size > 1) {
    fail("BAD_EDIT", `${sets[0]!.edit} is given ${[...paths].map((p) => JSON.stringify(p)).join(" and ")}`, {
      edit: sets[0]!.edit,
    });
  }

  const relative = new Set(
    edits.flatMap((e) => (e.edit === "makeRunpathRelative" ? [JSON.stringify([e.root, e.origin, e.outside])] : [])),
  );
  if (relative.size > 1) {
    fail("BAD_EDIT", "makeRunpathRelative is given two places that contradict each other", {
      edit: "makeRunpathRelative",
    });
  }
}

const isSearchPath = (e: DraftEntry) => e.tag === DT.RUNPATH || e.tag === DT.RPATH;

/** ld.so ignores DT_RPATH where there is a DT_RUNPATH, so that is the one whose place and value count. */
function searchPathOf({ entries }: DynamicDraft): DraftEntry | undefined {
  return entries.find((e) => e.tag === DT.RUNPATH) ?? entries.find((e) => e.tag === DT.RPATH);
}

/** The path that is set or extended; undefined where no edit gives directories. */
function givenPath(
  draft: DynamicDraft,
  edits: readonly RunpathEdit[],
  current: DraftEntry | undefined,
): string | undefined {
  let path: string | undefined;
  for (const e of edits) if (e.edit === "setRunpath" || e.edit === "setRpath") path = e.path;
  for (const e of edits) {
    if (e.edit === "addRunpath" || e.edit === "addRpath") {
      path = extended(path ?? (current ? draft.exactText(current) : ""), e.path);
    }
  }

  return path;
}

const isShrink = (e: RunpathEdit): e is ShrinkRunpath => e.edit === "shrinkRunpath";
const isRelative = (e: RunpathEdit): e is MakeRunpathRelative => e.edit === "makeRunpathRelative";

/** What is made of the whole path when it is known what the file needs: shrunk first, then relative. */
function transform(draft: DynamicDraft, edits: readonly RunpathEdit[]): void {
  const entry = searchPathOf(draft);
  if (!entry) return;

  const relative = edits.find(isRelative);
  const start = draft.exactText(entry);
  let path = start;
  for (const e of edits.filter(isShrink)) {
    path = shrunk(path, e, draft.elf, searchedLibraries(draft), e.origin ?? relative?.origin);
  }
  if (relative) path = madeRelative(path, relative);
  if (path === start) return;

  // No search path and an empty one are the same to ld.so.
  const isVain = path === "" && entry.was === undefined;
  draft.entries = draft.entries.flatMap((e) => (e !== entry ? [e] : isVain ? [] : [{ ...entry, text: path }]));
}

/**
 * The libraries that ld.so will search for when it loads the file: needed ones and filters' (gABI, "Dynamic Section").
 */
function searchedLibraries(draft: DynamicDraft): string[] {
  const tags: readonly number[] = [DT.NEEDED, DT.FILTER, DT.AUXILIARY];
  return draft.entries.filter((e) => tags.includes(e.tag)).map((e) => draft.text(e));
}

function noteMissing(draft: DynamicDraft, edits: readonly RunpathEdit[]): void {
  for (const name of new Set(edits.map((e) => e.edit))) {
    draft.note("NOT_FOUND", `${name}: the file has neither DT_RUNPATH nor DT_RPATH`);
  }
}

function noteConverted(draft: DynamicDraft, edits: readonly RunpathEdit[], tag: number): void {
  const name = tag === DT.RUNPATH ? "convertToRunpath" : "convertToRpath";
  if (edits.some((e) => e.edit === name)) {
    draft.note("NOT_FOUND", `${name}: the search path is ${tag === DT.RUNPATH ? "DT_RUNPATH" : "DT_RPATH"} already`);
  }
}

function extended(path: string, more: string): string {
  const parts = new Set(elements(path));
  const added = elements(more).filter((p) => p !== "" && !parts.has(p));
  return [...elements(path), ...new Set(added)].join(":");
}
