import type { DiscardLocals, KeepSymbols, StripEdit, StripSymbols } from "./values.js";
import { exactly, type Matcher, matcher } from "./patterns.js";

/** How much a strip drops, from the least on. */
const MODES = ["none", "debug", "unneeded", "all"] as const;
export type StripDepth = (typeof MODES)[number];

/** All strip edits of a patch as one. */
export interface StripWish {
  readonly mode: StripDepth;
  /** Symbols and relocations of a relocatable file may go. */
  readonly forceAll: boolean;
  readonly removes: Matcher;
  /** Loaded sections that may go, and of those the ones whose bytes become zero. */
  readonly forced: Matcher;
  readonly zeroes: Matcher;
  readonly keeps: Matcher;
  readonly relocationsOf: Matcher;
  /** Does any edit name sections? If not, most names need not be read. */
  readonly namesSections: boolean;
  /** The patterns themselves, to say which match nothing. */
  readonly patterns: readonly { readonly edit: string; readonly pattern: string }[];
  /** Undefined where no edit names symbols: then names need not be read. */
  readonly keepsSymbol: Matcher | undefined;
  readonly stripsSymbol: Matcher | undefined;
  readonly discards: DiscardLocals["which"] | undefined;
  readonly keepsFiles: boolean;
}

const MODE_OF: Readonly<Partial<Record<StripEdit["edit"], StripDepth>>> = {
  stripDebug: "debug",
  stripUnneeded: "unneeded",
  stripAll: "all",
};

export function stripWish(edits: readonly StripEdit[]): StripWish {
  const removals = edits.filter((e) => e.edit === "removeSections");
  const relocations = edits.filter((e) => e.edit === "removeRelocations");
  const sections = (of: readonly { readonly sections: readonly string[] }[]): Matcher =>
    matcher(of.flatMap((e) => e.sections));

  return {
    mode: MODES[Math.max(0, ...edits.map((e) => MODES.indexOf(MODE_OF[e.edit] ?? "none")))]!,
    forceAll: edits.some((e) => e.edit === "stripAll" && e.force === true),
    removes: sections(removals),
    forced: sections(removals.filter((e) => e.force)),
    zeroes: sections(removals.filter((e) => e.force && e.zero)),
    keeps: sections(edits.filter((e) => e.edit === "keepSections")),
    relocationsOf: sections(relocations),
    namesSections: edits.some((e) => "sections" in e),
    patterns: [...removals, ...relocations].flatMap(({ edit, sections }) =>
      sections.filter((p) => !p.startsWith("!")).map((pattern) => ({ edit, pattern })),
    ),
    keepsSymbol: named(edits, "keepSymbols"),
    stripsSymbol: named(edits, "stripSymbols"),
    discards: edits.reduce<StripWish["discards"]>(
      (all, e) => (e.edit === "discardLocals" && all !== "all" ? e.which : all),
      undefined,
    ),
    keepsFiles: edits.some((e) => e.edit === "keepFileSymbols"),
  };
}

function named(edits: readonly StripEdit[], edit: "keepSymbols" | "stripSymbols"): Matcher | undefined {
  const of = edits.filter((e): e is KeepSymbols | StripSymbols => e.edit === edit);
  if (of.length === 0) return undefined;
  const exact = exactly(of.filter((e) => !e.wildcard).flatMap((e) => e.names));
  const patterns = matcher(of.filter((e) => e.wildcard).flatMap((e) => e.names));
  return (name) => exact(name) || patterns(name);
}
