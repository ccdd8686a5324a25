import type { ElfFile } from "../image/elf.js";
import { hex } from "../error.js";
import { PT } from "../spec/constants.js";
import { pageSize } from "../spec/machines.js";
import { type SegmentExtent, extents, loads, loadExtents, range } from "./extents.js";
import type { CheckRule, Violation } from "./rule.js";

/**
 * The smallest page of any system that runs ELF files: what shares one of these is mapped over each other everywhere.
 */
const SMALLEST_PAGE = 0x1000n;

const isPowerOfTwo = (n: bigint): boolean => n > 0n && (n & (n - 1n)) === 0n;

const end = (l: SegmentExtent): bigint => l.vaddr + l.memsz;

/** Each PT_LOAD with the one below it that reaches highest. */
export function* neighbours(elf: ElfFile): Generator<{ below: SegmentExtent; load: SegmentExtent }> {
  let below: SegmentExtent | undefined;
  for (const load of loadExtents(elf)) {
    if (below) yield { below, load };
    if (!below || end(load) > end(below)) below = load;
  }
}

function* sharedPages(elf: ElfFile, page: bigint, except?: bigint): Generator<Violation> {
  const shares = (below: SegmentExtent, load: SegmentExtent, page: bigint) =>
    load.vaddr / page <= (end(below) - 1n) / page;
  for (const { below, load } of neighbours(elf)) {
    if (
      load.vaddr < end(below) ||
      !shares(below, load, page) ||
      (except !== undefined && shares(below, load, except))
    ) {
      continue;
    }
    yield {
      message: `${load.at} starts in the ${hex(page)}-byte page in which ${below.at} ends (${hex(end(below) - 1n)})`,
      at: load.at,
    };
  }
}

const largestPage = (elf: ElfFile): bigint =>
  BigInt(
    pageSize(
      elf.header.machine,
      loads(elf).reduce((n, l) => Math.max(n, isPowerOfTwo(l.align) ? Number(l.align) : 0), 0),
    ),
  );

/** What kernel and ld.so ask of PT_LOADs before they map them (gABI, "Program Header"). */
export const loadRules: readonly CheckRule[] = [
  {
    id: "load-in-file",
    severity: "error",
    sentence: "The file bytes of every PT_LOAD lie within the file.",
    *test(elf) {
      for (const l of loads(elf)) {
        if (l.offset + l.filesz > BigInt(elf.source.size)) {
          yield {
            message: `its file bytes ${range(l.offset, l.filesz)} reach past the end of the file (${hex(elf.source.size)})`,
            at: l.at,
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
      for (const l of loads(elf)) {
        if (l.filesz > l.memsz) {
          yield { message: `p_filesz ${hex(l.filesz)} is larger than p_memsz ${hex(l.memsz)}`, at: l.at };
        }
      }
    },
  },
  {
    id: "load-align",
    severity: "error",
    sentence: "The p_align of every PT_LOAD is 0, 1 or a power of two.",
    *test(elf) {
      for (const l of extents(elf, PT.LOAD)) {
        if (l.align > 1n && !isPowerOfTwo(l.align)) {
          yield { message: `p_align ${hex(l.align)} is not a power of two`, at: l.at };
        }
      }
    },
  },
  {
    id: "load-page-align",
    severity: "error",
    sentence: "In a file for ld.so, the p_align of every PT_LOAD is a multiple of a page.",
    *test(elf) {
      if (extents(elf, PT.DYNAMIC).length === 0) return;
      for (const l of loads(elf)) {
        if (l.align % SMALLEST_PAGE !== 0n || l.align === 0n) {
          yield { message: `p_align ${hex(l.align)} is not a multiple of ${hex(SMALLEST_PAGE)}`, at: l.at };
        }
      }
    },
  },
  {
    id: "load-congruent",
    severity: "error",
    sentence: "p_vaddr and p_offset of every PT_LOAD are congruent modulo p_align.",
    *test(elf) {
      for (const l of loads(elf)) {
        if (l.align > 1n && (l.vaddr - l.offset) % l.align !== 0n) {
          yield {
            message: `p_vaddr ${hex(l.vaddr)} and p_offset ${hex(l.offset)} are not congruent modulo p_align ${hex(l.align)}`,
            at: l.at,
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
      const list = loads(elf);
      for (const [i, l] of list.entries()) {
        if (i > 0 && l.vaddr < list[i - 1]!.vaddr) {
          yield { message: `it stands behind ${list[i - 1]!.at}, whose address is higher`, at: l.at };
        }
      }
    },
  },
  {
    id: "load-overlap",
    severity: "error",
    sentence: "No two PT_LOADs take the same addresses.",
    *test(elf) {
      for (const { below, load } of neighbours(elf)) {
        if (load.vaddr < end(below)) {
          yield {
            message: `its addresses ${range(load.vaddr, load.memsz)} overlap those of ${below.at} (${range(below.vaddr, below.memsz)})`,
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
    test: (elf) => sharedPages(elf, SMALLEST_PAGE),
  },
  {
    id: "load-largest-page",
    severity: "warning",
    sentence: "No two PT_LOADs share a page of the largest size that systems for this machine use.",
    test: (elf) => sharedPages(elf, largestPage(elf), SMALLEST_PAGE),
  },
];
