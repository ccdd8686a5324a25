import { realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  type MakeRunpathRelative,
  makeRunpathRelative as relativeIn,
  type ShrinkRunpath,
  shrinkRunpath as shrinkBy,
} from "../edit/search-path.js";
import { isInside, normalized } from "../edit/search-path/elements.js";
import type { LibraryLookup } from "../edit/search-path/shrink.js";
import { isElfError } from "../error.js";
import { followLinks } from "../resolve/search/links.js";
import { linkTarget } from "./links.js";
import { onFile, openSource } from "./source.js";

/** Options of {@link shrinkFileRunpath}. */
export interface ShrinkFileRunpathOptions {
  /** Absolute directories that do not begin with one of these texts are dropped, whatever they hold. */
  readonly allowedPrefixes?: readonly string[] | undefined;
  /**
   * The directory of the file; with `sysroot`, its path within the sysroot. If given, elements with `$ORIGIN` are
   * looked at like the others.
   */
  readonly origin?: string | undefined;
  /** The directory that will be `/` for the loader. Directories and links are followed within it. */
  readonly sysroot?: string | undefined;
}

/**
 * `shrinkRunpath` of the main entry, with the directories of the file system. A directory that cannot be read is passed
 * over, and so is a file that is no library of the patched file's class, byte order and machine.
 *
 * @throws ElfError as `shrinkRunpath` of the main entry
 * @example
 * await patchFile("build/server", [shrinkFileRunpath({ allowedPrefixes: ["/opt/"] })]);
 */
export function shrinkFileRunpath({ sysroot, ...options }: ShrinkFileRunpathOptions = {}): ShrinkRunpath {
  const lookup: LibraryLookup =
    sysroot === undefined ? libraryIn : (directory, name) => libraryInSysroot(sysroot, directory, name);
  return shrinkBy({ ...options, lookup });
}

/** Options of {@link makeFileRunpathRelative}. */
export interface MakeFileRunpathRelativeOptions {
  /** The directory that moves as a whole. */
  readonly root: string;
  /** What happens to absolute directories that are not in `root`. Default: `"keep"`. */
  readonly outside?: "keep" | "drop" | undefined;
  /**
   * Absolute directories that exist below `root` mean those: `root` will be the `/` of another system. Default: false.
   */
  readonly sysroot?: boolean | undefined;
}

/**
 * `makeRunpathRelative` of the main entry for a file in the file system. Symbolic links are followed, as a loader
 * follows them before `..`.
 *
 * @param file the file that will be patched; it keeps its place within `root`
 * @throws ElfError as `makeRunpathRelative` of the main entry; `IO` if `file` or `root` is missing
 * @example
 * await patchFile("out/bin/server", [makeFileRunpathRelative("out/bin/server", { root: "out" })]);
 */
export function makeFileRunpathRelative(
  file: string,
  { root, outside, sysroot }: MakeFileRunpathRelativeOptions,
): MakeRunpathRelative {
  const realRoot = onFile(root, () => realpathSync(root));
  const origin = dirname(onFile(file, () => realpathSync(file)));
  const givenRoot = normalized(resolve(root));

  return relativeIn({
    root: realRoot,
    origin,
    outside,
    resolve: (element) => realDirectory(element, givenRoot, realRoot, sysroot === true),
  });
}

/**
 * The directory that an element means: one in the root, by either of the root's names, or with `sysroot` one below the
 * root. Where other directories are does not matter.
 */
function realDirectory(element: string, givenRoot: string, realRoot: string, sysroot: boolean): string {
  const real = realPath(element);
  if (real !== undefined && isInside(real, realRoot)) return real;

  const written = normalized(element);
  const inRoot = isInside(written, givenRoot) ? written.slice(givenRoot === "/" ? 0 : givenRoot.length) : undefined;
  const named = inRoot === undefined ? written : normalized(`${realRoot}/${inRoot}`);
  // The directory is missing, or a link on its path leads out of the root. It still goes by its name in the root,
  // unless `..` follows the link.
  if (isInside(named, realRoot) && (real === undefined || !element.split("/").includes(".."))) return named;

  const below = sysroot ? followIn(realRoot, element) : undefined;
  return below !== undefined && isDirectory(below) ? below : (real ?? written);
}

/** Node's own realpath resolves `..` before it follows links; the native one does not. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** ELF headers have 52 or 64 bytes. */
const HEADER = 64;

const libraryIn: LibraryLookup = (directory, name) => headerOf(join(directory, name));

/** The first bytes of a file; undefined for what cannot be read. */
function headerOf(path: string): Uint8Array | undefined {
  try {
    const source = openSource(path);
    try {
      return source.read(0, Math.min(source.size, HEADER));
    } finally {
      source.close();
    }
  } catch (e) {
    if (!isElfError(e, "IO")) throw e;
    return undefined;
  }
}

function libraryInSysroot(sysroot: string, directory: string, name: string): Uint8Array | undefined {
  const path = followIn(resolve(sysroot), `${directory}/${name}`);
  return path === undefined ? undefined : headerOf(path);
}

/** A path whose links are followed as if `root` were `/`; undefined for a loop. */
function followIn(root: string, path: string): string | undefined {
  const followed = followLinks(path, (p) => linkTarget(join(root, p)));
  return followed === undefined ? undefined : join(root, followed);
}
