import { cardOf } from "./machines/card-of.js";
import type { LoaderAbi } from "./machines/kinds.js";
import { LOADING } from "./machines/lists/loading.js";

/** What of a file's header tells its ABI. */
export interface AbiOf {
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** e_flags. */
  readonly flags: number;
}

const isOf = (abi: LoaderAbi, h: AbiOf): boolean =>
  (abi.class ?? h.class) === h.class &&
  (abi.littleEndian ?? h.littleEndian) === h.littleEndian &&
  (abi.flags === null || (h.flags & abi.flags[0]) === abi.flags[1]);

/** The ABI of a file; undefined for a machine of which none is known. */
export const loaderAbi = (h: AbiOf): LoaderAbi | undefined => cardOf(LOADING, h.machine)?.abis?.find((a) => isOf(a, h));
