import type { ElfFile } from "../../image/elf.js";
import type { TableKind } from "../../spec/table-kinds.js";
import type { Range } from "../../pieces/ranges.js";
import type { Move, Placed } from "../tables/table.js";

/** The part of the last segment's .bss that now has bytes in the file, all zeros. */
export interface BackedBss {
  /** Addresses from `start` up to, not including, `end`. */
  readonly start: bigint;
  readonly end: bigint;
  /** The offset of the first of these bytes. */
  readonly offset: number;
}

/** Where every table is, as placing has found. Later phases only read it. */
export interface TablePlaces {
  readonly elf: ElfFile;
  readonly placed: readonly Placed[];
  /** Those of them that have left their old places. */
  readonly moves: readonly Move[];
  placeOf(kind: TableKind): Placed | undefined;
  moveOf(kind: TableKind): Move | undefined;
  /** Where a byte of the input is now, if it lies in a table that moved; undefined if not. */
  movedOffset(offset: number): number | undefined;
  /** Ranges of the input that are not loaded any more. */
  readonly vacated: readonly Range[];
  readonly backed: BackedBss | undefined;
  /** New bytes that belong to no table, by their offsets in the output. */
  readonly marks: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}
