import type { Note } from "../../error.js";
import type { HeaderWish, NewSection, SectionsWish, SegmentWish } from "./wish.js";

/** New bytes for a range of a table, by its place in the input: they follow the table when it moves. */
export interface TableWrite {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A table that loaders reach through a dynamic tag and that grows, or is new. */
export interface TableRequest {
  /** The usual name of its section. */
  readonly name: string;
  /** The tag whose value is its address. */
  readonly tag: number;
  readonly bytes: Uint8Array;
  /** What its address must be a multiple of. */
  readonly align: number;
  /** Where the input has it; undefined for a new one. */
  readonly was: { readonly offset: number; readonly address: bigint; readonly size: number } | undefined;
  /** What its section header says, where the file has section headers; `link` is that of the dynamic symbols or of their names. */
  readonly section: { readonly type: number; readonly entsize: number; readonly link: "symbols" | "strings"; readonly info: number };
}

/** Everything one patch asks of the layout. What is undefined or empty stays as it is. */
export interface Requests extends SectionsWish {
  /** PT_INTERP's string, NUL included. */
  readonly interpreter: Uint8Array | undefined;
  /** .dynstr as a whole. */
  readonly strings: Uint8Array | undefined;
  /** The entries of the dynamic section, without the terminator; derived values are still the old ones. */
  readonly dynamic: readonly { readonly tag: number; readonly value: bigint }[] | undefined;
  readonly writes: readonly TableWrite[];
  /** Tables that grow or are new; the value of a new one's dynamic entry is set where it gets its place. */
  readonly tables: readonly TableRequest[];
  /** The new index of each dynamic symbol, where their order changes; `writes` have them in the new one. */
  readonly symbolOrder: ((index: number) => number) | undefined;
  /** The new number of Verneed records, where it changes; 0 where the table is gone. */
  readonly versionNeeds: number | undefined;
  readonly segments: readonly SegmentWish[];
  readonly header: HeaderWish;
  readonly newSections: readonly NewSection[];
  readonly notes: readonly Note[];
}
