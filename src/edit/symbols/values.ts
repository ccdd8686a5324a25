import type { Edit } from "../family.js";

/** See `renameDynamicSymbols`. */
export interface RenameDynamicSymbols extends Edit {
  readonly edit: "renameDynamicSymbols";
  readonly names: Readonly<Record<string, string>>;
  readonly swap: boolean;
}

/** See `addHash` and `addGnuHash`. */
export interface HashEdit extends Edit {
  readonly edit: "addHash" | "addGnuHash";
}

export type SymbolEdit = RenameDynamicSymbols | HashEdit;
