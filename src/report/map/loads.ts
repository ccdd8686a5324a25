import type { ElfFile } from "../../image/elf.js";
import { isDebugFile } from "../../image/headers/sections.js";
import { rangeFinder } from "../../image/headers/segments.js";
import { PT } from "../../spec/constants.js";
import { pageSize } from "../../spec/machines.js";
import { segmentFlagsText } from "../../spec/names.js";
import type { Tolerant } from "../../image/tolerant.js";

/** A PT_LOAD as exact numbers, and its bytes in the file as far as the file has them. */
export interface Load {
  readonly segment: number;
  readonly flags: string;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly filesz: bigint;
  readonly memsz: bigint;
  readonly align: bigint;
  /** The start of its range of the file. */
  readonly start: number;
  /** The end of that range; `start` where the file has none of the bytes. */
  readonly end: number;
}

export interface Loads {
  readonly loads: readonly Load[];
  /** True for a separate debug file. */
  readonly detached: boolean;
}

/**
 * The PT_LOADs in table order. A separate debug file has the program headers of the file that it was split from, but
 * not its bytes.
 */
export function mapLoads(elf: ElfFile, tolerant: Tolerant): Loads {
  const size = BigInt(elf.source.size);
  const detached = tolerant.part(() => elf.segments.length > 0 && isDebugFile(elf)) ?? false;
  if (detached) {
    tolerant.problem("a separate debug file: its program headers describe the complete file, which has the bytes");
  }

  const clamp = (offset: bigint): number => Number(offset < size ? offset : size);
  const loads: Load[] = [];
  elf.segments.forEach((header, segment) => {
    if (header.type !== PT.LOAD) return;

    const offset = header.exact("offset");
    const filesz = detached ? 0n : header.exact("filesz");
    const vaddr = header.exact("vaddr");
    if (offset + filesz > size) {
      const range = `0x${filesz.toString(16)} bytes at 0x${offset.toString(16)}`;
      tolerant.problem(`PT_LOAD ${segment} (${range}) reaches past the end of the file`);
    }

    loads.push({
      segment,
      flags: segmentFlagsText(header.flags),
      offset,
      vaddr,
      filesz,
      memsz: header.exact("memsz"),
      align: header.exact("align"),
      start: clamp(offset),
      end: clamp(offset + filesz),
    });
  });

  return { loads, detached };
}

const SMALLEST_PAGE = 0x1000n;
const LARGEST_PAGE = 0x10000n;

/**
 * The page size that all PT_LOADs are laid out for: their smallest p_align where that can be a page, else the machine's
 * largest page.
 */
export function layoutPage(elf: ElfFile, loads: readonly Load[]): number | null {
  if (loads.length === 0) return null;

  const align = loads.reduce((least, load) => (load.align < least ? load.align : least), loads[0]!.align);
  const isPowerOfTwo = (align & (align - 1n)) === 0n;
  const isPage = align >= SMALLEST_PAGE && align <= LARGEST_PAGE && isPowerOfTwo;
  return isPage ? Number(align) : pageSize(elf.header.machine, 0);
}

/** Finds the PT_LOAD that has an address in its memory, in logarithmic time. */
export const loadFinder = (loads: readonly Load[]): ((address: bigint) => Load | undefined) =>
  rangeFinder([...loads].sort(byAddress));

/** Sorts by address, PT_LOADs of one address in table order. */
export function byAddress(a: Load, b: Load): number {
  if (a.vaddr === b.vaddr) return a.segment - b.segment;
  return a.vaddr < b.vaddr ? -1 : 1;
}
