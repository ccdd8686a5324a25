import { cardOf } from "./machines/card-of.js";
import type { GotOrder } from "./machines/kinds.js";
import { DYNAMIC } from "./machines/lists/dynamic.js";
import { MEMORY } from "./machines/lists/memory.js";

/** For a machine of which nothing is known: wide enough for every machine that Linux runs on with its usual pages. */
const DEFAULT_MAX_PAGE = 0x10000;

/** A larger p_align is for huge pages. It does not say which segments may share a page. */
const LARGEST_PAGE = 0x10000;

/** The smallest page of any system that runs ELF files: all of them map at least so much of a file. */
export const SMALLEST_PAGE = 0x1000;

/**
 * The page size in bytes for every question of what may share a page, from the machine and the file's largest p_align.
 */
export function pageSize(machine: number, largestAlign: number): number {
  const maxPage = cardOf(MEMORY, machine)?.maxPage ?? DEFAULT_MAX_PAGE;
  return Math.max(maxPage, Math.min(largestAlign, LARGEST_PAGE));
}

/** Bytes of one DT_HASH entry: 8 on 64-bit S/390 and Alpha, 4 elsewhere (their psABIs). */
export function hashEntrySize(machine: number, elfClass: 32 | 64): 4 | 8 {
  return elfClass === 64 ? (cardOf(DYNAMIC, machine)?.hashEntry ?? 4) : 4;
}

/**
 * How files of the machine say that the global offset table has the order of the dynamic symbols. Null where the table
 * does not have that order.
 */
export const gotOrder = (machine: number): GotOrder | null => cardOf(DYNAMIC, machine)?.gotOrder ?? null;

/** Is the stack executable where a file has no PT_GNU_STACK? */
export const defaultsToExecutableStack = (machine: number): boolean => cardOf(MEMORY, machine)?.executableStack ?? true;

/**
 * May e_entry be the address of a function descriptor, which is data? On some machines it is; in version 2 of PowerPC's
 * ABI it is not.
 */
export function entryIsDescriptor({ machine, flags }: { readonly machine: number; readonly flags: number }): boolean {
  const kind = cardOf(MEMORY, machine)?.entry;
  return kind === "descriptor" || (kind === "descriptor-v1" && (flags & 3) !== 2);
}
