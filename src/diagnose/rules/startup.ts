import { wordSize } from "../../codec/encoding.js";
import { DT } from "../../spec/dynamic.js";
import type { Facts } from "../facts.js";
import { crossing } from "../versions/crossing.js";
import type { Rule } from "./rule.js";

/**
 * Entries beyond the one that crtbegin.o puts into each array (frame_dummy, __do_global_dtors_aux), which do nothing
 * that would be missed.
 */
function entriesBeyondCrt(f: Facts, sizeTag: number): number {
  return Math.max(0, Number((f.elf.dynamic?.get(sizeTag) ?? 0n) / BigInt(wordSize(f.elf.header))) - 1);
}

/** How the program comes to its own code. */
export const startupRules: readonly Rule[] = [
  {
    id: "constructors-skipped",
    severity: "error",
    sentence: "Constructors of a program of musl never run under glibc's loader.",
    advice:
      "Build it for glibc, or keep musl's loader. Retagging DT_INIT_ARRAY as DT_PREINIT_ARRAY is no way out: constructors would run before those of the libraries.",
    *test(f) {
      const c = crossing(f);
      const start = f.evidence.find((e) => e.about === "libc" && e.kind === "entry-code");
      if (c?.from !== "musl" || c.to !== "glibc" || start?.says !== "musl") return;

      const before = entriesBeyondCrt(f, DT.INIT_ARRAYSZ);
      const after = entriesBeyondCrt(f, DT.FINI_ARRAYSZ);
      if (before + after === 0) return;

      const what = [
        ...(before ? [`${before} of DT_INIT_ARRAY`] : []),
        ...(after ? [`${after} of DT_FINI_ARRAY`] : []),
      ].join(" and ");
      // musl passes _init and _fini to __libc_start_main; glibc takes them for all that there is (csu/libc-start.c).
      yield {
        severity: c.already ? "error" : "warning",
        message: `${what} ${before + after === 1 ? "is" : "are"} never called: musl's start code passes its own _init to __libc_start_main, and glibc then calls that alone`,
      };
    },
  },
];
