import type { TableKind } from "../../spec/table-kinds.js";
import type { Strategy } from "../layout/placement.js";

/** A range of the input, and the address at which it is mapped. Offset and size are in bytes. */
export interface TableExtent {
  readonly offset: number;
  readonly address: bigint;
  readonly size: number;
}

/** A table that loaders reach through a pointer, so that it may move. It is one object for the whole of a rewrite. */
export interface Table {
  readonly kind: TableKind;
  /** Where the input has it; undefined for a new one. */
  readonly was: TableExtent | undefined;
  /** Its address must be a multiple of this. */
  readonly align: number;
  /** Must its segment be writable? Yes, where its old one was. */
  readonly writable: boolean;
  /** Bytes that it shall have. */
  readonly size: number;
  /** The fewest bytes that will do, where more do not fit without leaving its segment. */
  readonly least: number;
  /**
   * Its new bytes. Undefined where the old ones come along, and for .dynamic, whose bytes are made once every table has
   * its place.
   */
  readonly bytes: Uint8Array | undefined;
  /** Fields of the section header that a new one gets. */
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
  /** The reason, in words. */
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
