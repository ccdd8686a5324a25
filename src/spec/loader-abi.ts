import { cardOf } from "./machines/card-of.js";
import type { LoaderAbi } from "./machines/kinds.js";
import { LOADING } from "./machines/lists/loading.js";

/** The fields of the ELF header that tell a file's ABI. */
export interface AbiOf {
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** e_flags. */
  readonly flags: number;
}

function fits(abi: LoaderAbi, header: AbiOf): boolean {
  if (abi.class !== null && abi.class !== header.class) return false;
  if (abi.littleEndian !== null && abi.littleEndian !== header.littleEndian) return false;
  if (abi.flags === null) return true;

  const [mask, value] = abi.flags;
  return (header.flags & mask) === value;
}

/** The ABI of a file. Undefined for a machine without a known ABI. */
export const loaderAbi = (header: AbiOf): LoaderAbi | undefined =>
  cardOf(LOADING, header.machine)?.abis?.find((abi) => fits(abi, header));
