import { equalBytes } from "../codec/bytes.js";
import { type ByteSource, readExactly, toSource } from "../codec/source.js";
import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { headerSize, headerView } from "../image/headers/header.js";
import { ET } from "../spec/constants.js";
import { directoryOf, elements } from "./search-path.js";

/**
 * Finds a library by the directory, as the search path names it, and its name; undefined where there is none. The first 64 bytes of the file
 * are enough.
 */
export type LibraryLookup = (directory: string, name: string) => Uint8Array | ByteSource | undefined;

/** Options of {@link shrinkRunpath}. */
export interface ShrinkRunpathOptions {
  /** What a directory is asked for. */
  readonly lookup: LibraryLookup;
  /** Absolute directories that do not begin with one of these texts go, whatever they hold. They are compared as text: `/opt` allows `/optional` too, `/opt/` does not. Default: all may stay. */
  readonly allowedPrefixes?: readonly string[] | undefined;
  /** The directory that the file lies in: with it, elements with `$ORIGIN` are looked at like the others. Without it they stay. */
  readonly origin?: string | undefined;
}

/** See {@link shrinkRunpath}. JSON leaves `lookup` out. */
export interface ShrinkRunpath {
  readonly edit: "shrinkRunpath";
  readonly allowedPrefixes?: readonly string[];
  readonly origin?: string;
  readonly lookup: LibraryLookup;
}

/**
 * Takes those directories out of the search path in which no needed library lies that an earlier one does not have, as `patchelf --shrink-rpath`
 * does. A file under a library's name counts only where ld.so could load it: an ELF program or library of the same class, byte order and machine.
 * The libraries are those that the file needs after the patch (DT_NEEDED, DT_FILTER and DT_AUXILIARY), so the order of the edits does not matter.
 *
 * The tag stays as it is, also where no directory is left: an empty DT_RUNPATH still keeps the search paths of the file's loaders out
 * (ld.so(8)). What stays without a look: relative elements, and those with `$ORIGIN` (but see `origin`), `$LIB` or `$PLATFORM`. Libraries that the
 * program loads by dlopen(), and those of its libraries (a DT_RPATH serves them too), are not known here.
 *
 * @param options `lookup` gives the file in a directory, from anywhere: `elfwright/node` has a `shrinkRunpath` for the file system
 * @throws ElfError `BAD_EDIT`; when applied, `MALFORMED` where the path is not UTF-8, what `lookup` throws, and as `setRunpath`
 * @example
 * const files = new Map([["/opt/lib/libz.so.1", bytesOfLibz]]);
 * patch(bytes, [shrinkRunpath({ lookup: (directory, name) => files.get(`${directory}/${name}`) })])
 */
export function shrinkRunpath({ lookup, allowedPrefixes, origin }: ShrinkRunpathOptions): ShrinkRunpath {
  if (typeof lookup !== "function") fail("BAD_EDIT", "shrinkRunpath: lookup is not a function", { edit: "shrinkRunpath" });
  if (allowedPrefixes?.includes("")) fail("BAD_EDIT", "shrinkRunpath: an allowed prefix is empty, so it would allow everything", { edit: "shrinkRunpath" });
  if (origin !== undefined && !origin.startsWith("/")) fail("BAD_EDIT", `shrinkRunpath: the origin ${JSON.stringify(origin)} is not an absolute path`, { edit: "shrinkRunpath" });
  return { edit: "shrinkRunpath", ...(allowedPrefixes && { allowedPrefixes: [...allowedPrefixes] }), ...(origin !== undefined && { origin }), lookup };
}

/**
 * The path without the directories that serve nothing.
 *
 * @param known where the file lies, to know what `$ORIGIN` elements have that stay anyway
 */
export function shrunk(path: string, edit: ShrinkRunpath, elf: ElfFile, needed: readonly string[], known: string | undefined): string {
  if (typeof edit.lookup !== "function") fail("BAD_EDIT", "shrinkRunpath: the edit has no lookup; JSON cannot carry it", { edit: "shrinkRunpath" });
  // ld.so searches no path for a name with a slash.
  const missing = new Set(needed.filter((name) => !name.includes("/")));
  const seen = new Set<string>();
  const serves = (directory: string): boolean => {
    if (seen.has(directory)) return false;
    seen.add(directory);
    const found = [...missing].filter((name) => isLoadable(edit.lookup(directory, name), elf));
    for (const name of found) missing.delete(name);
    return found.length > 0;
  };
  const stays = (element: string): boolean => {
    const judged = directoryOf(element, edit.origin);
    if (judged === undefined) {
      const directory = directoryOf(element, known);
      if (directory !== undefined) serves(directory);
      return true;
    }
    const allowed = !element.startsWith("/") || !edit.allowedPrefixes || edit.allowedPrefixes.some((p) => element.startsWith(p));
    return allowed && serves(judged);
  };
  return elements(path).filter(stays).join(":");
}

/** The magic bytes, EI_CLASS, EI_DATA and EI_VERSION: what a file and its libraries have in common. */
const COMMON = 7;

/** Would ld.so, loading this file, take the other one as its library? What is none is passed over. */
function isLoadable(found: Uint8Array | ByteSource | undefined, { header, source }: ElfFile): boolean {
  const other = found && toSource(found), size = headerSize(header);
  if (!other || other.size < size) return false;
  const b = readExactly(other, 0, size, "the ELF header"), { type, machine } = headerView(b, header);
  return equalBytes(b.subarray(0, COMMON), readExactly(source, 0, COMMON, "e_ident")) && (type === ET.DYN || type === ET.EXEC) && machine === header.machine;
}
