import type { LibraryTree } from "../../../src/index.js";
import type { Line, Listed } from "../../support/ldd.js";

const withoutLoader = (lines: readonly Line[]): string =>
  lines.filter(([, path]) => path === null || !/\/ld(-linux|64)?[-.][^/]*$/.test(path)).join("\n");

/** Why ldd says something else of a file; null where nothing explains it. */
export function explained(tree: LibraryTree, ours: readonly Line[], theirs: Listed): string | null {
  const { missing, interpreter } = tree;
  if (tree.rules === "musl") return "musl's: ldd knows glibc alone";
  if (interpreter?.object === null && theirs.lines.length === 0) {
    return `${interpreter.name} is not here: for ldd this is no dynamic program`;
  }
  // elf/rtld.c: "In trace mode there might be an invisible object (which we could not find) after the previous one in
  // the search list."
  if (missing.length > 0 && withoutLoader(ours) === withoutLoader(theirs.lines)) {
    return "ld.so's own line stands before what is not found, as its trace mode has it";
  }

  return null;
}
