import type { Note } from "../../error.js";
import type { Contents } from "./contents.js";

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

/** Where symbols and sections of the input are in the output, for tables that name them. */
export interface Followers {
  /** The new index of a section; 0 for one that goes. What is no section's index stays. */
  section(index: number): number;
  /** The new value of a symbol. */
  value(shndx: number, value: bigint, name: () => string): bigint;
  /** Does any symbol's value change? */
  readonly moves: boolean;
}

/** A section that the file has not, for tools. */
export interface NewSection {
  readonly name: string;
  readonly type: number;
  readonly align: number;
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
  /** Tables that grow or are new; the value of a new one's dynamic entry is set where it gets its place. */
  readonly tables: readonly TableRequest[];
  /** The new index of each dynamic symbol, where their order changes; `writes` have them in the new one. */
  readonly symbolOrder: ((index: number) => number) | undefined;
  /** The new number of Verneed records, where it changes; 0 where the table is gone. */
  readonly versionNeeds: { readonly count: number } | undefined;
  /** p_flags of PT_GNU_STACK, which is added where the file has none. */
  readonly stackFlags: number | undefined;
  /** EI_OSABI. */
  readonly osabi: number | undefined;
  /** Indexes of the sections that go. */
  readonly dropped: ReadonlySet<number>;
  readonly contents: Contents;
  readonly newSections: readonly NewSection[];
  /** Sections that are in no group any more. */
  readonly ungrouped: ReadonlySet<number>;
  /** Dropped loaded sections whose bytes become zero. */
  readonly zeroed: ReadonlySet<number>;
  /** The section header table goes, with all that no program header speaks of. */
  readonly dropsHeaders: boolean;
  readonly notes: readonly Note[];
}
