import type { DeclaredVersions } from "../../prove/declared.js";
import type { Table } from "../tables/table.js";

/** New bytes for a range of a table, by its offset in the input. They follow the table when it moves. */
export interface TableWrite {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Strings of .dynstr that others than dynamic entries name: version needs, symbols. Offsets count from its start. */
export interface StringUser {
  /** Strings that need a place. */
  readonly wanted: readonly string[];
  /** Offsets that stay in use. */
  readonly kept: readonly number[];
  /** Offsets of strings that are let go. They become free where nothing else points into them. */
  readonly freed: readonly number[];
}

/** Where each wanted string stands in .dynstr. */
export type OffsetOf = (text: string) => number;

/** The new order of the dynamic symbols: gives the new index of each old one. */
export type SymbolOrder = (index: number) => number;

/** New bytes for places in the input, and tables that are new or grow. */
export interface TableBytes {
  readonly writes: readonly TableWrite[];
  readonly tables: readonly Table[];
}

/**
 * Tables beside the dynamic section, as edits want them. First they say which strings they need, then what their bytes
 * are.
 */
export interface DynamicTables {
  strings(): StringUser;
  /** Makes the bytes. `needs` is the new number of Verneed records, where it changes: 0 where the table goes. */
  make(offsetOf: OffsetOf, order: SymbolOrder | undefined): TableBytes & { readonly needs?: number | undefined };
}

/** The tables of symbol versions. */
export interface VersionTables extends DynamicTables {
  /** What the edits want, as data. */
  declared(): DeclaredVersions;
}

/** The dynamic symbols' tables. */
export interface SymbolTables extends DynamicTables {
  /** The new index of each symbol, where their order changes. */
  readonly order: SymbolOrder | undefined;
  /** The new names of symbols whose old ones are let go, by index. */
  readonly renamed: ReadonlyMap<number, string>;
}
