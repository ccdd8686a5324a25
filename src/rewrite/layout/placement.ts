/** How a table got its place. */
export type Strategy =
  "in-place" | "extended" | "in-front" | "slack" | "hole" | "trailing-segment" | "new-segment" | "last-segment";

/** Where a table went and why. Offsets and sizes in bytes. */
export interface Placement {
  readonly region: string;
  readonly strategy: Strategy;
  readonly offset: number;
  /** A number, or `0x…` where it is above 2^53-1. */
  readonly address: number | string;
  readonly size: number;
  /** In words. */
  readonly why: string;
}
