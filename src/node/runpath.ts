import { realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type MakeRunpathRelative, makeRunpathRelative as relativeIn, type ShrinkRunpath, shrinkRunpath as shrinkBy } from "../edit/search-path.js";
import { isInside, normalized } from "../edit/search-path/elements.js";
import type { LibraryLookup } from "../edit/search-path/shrink.js";
import { isElfError } from "../error.js";
import { followLinks } from "../resolve/search/links.js";
import { linkTarget } from "./links.js";
import { onFile, openSource } from "./source.js";

/** Options of {@link shrinkFileRunpath}. */
export interface ShrinkFileRunpathOptions {
  /** Absolute directories that do not begin with one of these texts go, whatever they hold. */
  readonly allowedPrefixes?: readonly string[] | undefined;
  /**
   * The directory that the file lies in: with it, elements with `$ORIGIN` are looked at like the others. With
   * `sysroot`, as it is named in there.
   */
  readonly origin?: string | undefined;
  /** The directory that will be `/` for the loader: directories and links are followed in there. */
  readonly sysroot?: string | undefined;
}

/**
 * `shrinkRunpath` of the main entry, with the file system's directories. A directory that cannot be read, and what is
 * no library of the file's class, byte order and machine, are passed over.
 *
 * @throws ElfError as `shrinkRunpath` of the main entry
 * @example
 * await patchFile("build/server", [shrinkRunpath({ allowedPrefixes: ["/opt/"] })]);
 */
export function shrinkFileRunpath({ sysroot, ...options }: ShrinkFileRunpathOptions = {}): ShrinkRunpath {
  return shrinkBy({
    ...options,
    lookup: sysroot === undefined ? libraryIn : (directory, name) => inSysroot(sysroot, directory, name),
  });
}

/** Options of {@link makeFileRunpathRelative}. */
export interface MakeFileRunpathRelativeOptions {
  /** The directory that moves as a whole. */
  readonly root: string;
  /** What becomes of absolute directories that are not in `root`. Default: `"keep"`. */
  readonly outside?: "keep" | "drop" | undefined;
  /**
   * Take an absolute directory that exists below `root` as one there, as of a system that will have `root` as its `/`.
   * Default: false.
   */
  readonly sysroot?: boolean | undefined;
}

/**
 * `makeRunpathRelative` of the main entry for a file in the file system, with symbolic links followed, as a loader
 * follows them behind `..`.
 *
 * @param file the file that is to be patched, and stays in its place within `root`
 * @throws ElfError as `makeRunpathRelative` of the main entry; `IO` where `file` or `root` is missing
 * @example
 * await patchFile("out/bin/server", [makeRunpathRelative("out/bin/server", { root: "out" })]);
 */
export function makeFileRunpathRelative(
  file: string,
  { root, outside, sysroot }: MakeFileRunpathRelativeOptions,
): MakeRunpathRelative {
  const real = onFile(root, () => realpathSync(root));
  const origin = dirname(onFile(file, () => realpathSync(file)));
  const given = normalized(resolve(root));

  return relativeIn({
    root: real,
    origin,
    outside,
    resolve: (element) => realDirectory(element, given, real, sysroot === true),
  });
}

/**
 * Where an element is: in the root by either of its names, or with `sysroot` below it. Elsewhere it does not matter.
 */
function realDirectory(element: string, given: string, root: string, sysroot: boolean): string {
  const real = followed(element);
  const isThere = real !== undefined && isInside(real, root);
  if (isThere) return real;

  const written = normalized(element);
  const named = isInside(written, given)
    ? normalized(`${root}/${written.slice(given === "/" ? 0 : given.length)}`)
    : written;
  // A missing directory, or one that a link leads out of the root to: still named by its way in there, unless `..`
  // follows the link.
  if (isInside(named, root) && (real === undefined || !element.split("/").includes(".."))) return named;

  const below = sysroot ? followIn(root, element) : undefined;
  return below !== undefined && isDirectory(below) ? below : (real ?? written);
}

/** Not Node's own realpath, which takes `..` off before it follows links. */
function followed(path: string): string | undefined {
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

function inSysroot(sysroot: string, directory: string, name: string): Uint8Array | undefined {
  const path = followIn(resolve(sysroot), `${directory}/${name}`);
  return path === undefined ? undefined : headerOf(path);
}

/** A path with its links followed as they will be when `root` is `/`; undefined for a loop. */
function followIn(root: string, path: string): string | undefined {
  const followed = followLinks(path, (p) => linkTarget(join(root, p)));
  return followed === undefined ? undefined : join(root, followed);
}
