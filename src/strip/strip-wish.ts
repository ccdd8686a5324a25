import type { DiscardLocals, KeepSymbols, StripEdit, StripSymbols } from "./values.js";
import { exactly, type Matcher, matcher } from "./patterns.js";

/** How much a strip drops, the least first. */
const MODES = ["none", "debug", "unneeded", "all"] as const;
export type StripDepth = (typeof MODES)[number];

/** All strip edits of a patch together. */
export interface StripWish {
  readonly mode: StripDepth;
  /** Symbols and relocations of a relocatable file may go. */
  readonly forceAll: boolean;
  /** Names of sections that go. */
  readonly removes: Matcher;
  /** Names of loaded sections that may go. */
  readonly forced: Matcher;
  /** Names of loaded sections that may go, and whose bytes become zero. */
  readonly zeroes: Matcher;
  /** Names of sections that stay. */
  readonly keeps: Matcher;
  /** Names of sections whose relocations go. */
  readonly relocationsOf: Matcher;
  /** Does any edit name sections? If not, most names of sections need not be read. */
  readonly namesSections: boolean;
  /** The patterns themselves, to tell which of them match nothing. */
  readonly patterns: readonly { readonly edit: string; readonly pattern: string }[];
  /**
   * Names of symbols that stay, and of those that go; undefined if no edit names any, so that names need not be read.
   */
  readonly keepsSymbol: Matcher | undefined;
  readonly stripsSymbol: Matcher | undefined;
  readonly discards: DiscardLocals["which"] | undefined;
  /** STT_FILE symbols stay. */
  readonly keepsFiles: boolean;
}

const MODE_OF: Readonly<Partial<Record<StripEdit["edit"], StripDepth>>> = {
  stripDebug: "debug",
  stripUnneeded: "unneeded",
  stripAll: "all",
};

/** Puts all strip edits of a patch together. */
export function stripWish(edits: readonly StripEdit[]): StripWish {
  const removals = edits.filter((e) => e.edit === "removeSections");
  const relocations = edits.filter((e) => e.edit === "removeRelocations");
  const sectionsOf = (some: readonly { readonly sections: readonly string[] }[]): Matcher =>
    matcher(some.flatMap((e) => e.sections));
  const patterns = [...removals, ...relocations].flatMap(({ edit, sections }) =>
    sections.filter((p) => !p.startsWith("!")).map((pattern) => ({ edit, pattern })),
  );

  return {
    mode: deepestMode(edits),
    forceAll: edits.some((e) => e.edit === "stripAll" && e.force === true),
    removes: sectionsOf(removals),
    forced: sectionsOf(removals.filter((e) => e.force)),
    zeroes: sectionsOf(removals.filter((e) => e.force && e.zero)),
    keeps: sectionsOf(edits.filter((e) => e.edit === "keepSections")),
    relocationsOf: sectionsOf(relocations),
    namesSections: edits.some((e) => "sections" in e),
    patterns,
    keepsSymbol: symbolMatcher(edits, "keepSymbols"),
    stripsSymbol: symbolMatcher(edits, "stripSymbols"),
    discards: discardedLocals(edits),
    keepsFiles: edits.some((e) => e.edit === "keepFileSymbols"),
  };
}

function deepestMode(edits: readonly StripEdit[]): StripDepth {
  const depths = edits.map((e) => MODES.indexOf(MODE_OF[e.edit] ?? "none"));
  return MODES[Math.max(0, ...depths)]!;
}

/** "all" includes the temporary ones. */
function discardedLocals(edits: readonly StripEdit[]): StripWish["discards"] {
  const discards = edits.filter((e) => e.edit === "discardLocals").map((e) => e.which);
  return discards.includes("all") ? "all" : discards.at(-1);
}

function symbolMatcher(edits: readonly StripEdit[], edit: "keepSymbols" | "stripSymbols"): Matcher | undefined {
  const named = edits.filter((e): e is KeepSymbols | StripSymbols => e.edit === edit);
  if (named.length === 0) return undefined;

  const exact = exactly(named.filter((e) => !e.wildcard).flatMap((e) => e.names));
  const patterns = matcher(named.filter((e) => e.wildcard).flatMap((e) => e.names));
  return (name) => exact(name) || patterns(name);
}
