import { fail } from "../error.js";
import { elements, fromOrigin, hasToken, isInside, normalized } from "./search-path.js";

/** Where a directory of the search path really is, as an absolute path; undefined to take it as it is written. */
export type DirectoryResolver = (directory: string) => string | undefined;

/** Options of {@link makeRunpathRelative}. */
export interface MakeRunpathRelativeOptions {
  /** The directory that moves as a whole: absolute, `/` for a tree whose paths are written as they will be. */
  readonly root: string;
  /** The directory that the file lies in, inside `root`. */
  readonly origin: string;
  /** What becomes of absolute directories that are not in `root`. Default: `"keep"`. */
  readonly outside?: "keep" | "drop" | undefined;
  /** Follows symbolic links; without it paths are taken as they are written. */
  readonly resolve?: DirectoryResolver | undefined;
}

/** See {@link makeRunpathRelative}. JSON leaves `resolve` out. */
export interface MakeRunpathRelative {
  readonly edit: "makeRunpathRelative";
  readonly root: string;
  readonly origin: string;
  readonly outside: "keep" | "drop";
  readonly resolve?: DirectoryResolver;
}

/**
 * Makes the absolute directories of the search path that are inside `root` relative to the file, with `$ORIGIN` (ld.so(8)), so that the tree
 * works wherever it is moved to. Directories elsewhere stay unless asked otherwise, as libraries may well be there; relative elements and those
 * with `$ORIGIN`, `$LIB` or `$PLATFORM` stay too. One that becomes equal to an earlier one goes. The tag stays as it is.
 *
 * @param options `outside: "drop"` for a build tree that the users of the result do not have; `elfwright/node` has a
 *   `makeRunpathRelative` that takes the file's path and follows links
 * @throws ElfError `BAD_EDIT`; when applied, `MALFORMED` where the path is not UTF-8, what `resolve` throws, and as `setRunpath`
 * @example
 * // "/build/out/lib:/usr/lib" becomes "$ORIGIN/../lib:/usr/lib"
 * patch(bytes, [makeRunpathRelative({ root: "/build/out", origin: "/build/out/bin" })])
 */
export function makeRunpathRelative({ root, origin, outside, resolve }: MakeRunpathRelativeOptions): MakeRunpathRelative {
  const bad = (message: string) => fail("BAD_EDIT", `makeRunpathRelative: ${message}`, { edit: "makeRunpathRelative" });
  for (const p of [root, origin]) if (!p.startsWith("/")) bad(`${JSON.stringify(p)} is not an absolute path`);
  const edit = { edit: "makeRunpathRelative", root: normalized(root), origin: normalized(origin), outside: outside ?? "keep" } as const;
  if (!isInside(edit.origin, edit.root)) bad(`${edit.origin}, where the file is, is not inside ${edit.root}`);
  return { ...edit, ...(resolve && { resolve }) };
}

/** The path with the directories inside the edit's root relative to the file. */
export function madeRelative(path: string, { root, origin, outside, resolve }: MakeRunpathRelative): string {
  const out: string[] = [], present = new Set<string>();
  const add = (element: string) => {
    out.push(element);
    present.add(element);
  };
  for (const element of elements(path)) {
    if (!element.startsWith("/") || hasToken(element)) {
      add(element);
      continue;
    }
    const directory = normalized(resolve?.(element) ?? element);
    const now = isInside(directory, root) && isElement(directory) ? fromOrigin(origin, directory) : element;
    if (now === element ? outside === "keep" : !present.has(now)) add(now);
  }
  return out.join(":");
}

/** Can a search path name the directory? */
const isElement = (directory: string): boolean => !directory.includes(":") && !hasToken(directory);
