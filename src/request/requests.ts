import type { Note } from "../error.js";

/** New bytes for a range of a table, by its place in the input: they follow the table when it moves. */
export interface TableWrite {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Everything one patch asks of the layout. What is undefined or empty stays as it is. */
export interface Requests {
  /** PT_INTERP's string, NUL included. */
  readonly interpreter: Uint8Array | undefined;
  /** .dynstr as a whole. */
  readonly strings: Uint8Array | undefined;
  /** The entries of the dynamic section, without the terminator; derived values are still the old ones. */
  readonly dynamic: readonly { readonly tag: number; readonly value: bigint }[] | undefined;
  readonly writes: readonly TableWrite[];
  /** The new number of Verneed records, where it changes; 0 where the table is gone. */
  readonly versionNeeds: { readonly count: number } | undefined;
  /** p_flags of PT_GNU_STACK, which is added where the file has none. */
  readonly stackFlags: number | undefined;
  /** EI_OSABI. */
  readonly osabi: number | undefined;
  /** Indexes of the sections that go. */
  readonly dropped: ReadonlySet<number>;
  readonly notes: readonly Note[];
}
