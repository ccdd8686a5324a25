import { equalBytes } from "../../codec/bytes.js";
import { type ElfInput, readExactly, toSource } from "../../codec/source.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { headerSize, headerView } from "../../image/headers/header.js";
import { ET } from "../../spec/constants.js";
import { directoryNamed, elements } from "./elements.js";

/**
 * Finds a library by the directory, as the search path names it, and its name; undefined where there is none. The first
 * 64 bytes of the file are enough.
 */
export type LibraryLookup = (directory: string, name: string) => ElfInput | undefined;

/** Options of {@link shrinkRunpath}. */
export interface ShrinkRunpathOptions {
  /** What a directory is asked for. */
  readonly lookup: LibraryLookup;
  /**
   * Absolute directories that do not begin with one of these texts go, whatever they hold. They are compared as text:
   * `/opt` allows `/optional` too, `/opt/` does not. Default: all may stay.
   */
  readonly allowedPrefixes?: readonly string[] | undefined;
  /**
   * The directory that the file lies in: with it, elements with `$ORIGIN` are looked at like the others. Without it
   * they stay.
   */
  readonly origin?: string | undefined;
}

/**
 * The path without the directories that serve nothing.
 *
 * @param known where the file lies, to know what `$ORIGIN` elements have that stay anyway
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
  const serves = (directory: string): boolean => {
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
      if (directory !== undefined) serves(directory);
      return true;
    }
    const allowed =
      !element.startsWith("/") || !edit.allowedPrefixes || edit.allowedPrefixes.some((p) => element.startsWith(p));
    return allowed && serves(judged);
  };

  return elements(path).filter(stays).join(":");
}

/** The magic bytes, EI_CLASS, EI_DATA and EI_VERSION: what a file and its libraries have in common. */
const COMMON = 7;

/** Would ld.so, loading this file, take the other one as its library? What is none is passed over. */
function isLoadable(found: ElfInput | undefined, { header, source }: ElfFile): boolean {
  const other = found && toSource(found, "lookup");
  const size = headerSize(header);
  if (!other || other.size < size) return false;

  const b = readExactly(other, 0, size, "the ELF header");
  const { type, machine } = headerView(b, header);
  return (
    equalBytes(b.subarray(0, COMMON), readExactly(source, 0, COMMON, "e_ident")) &&
    (type === ET.DYN || type === ET.EXEC) &&
    machine === header.machine
  );
}
