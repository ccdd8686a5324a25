import { hex } from "../error.js";
import { PF, PT } from "../spec/constants.js";
import { extents, loads } from "./extents.js";
import type { CheckRule } from "./rule.js";

/** What may be written and executed. */
export const protectionRules: readonly CheckRule[] = [
  {
    id: "bss-writable",
    severity: "error",
    sentence: "The highest PT_LOAD with more memory than file bytes is writable: kernels clear the rest of its page.",
    *test(elf) {
      let highest: ReturnType<typeof loads>[number] | undefined;
      for (const l of loads(elf)) {
        if (l.memsz > l.filesz && (!highest || l.vaddr + l.memsz > highest.vaddr + highest.memsz)) highest = l;
      }

      if (highest && !(highest.flags & PF.W)) {
        yield {
          message: `its memory goes on behind its file bytes (p_memsz ${hex(highest.memsz)}, p_filesz ${hex(highest.filesz)}), but it is read-only`,
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
      for (const l of loads(elf)) {
        if (l.flags & PF.W && l.flags & PF.X) yield { message: "it is both writable and executable", at: l.at };
      }
    },
  },
  {
    id: "exec-stack",
    severity: "note",
    sentence: "PT_GNU_STACK does not ask for an executable stack.",
    *test(elf) {
      for (const p of extents(elf, PT.GNU_STACK)) {
        if (p.flags & PF.X) yield { message: "the stack will be executable", at: p.at };
      }
    },
  },
];
