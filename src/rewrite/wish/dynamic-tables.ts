import type { Table } from "../tables/table.js";

/** New bytes for a range of a table, by its place in the input: they follow the table when it moves. */
export interface TableWrite {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Strings of .dynstr that others than dynamic entries name: version needs, symbols. Offsets are bytes of the table. */
export interface StringUser {
  readonly wanted: readonly string[];
  readonly kept: readonly number[];
  /** Strings that are let go, if nobody else points into them. */
  readonly freed: readonly number[];
}

/** Where each wanted string stands in .dynstr. */
export type OffsetOf = (text: string) => number;

/** The dynamic symbols as they shall be ordered: the new index of each old one. */
export type SymbolOrder = (index: number) => number;

/** Bytes for places in the input, and tables that are new or grow. */
export interface MadeTables {
  readonly writes: readonly TableWrite[];
  readonly tables: readonly Table[];
}

/**
 * Tables beside the dynamic section's entries, as edits want them: they say first which strings they need, then what
 * their bytes are.
 */
export interface DynamicTables {
  strings(): StringUser;
  /** The last is the new number of Verneed records, where it changes: 0 where the table is gone. */
  make(offsetOf: OffsetOf, order: SymbolOrder | undefined): MadeTables & { readonly needs?: number | undefined };
}

/** The dynamic symbols' tables. */
export interface SymbolTables extends DynamicTables {
  /** The new index of each symbol, where their order changes. */
  readonly order: SymbolOrder | undefined;
  /** Symbols whose old names are let go, by index. */
  readonly renamed: { has(index: number): boolean };
}
