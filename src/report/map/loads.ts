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
  /** The range of the file; empty where it has none of the bytes. */
  readonly start: number;
  readonly end: number;
}

export interface Loads {
  readonly loads: readonly Load[];
  /** A separate debug file. */
  readonly detached: boolean;
}

/**
 * The PT_LOADs in table order. A separate debug file has the program headers of the file it was split from, but not its
 * bytes.
 */
export function mapLoads(elf: ElfFile, t: Tolerant): Loads {
  const size = BigInt(elf.source.size);
  const detached = t.part(() => elf.segments.length > 0 && isDebugFile(elf)) ?? false;
  if (detached) t.problem("a separate debug file: its program headers describe the whole file, which has the bytes");
  const clamp = (n: bigint) => Number(n < size ? n : size);
  const loads = elf.segments.flatMap((s, segment) => {
    if (s.type !== PT.LOAD) return [];

    const offset = s.exact("offset");
    const filesz = detached ? 0n : s.exact("filesz");
    const vaddr = s.exact("vaddr");

    if (offset + filesz > size) {
      t.problem(
        `PT_LOAD ${segment} (0x${filesz.toString(16)} bytes at 0x${offset.toString(16)}) reaches past the end of the file`,
      );
    }

    return [
      {
        segment,
        flags: segmentFlagsText(s.flags),
        offset,
        vaddr,
        filesz,
        memsz: s.exact("memsz"),
        align: s.exact("align"),
        start: clamp(offset),
        end: clamp(offset + filesz),
      },
    ];
  });

  return { loads, detached };
}

const SMALLEST = 0x1000n;
const LARGEST = 0x10000n;

/**
 * The page size that all PT_LOADs are laid out for: their smallest p_align, where that can be a page, else the
 * machine's largest.
 */
export function layoutPage(elf: ElfFile, loads: readonly Load[]): number | null {
  if (loads.length === 0) return null;
  const smallest = loads.reduce((least, l) => (l.align < least ? l.align : least), loads[0]!.align);
  const isPage = smallest >= SMALLEST && smallest <= LARGEST && (smallest & (smallest - 1n)) === 0n;
  return isPage ? Number(smallest) : pageSize(elf.header.machine, 0);
}

/** Finds the PT_LOAD that has an address among its memory, in logarithmic time. */
export const loadFinder = (loads: readonly Load[]): ((address: bigint) => Load | undefined) =>
  rangeFinder([...loads].sort(byAddress));

export const byAddress = (a: Load, b: Load): number =>
  a.vaddr < b.vaddr ? -1 : a.vaddr > b.vaddr ? 1 : a.segment - b.segment;
