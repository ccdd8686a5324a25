import type { Edit } from "../edit/family.js";

/** An edit that names sections by patterns. */
interface Patterns<E extends string> extends Edit {
  readonly edit: E;
  readonly sections: readonly string[];
}

/** An edit that names symbols, by patterns if `wildcard` is set. */
interface SymbolNames<E extends string> extends Edit {
  readonly edit: E;
  readonly names: readonly string[];
  readonly wildcard?: true;
}

/** See `stripUnneeded`, `stripDebug`, `stripAll`. */
export type StripMode = Edit &
  (
    | { readonly edit: "stripUnneeded" }
    | { readonly edit: "stripDebug" }
    | { readonly edit: "stripAll"; readonly force?: true }
  );
export type RemoveSections = Patterns<"removeSections"> & { readonly force?: true; readonly zero?: true };
export type KeepSections = Patterns<"keepSections">;
export type RemoveRelocations = Patterns<"removeRelocations">;
export type KeepSymbols = SymbolNames<"keepSymbols">;
export type StripSymbols = SymbolNames<"stripSymbols">;
export type DiscardLocals = Edit & { readonly edit: "discardLocals"; readonly which: "all" | "temporary" };
export type KeepFileSymbols = Edit & { readonly edit: "keepFileSymbols" };

/** What a strip drops, and what it keeps. */
export type StripEdit =
  | StripMode
  | RemoveSections
  | KeepSections
  | RemoveRelocations
  | KeepSymbols
  | StripSymbols
  | DiscardLocals
  | KeepFileSymbols;
