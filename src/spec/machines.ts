import { EM } from "./constants.js";

/**
 * The largest page size in bytes that a system for this machine may use (each psABI; binutils' ELF_MAXPAGESIZE). A
 * segment that shares a page of this size with another one breaks where the kernel uses such pages.
 */
const MAX_PAGE: Readonly<Record<number, number>> = {
  [EM["386"]]: 0x1000, [EM.X86_64]: 0x1000, [EM.IAMCU]: 0x1000, [EM.S390]: 0x1000, [EM.S390_OLD]: 0x1000, [EM.RISCV]: 0x1000, [EM.CSKY]: 0x1000,
  // GNU ld gives ARM's files a p_align of 4 KiB, so no kernel that runs them has larger pages.
  [EM.ARM]: 0x1000,
  [EM["68K"]]: 0x2000, [EM.OPENRISC]: 0x2000, [EM.ALPHA]: 0x2000, [EM.SPARCV9]: 0x10000,
};

/** Where nothing is known, 64 KiB: wide enough for every machine Linux runs on with its usual pages. */
const DEFAULT_MAX_PAGE = 0x10000;

/** p_align above this says something about huge pages, not about what two segments may share. */
const LARGEST_PAGE = 0x10000;

/** The page size in bytes for every question of what may share a page, from the machine and the file's largest p_align. */
export function pageSize(machine: number, largestAlign: number): number {
  return Math.max(MAX_PAGE[machine] ?? DEFAULT_MAX_PAGE, Math.min(largestAlign, LARGEST_PAGE));
}

/** Bytes of one DT_HASH entry: 8 on 64-bit S/390 and Alpha, 4 elsewhere (their psABIs). */
export function hashEntrySize(machine: number, elfClass: 32 | 64): 4 | 8 {
  return elfClass === 64 && (machine === EM.S390 || machine === EM.S390_OLD || machine === EM.ALPHA || machine === EM.ALPHA_OLD) ? 8 : 4;
}

/** Machines on which glibc takes a non-executable stack where a file has no PT_GNU_STACK (`sysdeps/*\/stackinfo.h`, DEFAULT_STACK_PERMS). */
const PLAIN_STACK: readonly number[] = [EM.AARCH64, EM.RISCV, EM.LOONGARCH, EM.IA_64, EM.PPC64, EM.NIOS2, EM.TILEGX, EM.TILEPRO, EM.CSKY, EM.ARC_COMPACT, EM.ARC_COMPACT2];

/** Is the stack executable where a file has no PT_GNU_STACK? */
export const defaultsToExecutableStack = (machine: number): boolean => !PLAIN_STACK.includes(machine);
