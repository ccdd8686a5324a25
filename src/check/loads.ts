import type { ElfFile } from "../image/elf.js";
import { hex } from "../error.js";
import { PT } from "../spec/constants.js";
import { pageSize, SMALLEST_PAGE } from "../spec/machines.js";
import { type SegmentExtent, segmentExtents, nonEmptyLoads, loadExtents, range } from "./extents.js";
import type { CheckRule, Violation } from "./rule.js";

/** PT_LOADs that share a page of this size overlap in memory everywhere. */
const PAGE = BigInt(SMALLEST_PAGE);

const isPowerOfTwo = (n: bigint): boolean => n > 0n && (n & (n - 1n)) === 0n;

const endOf = (load: SegmentExtent): bigint => load.vaddr + load.memsz;

/** Each PT_LOAD, with the one that reaches highest of those below it. */
export function* neighbours(elf: ElfFile): Generator<{ below: SegmentExtent; load: SegmentExtent }> {
  let below: SegmentExtent | undefined;
  for (const load of loadExtents(elf)) {
    if (below) yield { below, load };
    if (!below || endOf(load) > endOf(below)) below = load;
  }
}

const sharePage = (below: SegmentExtent, load: SegmentExtent, page: bigint): boolean =>
  load.vaddr / page <= (endOf(below) - 1n) / page;

/** PT_LOADs that share a page of this size, but neither addresses nor a page of the size `except`. */
function* sharedPages(elf: ElfFile, page: bigint, except?: bigint): Generator<Violation> {
  for (const { below, load } of neighbours(elf)) {
    const overlap = load.vaddr < endOf(below);
    if (overlap || !sharePage(below, load, page)) continue;
    if (except !== undefined && sharePage(below, load, except)) continue;

    const last = endOf(below) - 1n;
    yield {
      message: `${load.at} starts in the ${hex(page)}-byte page in which ${below.at} ends (${hex(last)})`,
      at: load.at,
    };
  }
}

function largestPage(elf: ElfFile): bigint {
  let largestAlign = 0;
  for (const { align } of nonEmptyLoads(elf)) {
    if (isPowerOfTwo(align)) largestAlign = Math.max(largestAlign, Number(align));
  }

  return BigInt(pageSize(elf.header.machine, largestAlign));
}

/** What kernels and ld.so require of PT_LOADs before they map them (gABI, "Program Header"). */
export const loadRules: readonly CheckRule[] = [
  {
    id: "load-in-file",
    severity: "error",
    sentence: "The file bytes of every PT_LOAD lie within the file.",
    *test(elf) {
      const { size } = elf.source;
      for (const { offset, filesz, at } of nonEmptyLoads(elf)) {
        if (offset + filesz > BigInt(size)) {
          yield {
            message: `its file bytes ${range(offset, filesz)} reach past the end of the file (${hex(size)})`,
            at,
          };
        }
      }
    },
  },
  {
    id: "load-sizes",
    severity: "error",
    sentence: "No PT_LOAD has more bytes in the file (p_filesz) than in memory (p_memsz).",
    *test(elf) {
      for (const { filesz, memsz, at } of nonEmptyLoads(elf)) {
        if (filesz > memsz) yield { message: `p_filesz ${hex(filesz)} is larger than p_memsz ${hex(memsz)}`, at };
      }
    },
  },
  {
    id: "load-align",
    severity: "error",
    sentence: "The p_align of every PT_LOAD is 0, 1 or a power of two.",
    *test(elf) {
      for (const { align, at } of segmentExtents(elf, PT.LOAD)) {
        if (align > 1n && !isPowerOfTwo(align)) {
          yield { message: `p_align ${hex(align)} is not a power of two`, at };
        }
      }
    },
  },
  {
    id: "load-page-align",
    severity: "error",
    sentence: "In a file for ld.so, the p_align of every PT_LOAD is a multiple of a page.",
    *test(elf) {
      if (segmentExtents(elf, PT.DYNAMIC).length === 0) return;

      for (const { align, at } of nonEmptyLoads(elf)) {
        if (align % PAGE !== 0n || align === 0n) {
          yield { message: `p_align ${hex(align)} is not a multiple of ${hex(PAGE)}`, at };
        }
      }
    },
  },
  {
    id: "load-congruent",
    severity: "error",
    sentence: "p_vaddr and p_offset of every PT_LOAD are congruent modulo p_align.",
    *test(elf) {
      for (const { vaddr, offset, align, at } of nonEmptyLoads(elf)) {
        if (align > 1n && (vaddr - offset) % align !== 0n) {
          yield {
            message:
              `p_vaddr ${hex(vaddr)} and p_offset ${hex(offset)} ` + `are not congruent modulo p_align ${hex(align)}`,
            at,
          };
        }
      }
    },
  },
  {
    id: "load-order",
    severity: "error",
    sentence: "PT_LOADs stand in ascending order of address.",
    *test(elf) {
      let previous: SegmentExtent | undefined;
      for (const load of nonEmptyLoads(elf)) {
        if (previous && load.vaddr < previous.vaddr) {
          yield { message: `it stands behind ${previous.at}, whose address is higher`, at: load.at };
        }
        previous = load;
      }
    },
  },
  {
    id: "load-overlap",
    severity: "error",
    sentence: "No two PT_LOADs take the same addresses.",
    *test(elf) {
      for (const { below, load } of neighbours(elf)) {
        if (load.vaddr < endOf(below)) {
          yield {
            message:
              `its addresses ${range(load.vaddr, load.memsz)} ` +
              `overlap those of ${below.at} (${range(below.vaddr, below.memsz)})`,
            at: load.at,
          };
        }
      }
    },
  },
  {
    id: "load-page",
    severity: "error",
    sentence: "No two PT_LOADs share a page of 4 KiB in memory.",
    test: (elf) => sharedPages(elf, PAGE),
  },
  {
    id: "load-largest-page",
    severity: "warning",
    sentence: "No two PT_LOADs share a page of the largest size that systems for this machine use.",
    test: (elf) => sharedPages(elf, largestPage(elf), PAGE),
  },
];
