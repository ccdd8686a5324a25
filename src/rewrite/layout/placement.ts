/** How a table got its place. */
export type Strategy =
  "in-place" | "extended" | "in-front" | "slack" | "hole" | "trailing-segment" | "new-segment" | "last-segment";

/** Where a table went and why. Offset and size are in bytes. */
export interface Placement {
  /** The table's name. */
  readonly region: string;
  readonly strategy: Strategy;
  readonly offset: number;
  /** A number, or `0x…` where it is above 2^53-1. */
  readonly address: number | string;
  readonly size: number;
  /** The reason, in words. */
  readonly why: string;
}
