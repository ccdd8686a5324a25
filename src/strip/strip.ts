import { type JsonEdit, shown } from "../edit/json-edit.js";
import { type EditFamily, type EditParsers, made } from "../edit/family.js";
import { assertEditOptions, type NameArguments, namesAmong, type NamesThen, optionsIn } from "../edit/names.js";
import { ANY_ELF, refuseBrokenSections, refuseDebugFile, refuseUnfindable } from "../edit/kinds.js";
import { fail } from "../error.js";
import { assertSegmentsWhole } from "../rewrite/layout/damage.js";
import { rewriteArchive } from "../archive/rewrite.js";
import { proveArchive } from "../prove/archive.js";
import { contentsProof } from "../prove/contents.js";
import { decideStrip } from "./decide.js";
import { stripTables } from "./strip-tables.js";
import { stripWish } from "./strip-wish.js";
import type {
  DiscardLocals,
  KeepFileSymbols,
  KeepSections,
  KeepSymbols,
  RemoveRelocations,
  RemoveSections,
  StripEdit,
  StripMode,
  StripSymbols,
} from "./values.js";
import { diffNotes } from "../report/diff-notes.js";

/** How the names of symbols are matched. */
export interface SymbolNameOptions {
  /**
   * Names are patterns, with `*`, `?`, `[…]` and `\` as in a shell; a pattern behind `!` says which names are not
   * meant. Off by default, since names may hold these characters.
   */
  readonly wildcard?: boolean | undefined;
}

/** Options of {@link removeSections}. */
export interface RemoveSectionsOptions {
  /**
   * Removes loaded sections, too: their headers go, and program headers follow. The bytes stay, since programs may use
   * them.
   */
  readonly force?: boolean | undefined;
  /**
   * With `force`: the bytes of removed loaded sections become zero, except those that loaders find through a program
   * header or a dynamic tag.
   */
  readonly zero?: boolean | undefined;
}

/**
 * Drops what a file does not need to run or to be linked, as GNU strip's `--strip-unneeded` means it. Programs and
 * libraries lose the symbol table, its strings and debugging information; no byte of any segment changes. Relocatable
 * files lose debugging information, and the symbols that neither a relocation nor another file can need; sections and
 * relocations stay.
 *
 * @throws ElfError when applied: `OVERLAY`; `UNSUPPORTED` for a separate debug file
 * @example
 * patch(bytes, [stripUnneeded()])
 */
export const stripUnneeded = (): StripMode => made(stripFamily, { edit: "stripUnneeded" });

/**
 * Drops debugging information and the names of source files (STT_FILE); other symbols stay. GNU strip's `-g`.
 *
 * @throws ElfError as {@link stripUnneeded}
 * @example
 * patch(objectFile, [stripDebug()])
 */
export const stripDebug = (): StripMode => made(stripFamily, { edit: "stripDebug" });

/**
 * Drops all symbols, and the relocations that a linker left in a program (`--emit-relocs`). GNU strip's `-s`. A
 * relocatable file is refused, as it would be of no use without its symbols.
 *
 * @param options `force`: a relocatable file loses all symbols and relocations, as with GNU strip: no linker and no
 * kernel can use it afterwards
 * @throws ElfError when applied: `RELOCATABLE`, and as {@link stripUnneeded}
 * @example
 * patch(bytes, [stripAll(), keepSymbols(["main"])])
 */
export function stripAll(options: { readonly force?: boolean | undefined } = {}): StripMode {
  assertEditOptions("stripAll", options, { force: true });
  const { force = false } = options;
  return made(stripFamily, { edit: "stripAll", ...(force && { force: true as const }) });
}

function sectionPatterns(edit: string, args: readonly unknown[]): string[] {
  const patterns = namesAmong(args);
  if (args.length === 0) fail("BAD_EDIT", `${edit}: no section is given`, { edit });
  for (const p of patterns) {
    if (typeof p !== "string" || p === "" || p === "!") {
      fail("BAD_EDIT", `${edit}: ${shown(p)} is no section's name or pattern`, { edit });
    }
  }
  return patterns as string[];
}

function symbolNames(edit: string, args: readonly unknown[]): string[] {
  const names = namesAmong(args);
  if (args.length === 0) fail("BAD_EDIT", `${edit}: no symbol is given`, { edit });
  for (const n of names) {
    if (typeof n !== "string" || n === "") {
      fail("BAD_EDIT", `${edit}: ${shown(n)} is no symbol's name`, { edit });
    }
  }
  return names as string[];
}

/**
 * Removes sections by name. Only these go, and what means nothing without them: their relocations, and the symbols that
 * they define. Loaded sections of a program or library only go with `force`.
 *
 * @param patterns names, or patterns as in a shell, with `*`, `?`, `[…]` and `\`: `".comment"`, `".debug_*"`. A
 *   pattern behind `!` says which sections are not meant. One that matches nothing is a note in the result. Options may
 *   follow as the last argument.
 * @throws ElfError `BAD_EDIT`; when applied, `LOADED_SECTION`, `STILL_NEEDED` where something that stays uses what
 * would go, `OVERLAY`
 * @example
 * patch(bytes, [removeSections(".comment", ".gnu.build.attributes*")])
 * patch(bytes, [removeSections(".note.ABI-tag", { force: true })])
 */
export function removeSections(...patterns: NamesThen<RemoveSectionsOptions>): RemoveSections {
  const { force, zero } = optionsIn<RemoveSectionsOptions>(patterns, "removeSections", { force: true, zero: true });
  const flags = { ...(force && { force: true as const }), ...(zero && { zero: true as const }) };
  const sections = sectionPatterns("removeSections", patterns);
  return made(stripFamily, { edit: "removeSections", sections, ...flags });
}

/**
 * Keeps sections that a strip of the same patch would drop, by name or pattern. A kept `.symtab` keeps its symbols,
 * too.
 *
 * @param patterns as {@link removeSections}
 * @throws ElfError `BAD_EDIT`
 * @example
 * patch(bytes, [stripDebug(), keepSections(".debug_line*")])
 */
export function keepSections(...patterns: NameArguments): KeepSections {
  return made(stripFamily, { edit: "keepSections", sections: sectionPatterns("keepSections", patterns) });
}

/**
 * Removes the relocations of sections, by the names of the sections that they change. Those that a loader applies stay.
 *
 * @param patterns as {@link removeSections}
 * @throws ElfError `BAD_EDIT`
 * @example
 * patch(objectFile, [removeRelocations(".debug_*")])
 */
export function removeRelocations(...patterns: NameArguments): RemoveRelocations {
  return made(stripFamily, { edit: "removeRelocations", sections: sectionPatterns("removeRelocations", patterns) });
}

/**
 * Keeps symbols of `.symtab` that a strip of the same patch would drop.
 *
 * @throws ElfError `BAD_EDIT`
 * @example
 * patch(bytes, [stripUnneeded(), keepSymbols(["main", "usage"])])
 */
export function keepSymbols(...names: NamesThen<SymbolNameOptions>): KeepSymbols {
  const { wildcard } = optionsIn<SymbolNameOptions>(names, "keepSymbols", { wildcard: true });
  return made(stripFamily, {
    edit: "keepSymbols",
    names: symbolNames("keepSymbols", names),
    ...(wildcard && { wildcard: true as const }),
  });
}

/**
 * Removes symbols from `.symtab`; dynamic symbols stay.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `STILL_NEEDED` where a relocation names one
 * @example
 * patch(bytes, [stripSymbols(["helper"]), stripSymbols(["debug_*"], { wildcard: true })])
 */
export function stripSymbols(...names: NamesThen<SymbolNameOptions>): StripSymbols {
  const { wildcard } = optionsIn<SymbolNameOptions>(names, "stripSymbols", { wildcard: true });
  return made(stripFamily, {
    edit: "stripSymbols",
    names: symbolNames("stripSymbols", names),
    ...(wildcard && { wildcard: true as const }),
  });
}

/**
 * Drops local symbols: all of them, with debugging information, or only those that the compiler made for itself
 * (`"temporary"`: `.L…`). GNU strip's `-x` and `-X`.
 *
 * @example
 * patch(objectFile, [discardLocals("temporary")])
 */
export function discardLocals(which: DiscardLocals["which"] = "all"): DiscardLocals {
  if (which !== "all" && which !== "temporary") {
    fail("BAD_EDIT", `discardLocals: ${JSON.stringify(which)} is neither "all" nor "temporary"`, {
      edit: "discardLocals",
    });
  }
  return made(stripFamily, { edit: "discardLocals", which });
}

/** Keeps the symbols that name source files (STT_FILE), which strips drop. GNU strip's `--keep-file-symbols`. */
export const keepFileSymbols = (): KeepFileSymbols => made(stripFamily, { edit: "keepFileSymbols" });

const MODES: readonly StripEdit["edit"][] = ["stripUnneeded", "stripDebug", "stripAll"];

/** The options of `keepSymbols` and `stripSymbols`, from plain data. */
const wildcardOf = (json: JsonEdit): SymbolNameOptions => ({ wildcard: json.flag("wildcard") });

export const stripFamily: EditFamily<StripEdit> = {
  name: "strip",
  order: 0,
  takes: ANY_ELF,
  tells: diffNotes,
  archive: { rewrite: rewriteArchive, prove: proveArchive },

  requires(elf, edits) {
    refuseUnfindable(elf);
    refuseBrokenSections(elf);
    assertSegmentsWhole(elf);
    // A strip would leave nothing of a separate debug file.
    if (edits.some((e) => MODES.includes(e.edit))) refuseDebugFile(elf);
  },

  apply(wish, edits) {
    const { elf, notes } = wish;
    const strip = stripWish(edits);
    const decision = decideStrip(elf, strip, notes);
    const { dropped, zeroed } = decision;
    const freesSymbols = strip.mode === "all" || strip.stripsSymbol !== undefined;
    const proof = contentsProof;
    wish.sections = { dropped, zeroed, dropsHeaders: false, freesSymbols, proof, ...stripTables(elf, decision) };
  },
};

/** Makes the edits again from plain data. */
export const stripParsers: EditParsers<StripEdit> = {
  stripUnneeded: () => stripUnneeded(),
  stripDebug: () => stripDebug(),
  stripAll: (json) => stripAll({ force: json.flag("force") }),
  removeSections: (json) =>
    removeSections(json.texts("sections"), { force: json.flag("force"), zero: json.flag("zero") }),
  keepSections: (json) => keepSections(json.texts("sections")),
  removeRelocations: (json) => removeRelocations(json.texts("sections")),
  keepSymbols: (json) => keepSymbols(json.texts("names"), wildcardOf(json)),
  stripSymbols: (json) => stripSymbols(json.texts("names"), wildcardOf(json)),
  discardLocals: (json) => discardLocals(json.choice("which", ["all", "temporary"])),
  keepFileSymbols: () => keepFileSymbols(),
};
