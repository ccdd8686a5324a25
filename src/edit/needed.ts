import { fail } from "../error.js";

/** See {@link replaceNeeded}. */
export interface ReplaceNeeded {
  readonly edit: "replaceNeeded";
  readonly names: Readonly<Record<string, string>>;
}

/** See {@link addNeeded}. */
export interface AddNeeded {
  readonly edit: "addNeeded";
  readonly names: readonly string[];
  readonly first: boolean;
  readonly move?: true;
}

/** What becomes of the versions that a removed library was to have: refused, forgotten, or forgotten and the symbols made weak. */
export type VersionUses = "refuse" | "drop" | "weaken";

/** See {@link removeNeeded}. */
export interface RemoveNeeded {
  readonly edit: "removeNeeded";
  readonly names: readonly string[];
  readonly uses: VersionUses;
}

export type NeededEdit = ReplaceNeeded | AddNeeded | RemoveNeeded;

/**
 * Renames needed libraries: DT_NEEDED, and the file in the version needs, so that ld.so looks the versions up in the new
 * one. Where the new name is needed already, both become one entry in the place of the first. A name that the file does not
 * need is a note in the result.
 *
 * @param names old name to new name, exact; all at once, so no new name may be another's old one
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [replaceNeeded({ "libc.musl-x86_64.so.1": "libc.so.6" })])
 */
export function replaceNeeded(names: Readonly<Record<string, string>>): ReplaceNeeded {
  for (const [old, name] of Object.entries(names)) {
    if (old === "" || name === "") fail("BAD_EDIT", "replaceNeeded: a library's name is empty", { edit: "replaceNeeded" });
    if (name !== old && Object.hasOwn(names, name) && names[name] !== name)
      fail("BAD_EDIT", `replaceNeeded: ${name} is a new name and an old one; the result would depend on the order`, { edit: "replaceNeeded" });
  }
  return { edit: "replaceNeeded", names: { ...names } };
}

/**
 * Adds needed libraries (DT_NEEDED; gABI, "Shared Object Dependencies") behind the last one, in the order given. ld.so
 * searches symbols in this order, so a library that shall win over others goes first. What is needed already, also by a
 * renaming of the same patch, is not added again.
 *
 * @param options `first`: before all others, still in the order given; `move`: what is needed already goes to its new place
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [addNeeded("libtrace.so.1", { first: true })])
 */
export function addNeeded(name: string | readonly string[], options: { readonly first?: boolean; readonly move?: boolean } = {}): AddNeeded {
  return { edit: "addNeeded", names: libraries(name, "addNeeded"), first: options.first ?? false, ...(options.move && { move: true as const }) };
}

/**
 * Removes needed libraries, each DT_NEEDED of that name. While the file needs versions of a library it is refused, as ld.so
 * stops at versions of a file that is not needed ("Assertion `needed != NULL' failed"). Symbols without a version name no
 * library, so that nothing tells whether another one defines them.
 *
 * @param options `uses: "drop"`: the version needs of the library go, and ld.so looks its symbols up in every library, without a version;
 *   `uses: "weaken"`: and the undefined ones become weak (STB_WEAK), so that the program starts where nobody defines them
 * @throws ElfError `BAD_EDIT`; when applied, `STILL_NEEDED` with the versions and their symbols, `STATIC`, `LOADER`, `RELOCATABLE`, `UNSUPPORTED`
 * @example
 * patch(bytes, [removeNeeded("libdl.so.2", { uses: "drop" })]) // glibc 2.34 has it in libc.so.6
 */
export function removeNeeded(name: string | readonly string[], options: { readonly uses?: "drop" | "weaken" } = {}): RemoveNeeded {
  return { edit: "removeNeeded", names: libraries(name, "removeNeeded"), uses: options.uses ?? "refuse" };
}

/** Names of libraries, at least one and none empty. `BAD_EDIT`. */
export function libraries(name: string | readonly string[], edit: string): string[] {
  const names = typeof name === "string" ? [name] : [...name];
  if (names.length === 0) fail("BAD_EDIT", `${edit}: no library is given`, { edit });
  if (names.includes("")) fail("BAD_EDIT", `${edit}: a library's name is empty`, { edit });
  return names;
}
