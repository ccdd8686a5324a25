import { hex } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { PF, PT } from "../spec/constants.js";
import { type SegmentExtent, segmentExtents, nonEmptyLoads } from "./extents.js";
import type { CheckRule } from "./rule.js";

/** The PT_LOAD with the highest end of those that take more memory than file bytes. */
function highestWithBss(elf: ElfFile): SegmentExtent | undefined {
  let highest: SegmentExtent | undefined;
  for (const load of nonEmptyLoads(elf)) {
    if (load.memsz <= load.filesz) continue;
    if (!highest || load.vaddr + load.memsz > highest.vaddr + highest.memsz) highest = load;
  }

  return highest;
}

/** What may be written and executed. */
export const protectionRules: readonly CheckRule[] = [
  {
    id: "bss-writable",
    severity: "error",
    sentence: "The highest PT_LOAD with more memory than file bytes is writable: kernels clear the rest of its page.",
    *test(elf) {
      const highest = highestWithBss(elf);
      if (highest && !(highest.flags & PF.W)) {
        const sizes = `p_memsz ${hex(highest.memsz)}, p_filesz ${hex(highest.filesz)}`;
        yield {
          message: `its memory goes on behind its file bytes (${sizes}), but it is read-only`,
          at: highest.at,
        };
      }
    },
  },
  {
    id: "load-wx",
    severity: "warning",
    sentence: "No PT_LOAD is both writable and executable.",
    *test(elf) {
      for (const { flags, at } of nonEmptyLoads(elf)) {
        if (flags & PF.W && flags & PF.X) yield { message: "it is both writable and executable", at };
      }
    },
  },
  {
    id: "exec-stack",
    severity: "note",
    sentence: "PT_GNU_STACK does not ask for an executable stack.",
    *test(elf) {
      for (const { flags, at } of segmentExtents(elf, PT.GNU_STACK)) {
        if (flags & PF.X) yield { message: "the stack will be executable", at };
      }
    },
  },
];
