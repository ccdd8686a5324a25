import { fail } from "../error.js";
import { type EditFamily, type EditParsers, made } from "./family.js";
import { assertEditOptions, chainIn, namePairs } from "./names.js";
import { draftedSymbols } from "./symbols/symbol-draft.js";
import { symbolTables } from "./symbols/symbol-tables.js";
import type { HashEdit, RenameDynamicSymbols, SymbolEdit } from "./symbols/values.js";
import { linkProof } from "../prove/link.js";
import { removeFiles } from "./versions/removals.js";
import { versionsOf } from "./versions/version-tables.js";

/**
 * Renames dynamic symbols, defined and undefined ones, in every version (gABI, "Symbol Table"). The hash tables follow,
 * and where DT_GNU_HASH wants another order of the symbols, so do .gnu.version and the relocations. .symtab, which no
 * loader reads, keeps its names. A name that the file does not have is a note in the result.
 *
 * @param names old name to new name, exact, without versions. One pair may be given as two arguments
 * @throws ElfError `BAD_EDIT`; when applied, `BAD_EDIT` where two definitions would have the same name and version,
 *   `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`, `UNSUPPORTED`
 * @example
 * patch(bytes, [renameDynamicSymbols({ malloc: "my_malloc", free: "my_free" })])
 */
export function renameDynamicSymbols(
  names: Readonly<Record<string, string>>,
  options?: RenameDynamicSymbolsOptions,
): RenameDynamicSymbols;
export function renameDynamicSymbols(old: string, name: string): RenameDynamicSymbols;
export function renameDynamicSymbols(
  old: string | Readonly<Record<string, string>>,
  last?: string | RenameDynamicSymbolsOptions,
): RenameDynamicSymbols {
  const names = namePairs("renameDynamicSymbols", old, last, "symbol");
  const options = typeof last === "string" || last === undefined ? {} : last;
  assertEditOptions<RenameDynamicSymbolsOptions>("renameDynamicSymbols", options, { swap: true });
  const { swap = false } = options;
  refuseChains(names, swap);
  return made(symbolsFamily, { edit: "renameDynamicSymbols", names, swap });
}

/** Options of {@link renameDynamicSymbols}. */
export interface RenameDynamicSymbolsOptions {
  /**
   * A new name may be the old name of another symbol. All are renamed at once, so the same patch twice gives another
   * file.
   */
  readonly swap?: boolean | undefined;
}

/** `BAD_EDIT` where a new name is the old name of another. */
function refuseChains(names: Readonly<Record<string, string>>, swap: boolean): void {
  const edit = "renameDynamicSymbols";
  const name = swap ? undefined : chainIn(names);
  if (name === undefined) return;

  const message =
    `${edit}: ${name} is a new name and an old one; ` +
    "the same patch twice would not give the same file (the option swap allows it)";
  fail("BAD_EDIT", message, { edit });
}

/**
 * Adds DT_HASH, the System V ABI's hash table (gABI, "Hash Table"), which loaders before 2006 and some tools and
 * anti-cheat libraries want. A file that has one stays as it is.
 *
 * @throws ElfError when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`, `UNSUPPORTED`
 * @example
 * patch(bytes, [addHash()])
 */
export const addHash = (): HashEdit => made(symbolsFamily, { edit: "addHash" });

/**
 * Adds DT_GNU_HASH, with which ld.so finds symbols several times faster; on MIPS it is DT_MIPS_XHASH. A file that has
 * one stays as it is. The dynamic symbols take the order that the table wants, and all that counts them follows.
 *
 * @throws ElfError as {@link addHash}
 * @example
 * patch(bytes, [addGnuHash()])
 */
export const addGnuHash = (): HashEdit => made(symbolsFamily, { edit: "addGnuHash" });

const isRenaming = (e: SymbolEdit): e is RenameDynamicSymbols => e.edit === "renameDynamicSymbols";

/** The new name of each old one. `BAD_EDIT` where one shall become two. */
function namesOf(edits: readonly SymbolEdit[]): Map<string, string> {
  const names = new Map<string, string>();
  const pairs = edits.filter(isRenaming).flatMap((e) => Object.entries(e.names));

  for (const [old, name] of pairs) {
    const other = names.get(old) ?? name;
    if (other !== name) {
      fail("BAD_EDIT", `renameDynamicSymbols: ${old} shall become both ${other} and ${name}`, {
        edit: "renameDynamicSymbols",
      });
    }
    names.set(old, name);
  }
  return names;
}

export const symbolsFamily: EditFamily<SymbolEdit> = {
  name: "symbols",
  order: 80,
  takes: [],

  contradicts(edits) {
    // Several edits may make a chain together.
    const swaps = edits.some((e) => isRenaming(e) && e.swap);
    refuseChains(Object.fromEntries(namesOf(edits)), swaps);
  },

  apply(wish, edits) {
    const adds = new Set(edits.flatMap((e) => (isRenaming(e) ? [] : [e.edit])));
    const versions = versionsOf(wish);
    // Whether a symbol would be defined twice depends on its version, so versions that go must have gone.
    removeFiles(versions);

    const draft = draftedSymbols(wish.dynamic, versions, namesOf(edits), adds);
    wish.symbols = symbolTables(draft, wish.notes);
    wish.link = linkProof;
  },
};

/** Makes the edits again from plain data. */
export const symbolsParsers: EditParsers<SymbolEdit> = {
  renameDynamicSymbols: (json) => renameDynamicSymbols(json.record("names"), { swap: json.flag("swap") }),
  addHash: () => addHash(),
  addGnuHash: () => addGnuHash(),
};
