import { fail } from "../../error.js";
import { fileText } from "../text-file.js";

/**
 * `@file` is what the file holds (patchelf(1)), without a line end at its end: no path or name in an ELF file ends so.
 * Else the value itself.
 */
export function resolved(value: string, option: string): string {
  return value.startsWith("@") ? fileText(value.slice(1), `${option} ${value}`).replace(/\r?\n$/, "") : value;
}

/**
 * Reads a map of symbols, a line each: the old name, white space, the new one (patchelf(1), --rename-dynamic-symbols).
 * What else a line has is ignored, as there. Lines without a word are skipped; patchelf stops at the first.
 */
export function addRenames(names: Map<string, string>, path: string): void {
  const option = "--rename-dynamic-symbols";
  for (const [i, line] of fileText(path, option).split("\n").entries()) {
    const [old, name] = line.split(/\s+/).filter((word) => word !== "");
    const at = `${path}:${i + 1}`;
    const refuse = (why: string) => fail("BAD_EDIT", `${option}: ${at}: ${why}`, { edit: "renameDynamicSymbols" });
    if (old === undefined) continue;

    if (name === undefined) refuse(`${old} has no new name beside it`);
    else if (names.has(old)) refuse(`${old} was given before`);
    else if (old.includes("@") || name.includes("@")) refuse(`${old} ${name}: names are without versions here`);
    else names.set(old, name);
  }
}
