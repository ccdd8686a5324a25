import type { TableKind } from "../../spec/table-kinds.js";
import type { Strategy } from "../layout/placement.js";

/** A range of the input, and the address at which it is mapped. Offset and size in bytes. */
export interface TableExtent {
  readonly offset: number;
  readonly address: bigint;
  readonly size: number;
}

/** A table that loaders reach through a pointer, and that so may move. It is one object for the whole of a rewrite. */
export interface Table {
  readonly kind: TableKind;
  /** Where the input has it; undefined for one that is new. */
  readonly was: TableExtent | undefined;
  /** What its address must be a multiple of. */
  readonly align: number;
  /** Its home was writable, so its new one must be. */
  readonly writable: boolean;
  /** Bytes that it takes, and the fewest that will do where more do not fit without leaving its segment. */
  readonly size: number;
  readonly least: number;
  /**
   * Its new bytes; undefined where the old ones come along, or where they are made when every table has its place
   * (.dynamic).
   */
  readonly bytes: Uint8Array | undefined;
  /** Fields of its section header, for a new one. */
  readonly header?: { readonly entsize: number; readonly info: number };
}

/** A table and its place, old or new. */
export interface Placed {
  readonly table: Table;
  readonly strategy: Strategy;
  readonly offset: number;
  readonly address: bigint;
  /** Bytes that it takes there. */
  readonly size: number;
  /** In words. */
  readonly why: string;
}

/** A table that has left its old place. */
export interface Move extends Placed {
  readonly was: TableExtent;
}

/** A new table, or one that grows. */
export function tableOf(
  kind: TableKind,
  bytes: Uint8Array,
  align: number,
  was: TableExtent | undefined,
  header: NonNullable<Table["header"]>,
): Table {
  return { kind, was, align, writable: false, size: bytes.length, least: bytes.length, bytes, header };
}
