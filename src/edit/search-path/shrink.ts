import { equalBytes } from "../../codec/bytes.js";
import { type ElfInput, readExactly, toSource } from "../../codec/source.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { headerSize, headerView } from "../../image/headers/header.js";
import { ET } from "../../spec/constants.js";
import { directoryNamed, elements } from "./elements.js";

/**
 * Finds a library by its directory, as the search path names it, and its name; undefined where there is none. The first
 * 64 bytes of the file are enough.
 */
export type LibraryLookup = (directory: string, name: string) => ElfInput | undefined;

/** Options of {@link shrinkRunpath}. */
export interface ShrinkRunpathOptions {
  /** Finds the libraries in the directories. */
  readonly lookup: LibraryLookup;
  /**
   * Absolute directories that begin with none of these texts go, whatever they hold. The comparison is one of texts:
   * `/opt` allows `/optional` too, `/opt/` does not. Default: all may stay.
   */
  readonly allowedPrefixes?: readonly string[] | undefined;
  /**
   * The directory that the file lies in: with it, elements with `$ORIGIN` are judged like the others; without it they
   * stay.
   */
  readonly origin?: string | undefined;
}

/**
 * The path without the directories that no needed library is found in.
 *
 * @param known where the file lies, to know which libraries are in `$ORIGIN` elements that stay anyway
 */
export function shrunk(
  path: string,
  edit: ShrinkRunpathOptions,
  elf: ElfFile,
  needed: readonly string[],
  known: string | undefined,
): string {
  if (typeof edit.lookup !== "function") {
    fail("BAD_EDIT", "shrinkRunpath: the edit has no lookup; JSON cannot carry it", { edit: "shrinkRunpath" });
  }

  // ld.so searches no path for a name with a slash.
  const missing = new Set(needed.filter((name) => !name.includes("/")));
  const seen = new Set<string>();
  /** Looks for the missing libraries there. Did it find one? */
  const search = (directory: string): boolean => {
    if (seen.has(directory)) return false;
    seen.add(directory);

    const found = [...missing].filter((name) => isLoadable(edit.lookup(directory, name), elf));
    for (const name of found) missing.delete(name);
    return found.length > 0;
  };

  const stays = (element: string): boolean => {
    const judged = directoryNamed(element, edit.origin);
    if (judged === undefined) {
      const directory = directoryNamed(element, known);
      if (directory !== undefined) search(directory);
      return true;
    }
    return isAllowed(element, edit.allowedPrefixes) && search(judged);
  };

  return elements(path).filter(stays).join(":");
}

function isAllowed(element: string, prefixes: readonly string[] | undefined): boolean {
  if (!prefixes || !element.startsWith("/")) return true;
  return prefixes.some((prefix) => element.startsWith(prefix));
}

/** The magic bytes, EI_CLASS, EI_DATA and EI_VERSION: what a file and its libraries have in common. */
const COMMON = 7;

/** Would ld.so take what was found as a library of this file? It passes over files of other kinds. */
function isLoadable(found: ElfInput | undefined, { header, source }: ElfFile): boolean {
  const other = found && toSource(found, "lookup");
  const size = headerSize(header);
  if (!other || other.size < size) return false;

  const bytes = readExactly(other, 0, size, "the ELF header");
  const { type, machine } = headerView(bytes, header);
  const isSameKind = equalBytes(bytes.subarray(0, COMMON), readExactly(source, 0, COMMON, "e_ident"));
  return isSameKind && (type === ET.DYN || type === ET.EXEC) && machine === header.machine;
}
