import { hex } from "../error.js";

/** A number, or `"0x…"` where it is above 2^53-1 and JSON could not hold it. */
export type Quantity = number | string;

export const toQuantity = (n: bigint): Quantity =>
  BigInt(Number.MIN_SAFE_INTEGER) <= n && n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : hex(n);
