import { fail } from "../error.js";
import type { DynamicDraft } from "../rewrite/wish/dynamic-draft.js";
import { DT } from "../spec/dynamic.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { isInside, normalized } from "./search-path/elements.js";
import { type MakeRunpathRelativeOptions, madeRelative, type RelativeTo } from "./search-path/relative.js";
import { type LibraryLookup, type ShrinkRunpathOptions, shrunk } from "./search-path/shrink.js";
import { refuseTwoTags, tagAfter } from "./search-path/tag.js";

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

/** See {@link removeRunpath}, {@link convertToRunpath}, {@link convertToRpath}. */
export interface RunpathTagEdit extends Edit {
  readonly edit: "removeRunpath" | "convertToRunpath" | "convertToRpath";
}

/** Edits of the search path as a whole, whoever gave it. */
export type SearchPathEdit = RunpathTagEdit | ShrinkRunpath | MakeRunpathRelative;

/**
 * Removes the search path, DT_RUNPATH and DT_RPATH both.
 *
 * @example
 * patch(bytes, [removeRunpath()])
 */
export const removeRunpath = (): RunpathTagEdit => made(searchPathFamily, { edit: "removeRunpath" });

/**
 * Makes a DT_RPATH a DT_RUNPATH: only the tag changes, the directories stay as they are. ld.so then searches it behind
 * LD_LIBRARY_PATH, and no longer for the libraries of libraries (ld.so(8), "DT_RUNPATH"). A DT_RPATH beside a
 * DT_RUNPATH stays, since ld.so ignores it. A file without DT_RPATH is a note in the result.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`
 * @example
 * patch(bytes, [convertToRunpath()])
 */
export const convertToRunpath = (): RunpathTagEdit => made(searchPathFamily, { edit: "convertToRunpath" });

/**
 * {@link convertToRunpath} the other way: a DT_RUNPATH becomes DT_RPATH. In a file with both, the DT_RUNPATH, which
 * ld.so follows, takes the place of the DT_RPATH, which it ignored.
 *
 * @example
 * patch(bytes, [convertToRpath()])
 */
export const convertToRpath = (): RunpathTagEdit => made(searchPathFamily, { edit: "convertToRpath" });

/**
 * Removes the directories of the search path that hold no needed library beyond those in earlier directories, as
 * `patchelf --shrink-rpath` does. A file under a library's name counts only where ld.so could load it: an ELF program
 * or library of the same class, byte order and machine. The libraries are those that the file needs after the patch
 * (DT_NEEDED, DT_FILTER and DT_AUXILIARY), so the order of the edits does not matter.
 *
 * The tag stays as it is, also where no directory is left: an empty DT_RUNPATH still keeps the search paths of the
 * file's loaders out (ld.so(8)). Relative elements, and those with `$ORIGIN` (but see `origin`), `$LIB` or `$PLATFORM`,
 * stay without a look. The edit does not know the libraries that the program loads by dlopen(), nor those that its
 * libraries need (a DT_RPATH serves them too).
 *
 * @param options `lookup` returns a file of a directory, wherever it comes from; for the file system, `elfwright/node`
 *   has `shrinkFileRunpath`
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
  return made(searchPathFamily, {
    edit: "shrinkRunpath",
    ...prefixes,
    ...(origin !== undefined && { origin }),
    lookup,
  });
}

/**
 * Makes the absolute directories of the search path that are inside `root` relative to the file, with `$ORIGIN`
 * (ld.so(8)), so that the tree works wherever it is moved to. Directories elsewhere stay unless `outside` says
 * otherwise, as libraries may well be there; relative elements and those with `$ORIGIN`, `$LIB` or `$PLATFORM` stay
 * too. A directory that becomes equal to an earlier one goes. The tag stays as it is.
 *
 * @param options `outside: "drop"` for a build tree that the users of the result do not have; `elfwright/node` has
 *   `makeFileRunpathRelative`, which takes the file's path and follows links
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
  const refuse = (message: string): never =>
    fail("BAD_EDIT", `makeRunpathRelative: ${message}`, { edit: "makeRunpathRelative" });
  const odd = [root, origin].find((path) => !path.startsWith("/"));
  if (odd !== undefined) refuse(`${JSON.stringify(odd)} is not an absolute path`);

  const edit = {
    edit: "makeRunpathRelative",
    root: normalized(root),
    origin: normalized(origin),
    outside: outside ?? "keep",
  } as const;
  if (!isInside(edit.origin, edit.root)) refuse(`${edit.origin}, where the file is, is not inside ${edit.root}`);

  return made(searchPathFamily, { ...edit, ...(resolve && { resolve }) });
}

const isShrink = (e: SearchPathEdit): e is ShrinkRunpath => e.edit === "shrinkRunpath";
const isRelative = (e: SearchPathEdit): e is MakeRunpathRelative => e.edit === "makeRunpathRelative";

export const searchPathFamily: EditFamily<SearchPathEdit> = {
  name: "search-path",
  order: 21,
  takes: [],

  contradicts(edits, all) {
    refuseTwoTags(all);
    refuseRemoval(edits);
    refuseTwoPlaces(edits.filter(isRelative));
  },

  // The edits of single directories have had their turn.
  apply(wish, edits) {
    const draft = wish.dynamic;
    if (!draft.searchPath) {
      draft.noteMissing(edits, "neither DT_RUNPATH nor DT_RPATH");
      return;
    }

    changeTag(draft, edits);
    // Which libraries the file needs is known only when every family has had its turn.
    const isTransformed = edits.some((e) => isShrink(e) || isRelative(e));
    if (isTransformed) wish.afterwards(() => transform(draft, edits));
  },
};

/** `BAD_EDIT` where one edit removes the path that another works on. */
function refuseRemoval(edits: readonly SearchPathEdit[]): void {
  const other = edits.find((e) => tagAfter(e.edit) === undefined);
  const isRemoved = edits.some((e) => tagAfter(e.edit) === null);
  if (!isRemoved || !other) return;

  fail("BAD_EDIT", `removeRunpath and ${other.edit} contradict each other`, { edit: other.edit });
}

/** Gives the search path the tag that the edits want, or removes the path. */
function changeTag(draft: DynamicDraft, edits: readonly SearchPathEdit[]): void {
  const wanted = edits.find((e) => tagAfter(e.edit) !== undefined);
  if (!wanted) return;

  const tag = tagAfter(wanted.edit) ?? null;
  if (tag === null) {
    draft.setSearchPath(undefined);
    return;
  }

  const current = draft.searchPath!;
  const isUntouched = current.text === undefined && current.was?.tag === current.tag;
  const name = tag === DT.RPATH ? "DT_RPATH" : "DT_RUNPATH";
  if (current.tag !== tag) draft.setSearchPath({ ...current, tag });
  else if (isUntouched) draft.note("NOT_FOUND", `${wanted.edit}: the search path is ${name} already`);
}

/** `BAD_EDIT` where the path shall be relative in two ways. */
function refuseTwoPlaces(edits: readonly MakeRunpathRelative[]): void {
  const places = new Set(edits.map((e) => JSON.stringify([e.root, e.origin, e.outside])));
  if (places.size < 2) return;

  const edit = "makeRunpathRelative";
  fail("BAD_EDIT", `${edit} is given two places that contradict each other`, { edit });
}

/** Shrinks the path first, then makes it relative. */
function transform(draft: DynamicDraft, edits: readonly SearchPathEdit[]): void {
  const entry = draft.searchPath;
  if (!entry) return;

  const relative = edits.find(isRelative);
  const given = draft.exactText(entry);
  let path = given;
  for (const e of edits.filter(isShrink)) {
    path = shrunk(path, e, draft.elf, searchedLibraries(draft), e.origin ?? relative?.origin);
  }

  if (relative) path = madeRelative(path, relative);
  if (path === given) return;

  // No search path and an empty one are the same to ld.so.
  const isNothing = path === "" && entry.was === undefined;
  const replacement = isNothing ? [] : [{ ...entry, text: path }];
  draft.entries = draft.entries.flatMap((e) => (e === entry ? replacement : [e]));
}

/**
 * The libraries that ld.so will search for when it loads the file: those needed, and those that a filter names (gABI,
 * "Dynamic Section").
 */
function searchedLibraries(draft: DynamicDraft): string[] {
  const tags: readonly number[] = [DT.NEEDED, DT.FILTER, DT.AUXILIARY];
  return draft.entries.filter((e) => tags.includes(e.tag)).map((e) => draft.text(e));
}

/** Makes the edits again from plain data. */
export const searchPathParsers: EditParsers<SearchPathEdit> = {
  removeRunpath: () => removeRunpath(),
  convertToRunpath: () => convertToRunpath(),
  convertToRpath: () => convertToRpath(),
  shrinkRunpath: () => {
    const edit = "shrinkRunpath";
    return fail("BAD_EDIT", `${edit}: JSON cannot carry its lookup; make it with shrinkRunpath()`, { edit });
  },
  makeRunpathRelative: (json) => {
    const outside = json.choice("outside", ["keep", "drop"]);
    return makeRunpathRelative({ root: json.text("root"), origin: json.text("origin"), outside });
  },
};
