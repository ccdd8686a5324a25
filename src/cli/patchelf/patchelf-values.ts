import { fail } from "../../error.js";
import { fileText } from "../text-file.js";

/**
 * The text of `@file`, or the value itself (patchelf(1)). A line end at the end of the file is dropped: no path or name
 * in an ELF file ends with one.
 */
export function textOfValue(value: string, option: string): string {
  if (!value.startsWith("@")) return value;

  const text = fileText(value.slice(1), `${option} ${value}`);
  return text.replace(/\r?\n$/, "");
}

const RENAMES = "--rename-dynamic-symbols";

/**
 * Reads a map of symbols, a line each: the old name, white space, the new name (patchelf(1), --rename-dynamic-symbols).
 * The rest of a line is ignored, as in patchelf. Lines without a word are skipped; patchelf stops at the first of them.
 */
export function addRenames(names: Map<string, string>, path: string): void {
  for (const [i, line] of fileText(path, RENAMES).split("\n").entries()) {
    const [old, name] = line.split(/\s+/).filter((word) => word !== "");
    if (old === undefined) continue;

    const at = `${path}:${i + 1}`;
    if (name === undefined) return refuse(at, `${old} has no new name beside it`);
    if (names.has(old)) return refuse(at, `${old} was given before`);
    if (old.includes("@") || name.includes("@")) {
      return refuse(at, `${old} ${name}: names are without versions here`);
    }
    names.set(old, name);
  }
}

const refuse = (at: string, why: string): never =>
  fail("BAD_EDIT", `${RENAMES}: ${at}: ${why}`, { edit: "renameDynamicSymbols" });
