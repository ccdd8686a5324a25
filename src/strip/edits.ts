import { fail } from "../error.js";

/** How symbols' names are matched. */
export interface SymbolNameOptions {
  /** Names are patterns: `*`, `?`, `[…]` and `\` as in a shell; a pattern behind `!` says which names are not meant. Off by default, since names may hold these. */
  readonly wildcard?: boolean | undefined;
}

/** Options of {@link removeSections}. */
export interface RemoveSectionsOptions {
  /** Take loaded sections too: their headers go, and program headers follow. The bytes stay, since programs may use them. */
  readonly force?: boolean | undefined;
  /** With `force`: what a removed loaded section held becomes zero. Not for what loaders find through a program header or a dynamic tag. */
  readonly zero?: boolean | undefined;
}

/** What a section's or symbol's name is asked for with. */
interface Patterns<E extends string> {
  readonly edit: E;
  readonly sections: readonly string[];
}

interface SymbolNames<E extends string> {
  readonly edit: E;
  readonly names: readonly string[];
  readonly wildcard?: true;
}

/** See {@link stripUnneeded}, {@link stripDebug}, {@link stripAll}. */
export type StripMode = { readonly edit: "stripUnneeded" } | { readonly edit: "stripDebug" } | { readonly edit: "stripAll"; readonly force?: true };
export type RemoveSections = Patterns<"removeSections"> & { readonly force?: true; readonly zero?: true };
export type KeepSections = Patterns<"keepSections">;
export type RemoveRelocations = Patterns<"removeRelocations">;
export type KeepSymbols = SymbolNames<"keepSymbols">;
export type StripSymbols = SymbolNames<"stripSymbols">;
export type DiscardLocals = { readonly edit: "discardLocals"; readonly which: "all" | "temporary" };
export type KeepFileSymbols = { readonly edit: "keepFileSymbols" };
export type DropSectionHeaders = { readonly edit: "dropSectionHeaders" };
export type OnlyKeepDebug = { readonly edit: "onlyKeepDebug" };
export type AddDebugLink = { readonly edit: "addDebugLink"; readonly file: string; readonly crc: number };

/** What a strip drops, and what it keeps. */
export type StripEdit = StripMode | RemoveSections | KeepSections | RemoveRelocations | KeepSymbols | StripSymbols | DiscardLocals | KeepFileSymbols | DropSectionHeaders | OnlyKeepDebug | AddDebugLink;

/**
 * Drops what a file does not need to run or to be linked, by GNU strip's meaning of `--strip-unneeded`. Programs and libraries: the
 * symbol table, its strings and debugging information; no byte of any segment changes. Relocatable files: debugging information, and the
 * symbols that neither a relocation nor another file can need; sections and relocations stay.
 *
 * @throws ElfError when applied: `OVERLAY`; `UNSUPPORTED` for a separate debug file
 * @example
 * patch(bytes, [stripUnneeded()])
 */
export const stripUnneeded = (): StripMode => ({ edit: "stripUnneeded" });

/**
 * Drops debugging information and the names of source files (STT_FILE); other symbols stay. GNU strip's `-g`.
 *
 * @throws ElfError as {@link stripUnneeded}
 * @example
 * patch(objectFile, [stripDebug()])
 */
export const stripDebug = (): StripMode => ({ edit: "stripDebug" });

/**
 * Drops all symbols, and the relocations that a linker left in a program (`--emit-relocs`). GNU strip's `-s`. A relocatable file would be of
 * no use without its symbols, so it is refused.
 *
 * @param force of a relocatable file all symbols and relocations go, as with GNU strip: no linker and no kernel can use it afterwards
 * @throws ElfError when applied: `RELOCATABLE`, and as {@link stripUnneeded}
 * @example
 * patch(bytes, [stripAll(), keepSymbols(["main"])])
 */
export const stripAll = ({ force = false }: { readonly force?: boolean | undefined } = {}): StripMode => ({ edit: "stripAll", ...(force && { force }) });

function sectionPatterns(edit: string, patterns: readonly string[]): string[] {
  for (const p of patterns)
    if (typeof p !== "string" || p === "" || p === "!") fail("BAD_EDIT", `${edit}: ${JSON.stringify(p)} is no section's name or pattern`, { edit });
  return [...patterns];
}

function symbolNames(edit: string, names: readonly string[]): string[] {
  for (const n of names) if (typeof n !== "string" || n === "") fail("BAD_EDIT", `${edit}: ${JSON.stringify(n)} is no symbol's name`, { edit });
  return [...names];
}

/**
 * Removes sections by name. Just these go, with what means nothing without them: their relocations, and symbols that they define. In a
 * program or library only sections that are not loaded, unless forced.
 *
 * @param patterns `*`, `?`, `[…]` and `\` as in a shell, e.g. `".comment"`, `".debug_*"`; a pattern behind `!` says which sections are not
 *   meant; one that matches nothing is a note in the result. Options may follow as the last argument.
 * @throws ElfError `BAD_EDIT`; when applied, `LOADED_SECTION`, `STILL_NEEDED` where something that stays uses what would go, `OVERLAY`
 * @example
 * patch(bytes, [removeSections(".comment", ".gnu.build.attributes*")])
 * patch(bytes, [removeSections(".note.ABI-tag", { force: true })])
 */
export function removeSections(...patterns: readonly (string | RemoveSectionsOptions)[]): RemoveSections {
  const last = patterns.at(-1), options = typeof last === "object" ? last : undefined;
  const names = (options ? patterns.slice(0, -1) : patterns) as readonly string[];
  return { edit: "removeSections", sections: sectionPatterns("removeSections", names), ...(options?.force && { force: true }), ...(options?.zero && { zero: true }) };
}

/**
 * Keeps sections that a strip of the same patch would drop, by name or pattern. `.symtab` keeps its symbols, too.
 *
 * @param patterns as {@link removeSections}
 * @throws ElfError `BAD_EDIT`
 * @example
 * patch(bytes, [stripDebug(), keepSections(".debug_line*")])
 */
export const keepSections = (...patterns: readonly string[]): KeepSections => ({ edit: "keepSections", sections: sectionPatterns("keepSections", patterns) });

/**
 * Removes the relocations of sections, by the names of the sections that they change. Not those that a loader applies.
 *
 * @param patterns as {@link removeSections}
 * @throws ElfError `BAD_EDIT`
 * @example
 * patch(objectFile, [removeRelocations(".debug_*")])
 */
export const removeRelocations = (...patterns: readonly string[]): RemoveRelocations => ({ edit: "removeRelocations", sections: sectionPatterns("removeRelocations", patterns) });

/**
 * Keeps symbols of `.symtab` that a strip of the same patch would drop.
 *
 * @throws ElfError `BAD_EDIT`
 * @example
 * patch(bytes, [stripUnneeded(), keepSymbols(["main", "usage"])])
 */
export const keepSymbols = (names: readonly string[], { wildcard = false }: SymbolNameOptions = {}): KeepSymbols => ({ edit: "keepSymbols", names: symbolNames("keepSymbols", names), ...(wildcard && { wildcard }) });

/**
 * Removes symbols from `.symtab`; dynamic symbols stay.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `STILL_NEEDED` where a relocation names one
 * @example
 * patch(bytes, [stripSymbols(["helper"]), stripSymbols(["debug_*"], { wildcard: true })])
 */
export const stripSymbols = (names: readonly string[], { wildcard = false }: SymbolNameOptions = {}): StripSymbols => ({ edit: "stripSymbols", names: symbolNames("stripSymbols", names), ...(wildcard && { wildcard }) });

/**
 * Drops local symbols: all of them, with debugging information, or only those that the compiler made for itself (`.L…`). GNU strip's `-x` and `-X`.
 *
 * @example
 * patch(objectFile, [discardLocals("temporary")])
 */
export function discardLocals(which: DiscardLocals["which"] = "all"): DiscardLocals {
  if (which !== "all" && which !== "temporary") fail("BAD_EDIT", `discardLocals: ${JSON.stringify(which)} is neither "all" nor "temporary"`, { edit: "discardLocals" });
  return { edit: "discardLocals", which };
}

/** Keeps the symbols that name source files (STT_FILE), which strips drop. GNU strip's `--keep-file-symbols`. */
export const keepFileSymbols = (): KeepFileSymbols => ({ edit: "keepFileSymbols" });

/**
 * Drops the section header table and all that no program header speaks of, as `sstrip` does: the smallest file that still runs. Debuggers and
 * `strip` cannot use it any more.
 *
 * @throws ElfError when applied: `RELOCATABLE`, `OVERLAY`
 * @example
 * patch(bytes, [dropSectionHeaders()])
 */
export const dropSectionHeaders = (): DropSectionHeaders => ({ edit: "dropSectionHeaders" });

/**
 * Makes the separate debug file: what is loaded keeps its headers and loses its bytes, notes aside. GNU strip's `--only-keep-debug`.
 *
 * @throws ElfError when applied: `UNSUPPORTED` for a file that is one already
 * @example
 * const debug = patch(bytes, [onlyKeepDebug()]).bytes;
 * const program = patch(bytes, [stripUnneeded(), addDebugLink("program.debug", debug)]).bytes;
 */
export const onlyKeepDebug = (): OnlyKeepDebug => ({ edit: "onlyKeepDebug" });
