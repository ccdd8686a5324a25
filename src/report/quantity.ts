import { hex } from "../error.js";

/** A number, or `"0x…"` where it is above 2^53-1, which JSON cannot hold. */
export type Quantity = number | string;

export function toQuantity(n: bigint): Quantity {
  const isSafe = BigInt(Number.MIN_SAFE_INTEGER) <= n && n <= BigInt(Number.MAX_SAFE_INTEGER);
  return isSafe ? Number(n) : hex(n);
}
