import { fail } from "../error.js";
import type { MakeRunpathRelative } from "./relative-runpath.js";
import type { ShrinkRunpath } from "./shrink-runpath.js";

/** See {@link setRunpath}, {@link setRpath}, {@link addRunpath}, {@link addRpath}, {@link removeRunpath}, {@link convertToRunpath}, {@link convertToRpath}. */
export type RunpathEdit =
  | { readonly edit: "setRunpath" | "setRpath" | "addRunpath" | "addRpath"; readonly path: string }
  | { readonly edit: "removeRunpath" | "convertToRunpath" | "convertToRpath" }
  | ShrinkRunpath
  | MakeRunpathRelative;

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

/**
 * Makes a DT_RPATH a DT_RUNPATH and leaves its directories as they are: only the tag changes. ld.so then searches it behind
 * LD_LIBRARY_PATH, and no longer for the libraries of libraries (ld.so(8), "DT_RUNPATH"). A DT_RPATH beside a DT_RUNPATH stays, since
 * ld.so ignores it. No DT_RPATH is a note in the result.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`
 * @example
 * patch(bytes, [convertToRunpath()])
 */
export const convertToRunpath = (): RunpathEdit => ({ edit: "convertToRunpath" });

/**
 * {@link convertToRunpath} the other way: a DT_RUNPATH becomes DT_RPATH, and with both, ld.so's DT_RUNPATH takes the place of the DT_RPATH
 * that it ignored.
 *
 * @example
 * patch(bytes, [convertToRpath()])
 */
export const convertToRpath = (): RunpathEdit => ({ edit: "convertToRpath" });

function joined(path: SearchPath, edit: string): string {
  if (typeof path === "string") return path;
  const odd = path.find((p) => p === "" || p.includes(":"));
  if (odd !== undefined) fail("BAD_EDIT", `${edit}: ${JSON.stringify(odd)} is not one directory; an empty one or a colon cannot stand in a list`, { edit });
  return path.join(":");
}

function notEmpty(path: string, edit: string): string {
  return path === "" ? fail("BAD_EDIT", `${edit}: no directory is given`, { edit }) : path;
}
