import { wordSize } from "../../codec/encoding.js";
import { DT } from "../../spec/dynamic.js";
import type { Facts } from "../facts.js";
import { crossingOf } from "../versions/crossing.js";
import type { Rule } from "./rule.js";

/**
 * How many entries an array has beside the one that crtbegin.o puts into each (frame_dummy, __do_global_dtors_aux).
 * Nobody misses that one.
 */
function entriesBeyondCrt({ elf }: Facts, sizeTag: number): number {
  const size = elf.dynamic?.get(sizeTag) ?? 0n;
  const entries = Number(size / BigInt(wordSize(elf.header)));
  return Math.max(0, entries - 1);
}

/** How the program gets to its own code. */
export const startupRules: readonly Rule[] = [
  {
    id: "constructors-skipped",
    severity: "error",
    sentence: "The constructors of a musl program never run under glibc's loader.",
    advice:
      "Build it for glibc, or keep musl's loader. Retagging DT_INIT_ARRAY as DT_PREINIT_ARRAY does not help: " +
      "the constructors would run before those of the libraries.",
    *test(facts) {
      const found = crossingOf(facts);
      const start = facts.evidence.find((e) => e.about === "libc" && e.kind === "entry-code");
      if (found?.from !== "musl" || found.to !== "glibc" || start?.says !== "musl") return;

      const constructors = entriesBeyondCrt(facts, DT.INIT_ARRAYSZ);
      const destructors = entriesBeyondCrt(facts, DT.FINI_ARRAYSZ);
      if (constructors + destructors === 0) return;

      const skipped: string[] = [];
      if (constructors > 0) skipped.push(`${constructors} of DT_INIT_ARRAY`);
      if (destructors > 0) skipped.push(`${destructors} of DT_FINI_ARRAY`);
      const are = constructors + destructors === 1 ? "is" : "are";

      // musl passes _init and _fini to __libc_start_main; glibc takes them for all that there is (csu/libc-start.c).
      yield {
        severity: found.already ? "error" : "warning",
        message:
          `${skipped.join(" and ")} ${are} never called: musl's start code passes its own _init ` +
          "to __libc_start_main, and glibc then calls that alone",
      };
    },
  },
];
