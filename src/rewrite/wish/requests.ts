import type { Note } from "../../error.js";
import type { Table } from "../tables/table.js";
import type { SymbolOrder, TableWrite } from "./dynamic-tables.js";
import type { HeaderWish, NewSection, SectionsWish, SegmentWish } from "./wish.js";

/** One entry of the dynamic section. Derived values are still the old ones. */
export interface DynamicValue {
  readonly tag: number;
  readonly value: bigint;
}

/** Everything that one patch asks of the layout. What is undefined or empty stays as it is. */
export interface Requests extends SectionsWish {
  /**
   * Tables that get new bytes or more room, and new ones. The tags of new ones get their values once these have places.
   */
  readonly tables: readonly Table[];
  /** The entries of the dynamic section, without the terminator. */
  readonly dynamic: readonly DynamicValue[] | undefined;
  readonly writes: readonly TableWrite[];
  /** The new index of each dynamic symbol, where their order changes. `writes` has them in the new order. */
  readonly symbolOrder: SymbolOrder | undefined;
  /** The new number of Verneed records, where it changes; 0 where the table goes. */
  readonly versionNeeds: number | undefined;
  readonly segments: readonly SegmentWish[];
  readonly header: HeaderWish;
  readonly newSections: readonly NewSection[];
  readonly notes: readonly Note[];
}
