import { fail } from "../error.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { elements } from "./search-path/elements.js";
import { refuseTwoTags, tagAfter } from "./search-path/tag.js";

/** See {@link setRunpath}, {@link setRpath}, {@link addRunpath}, {@link addRpath}. */
export interface RunpathEdit extends Edit {
  readonly edit: "setRunpath" | "setRpath" | "addRunpath" | "addRpath";
  readonly path: string;
}

/** Directories: one string with colons between them, or one directory each. */
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
 * Appends directories to the search path; one that it has already is not added again. The result is DT_RUNPATH.
 *
 * @throws ElfError as {@link setRunpath}; `MALFORMED` where the path in the file is not UTF-8
 * @example
 * patch(bytes, [addRunpath("/usr/local/lib")])
 */
export const addRunpath = (...path: readonly SearchPath[]): RunpathEdit => withMore("addRunpath", path);

/** {@link addRunpath}, with DT_RPATH as the result. */
export const addRpath = (...path: readonly SearchPath[]): RunpathEdit => withMore("addRpath", path);

function withPath(edit: RunpathEdit["edit"], path: readonly SearchPath[]): RunpathEdit {
  return made(runpathFamily, { edit, path: joined(path, edit) });
}

function withMore(edit: RunpathEdit["edit"], path: readonly SearchPath[]): RunpathEdit {
  const more = withPath(edit, path);
  if (more.path === "") fail("BAD_EDIT", `${edit}: no directory is given`, { edit });
  return more;
}

function joined(path: readonly SearchPath[], edit: string): string {
  const [whole] = path;
  if (path.length === 1 && typeof whole === "string") return whole;

  const directories = path.flat();
  if (directories.length === 0) fail("BAD_EDIT", `${edit}: no directory is given; "" empties the path`, { edit });

  for (const d of directories) {
    const isOne = typeof d === "string" && d !== "" && !d.includes(":");
    if (isOne) continue;

    const shown = typeof d === "string" ? JSON.stringify(d) : typeof d;
    fail("BAD_EDIT", `${edit}: ${shown} is not one directory; an empty one or a colon cannot stand in a list`, {
      edit,
    });
  }
  return directories.join(":");
}

const isSet = ({ edit }: RunpathEdit): boolean => edit.startsWith("set");

export const runpathFamily: EditFamily<RunpathEdit> = {
  name: "runpath",
  order: 20,
  takes: [],

  contradicts(edits, all) {
    refuseTwoTags(all);

    const [set, ...sets] = edits.filter(isSet);
    const second = sets.find((e) => e.path !== set!.path);
    if (!second) return;

    const { edit, path } = set!;
    fail("BAD_EDIT", `${edit} is given ${JSON.stringify(path)} and ${JSON.stringify(second.path)}`, { edit });
  },

  // A set first, then the additions in the order given.
  apply({ dynamic: draft }, edits) {
    const tag = tagAfter(edits[0]!.edit)!;
    const current = draft.searchPath;
    const start = edits.find(isSet)?.path ?? (current ? draft.exactText(current) : "");
    const text = edits.filter((e) => !isSet(e)).reduce(extended, start);

    if (current) draft.setSearchPath({ ...current, tag, text });
    // No search path and an empty one are the same to ld.so.
    else if (text !== "") draft.entries.push({ tag, value: 0n, text });
  },
};

/** The path, and behind it the directories of an edit that it does not have yet. */
function extended(path: string, { path: more }: RunpathEdit): string {
  const directories = new Set(elements(path));
  const given = elements(path);
  for (const d of elements(more)) {
    if (d === "" || directories.has(d)) continue;
    directories.add(d);
    given.push(d);
  }
  return given.join(":");
}

/** Makes the edits again from plain data. */
export const runpathParsers: EditParsers<RunpathEdit> = {
  setRunpath: (json) => setRunpath(json.text("path")),
  setRpath: (json) => setRpath(json.text("path")),
  addRunpath: (json) => addRunpath(json.text("path")),
  addRpath: (json) => addRpath(json.text("path")),
};
