import { readFileSync } from "node:fs";
import { decodeText, isLossless } from "../codec/bytes.js";
import { fail } from "../error.js";
import { onFile } from "../node/source.js";

/** The text of a file. `IO` where it cannot be read, `BAD_EDIT` where it is not UTF-8, which would be another text in the ELF file. */
function textOf(path: string, option: string): string {
  let bytes: Uint8Array;
  try {
    bytes = onFile(path, () => readFileSync(path));
  } catch (e) {
    const why = e instanceof Error ? e.message.replace(/^IO: /, "") : String(e);
    return fail("IO", `the file that ${option} names cannot be read: ${why}`, { path });
  }
  if (!isLossless(bytes)) fail("BAD_EDIT", `the file ${path}, which ${option} names, is not UTF-8`, { edit: option });
  return decodeText(bytes);
}

/** `@file` is what the file holds (patchelf(1)), without a line end at its end: no path or name in an ELF file ends so. Else the value itself. */
export function resolved(value: string, option: string): string {
  return value.startsWith("@") ? textOf(value.slice(1), `${option} ${value}`).replace(/\r?\n$/, "") : value;
}

/**
 * Reads a map of symbols, a line each: the old name, white space, the new one (patchelf(1), --rename-dynamic-symbols). What else a line has is ignored,
 * as there. Lines without a word are skipped; patchelf stops at the first.
 */
export function addRenames(names: Map<string, string>, path: string): void {
  const option = "--rename-dynamic-symbols";
  for (const [i, line] of textOf(path, option).split("\n").entries()) {
    const [old, name] = line.split(/\s+/).filter((word) => word !== ""), at = `${path}:${i + 1}`;
    const refuse = (why: string) => fail("BAD_EDIT", `${option}: ${at}: ${why}`, { edit: "renameDynamicSymbols" });
    if (old === undefined) continue;
    if (name === undefined) refuse(`${old} has no new name beside it`);
    else if (names.has(old)) refuse(`${old} was given before`);
    else if (old.includes("@") || name.includes("@")) refuse(`${old} ${name}: names are without versions here`);
    else names.set(old, name);
  }
}
