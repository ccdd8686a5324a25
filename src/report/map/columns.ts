import type { LayoutMap, PartKind } from "./model.js";

/** One labelled line of a picture: a part, several small ones, or addresses where nothing is. */
export interface Row {
  readonly kind: PartKind | "group" | "hole";
  readonly label: string;
  /** The names of the parts that a group stands for. */
  readonly names: readonly string[];
  /** In the column's own terms: offsets, or addresses. */
  readonly start: bigint;
  readonly end: bigint;
  /** Bytes in that range; fewer than its length where several PT_LOADs with holes between them are one row. */
  readonly bytes: bigint;
  /** Bytes of padding at the end of `start..end`. */
  readonly pad: number;
  /** What differs from the other file, in words: `moved from 0x530`. */
  readonly marks: readonly string[];
  /** All that is known, for a pointer over the row. */
  readonly title: string;
}

/** Rows that belong together: a PT_LOAD, or a stretch that no PT_LOAD loads. */
export interface Block {
  /** Index of the program header; null for no PT_LOAD. */
  readonly segment: number | null;
  /** `RX`; empty where it is not loaded. */
  readonly flags: string;
  readonly title: string;
  readonly marks: readonly string[];
  readonly rows: readonly Row[];
}

/** A column of the picture, from its top to its bottom. */
export type Column = readonly Block[];

export interface Picture {
  readonly map: LayoutMap;
  readonly file: Column;
  /** Empty where the file has no PT_LOAD. */
  readonly memory: Column;
}
