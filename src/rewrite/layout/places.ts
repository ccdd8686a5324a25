import type { ElfFile } from "../../image/elf.js";
import type { TableKind } from "../../spec/table-kinds.js";
import type { Range } from "../../pieces/ranges.js";
import type { Move, Placed } from "../tables/table.js";

/** Zeros of the last segment's .bss that have bytes in the file now. */
export interface BackedBss {
  /** Addresses `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
  /** What leads from an address to its offset. */
  readonly delta: number;
}

/** Where every table is: what placing has found out. Later phases only read it. */
export interface TablePlaces {
  readonly elf: ElfFile;
  readonly placed: readonly Placed[];
  /** Those that have left their old places. */
  readonly moves: readonly Move[];
  placeOf(kind: TableKind): Placed | undefined;
  moveOf(kind: TableKind): Move | undefined;
  /** Where a byte of the input is now that lies in a table that moved; undefined elsewhere. */
  movedOffset(offset: number): number | undefined;
  /** Ranges of the input that are not loaded any more. */
  readonly vacated: readonly Range[];
  readonly backed: BackedBss | undefined;
  /** Bytes that belong to no table, by their offset in the output. */
  readonly marks: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}
