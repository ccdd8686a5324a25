import { fail } from "../error.js";

/** See {@link renameDynamicSymbols}. */
export interface RenameDynamicSymbols {
  readonly edit: "renameDynamicSymbols";
  readonly names: Readonly<Record<string, string>>;
  readonly swap: boolean;
}

/** See {@link addHash} and {@link addGnuHash}. */
export interface HashEdit {
  readonly edit: "addHash" | "addGnuHash";
}

export type SymbolEdit = RenameDynamicSymbols | HashEdit;

/**
 * Renames dynamic symbols, defined and undefined ones, in every version (gABI, "Symbol Table"). The hash tables follow, and where
 * DT_GNU_HASH wants another order of the symbols, so do .gnu.version and the relocations. .symtab, which no loader reads, keeps
 * its names. A name that the file has not is a note in the result.
 *
 * @param names old name to new name, exact, without versions
 * @param options `swap`: a new name may be another's old one; all are renamed at once, so the same patch twice gives another file
 * @throws ElfError `BAD_EDIT`; when applied, `BAD_EDIT` where two definitions would have the same name and version, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`, `UNSUPPORTED`
 * @example
 * patch(bytes, [renameDynamicSymbols({ malloc: "my_malloc", free: "my_free" })])
 */
export function renameDynamicSymbols(names: Readonly<Record<string, string>>, options: { readonly swap?: boolean } = {}): RenameDynamicSymbols {
  const edit = "renameDynamicSymbols", swap = options.swap ?? false;
  for (const [old, name] of Object.entries(names)) {
    if (old === "" || name === "") fail("BAD_EDIT", `${edit}: a symbol's name is empty`, { edit });
    if (!swap && name !== old && Object.hasOwn(names, name) && names[name] !== name)
      fail("BAD_EDIT", `${edit}: ${name} is a new name and an old one; the same patch twice would not give the same file (the option swap allows it)`, { edit });
  }
  return { edit, names: { ...names }, swap };
}

/**
 * Adds DT_HASH, the System V ABI's hash table (gABI, "Hash Table"), which loaders before 2006 and some tools and anti-cheat
 * libraries want. One that is there is no change.
 *
 * @throws ElfError when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`, `UNSUPPORTED`
 * @example
 * patch(bytes, [addHash()])
 */
export const addHash = (): HashEdit => ({ edit: "addHash" });

/**
 * Adds DT_GNU_HASH, with which ld.so finds symbols several times faster; on MIPS it is DT_MIPS_XHASH. One that is there is no change.
 * The dynamic symbols take the order that it wants, and all that counts them follows.
 *
 * @throws ElfError as {@link addHash}
 * @example
 * patch(bytes, [addGnuHash()])
 */
export const addGnuHash = (): HashEdit => ({ edit: "addGnuHash" });
