import { lacks, type Lacks, mayHaveOthers } from "../versions/retargeted.js";
import type { Facts } from "../facts.js";
import { list, type Rule } from "./rule.js";

const NOTHING: Lacks = { never: [], homes: new Map() };

/** A target's release, and libraries that are there, tell more exactly. */
const found = (f: Facts): Lacks =>
  f.tables === null || f.target?.libc === "glibc" || f.libraries?.missing.length === 0 ? NOTHING : lacks(f, f.tables);

const UNLESS = ", unless another library or the program that loads it has";

/** What a program of musl misses that was given the names of glibc's loader and library. Silent without tables. */
export const retargetedRules: readonly Rule[] = [
  {
    id: "symbol-not-in-glibc",
    severity: "error",
    sentence: "A file of musl takes functions that no release of glibc has, and names glibc's library.",
    advice:
      "Build it for glibc (some of these functions, as atexit, are put into each file when it is linked there), or set musl's loader and library again.",
    *test(f) {
      const { never } = found(f);
      if (never.length === 0) return;
      const others = mayHaveOthers(f);
      yield {
        message: `no release of glibc has ${list(never)}${others ? UNLESS : ""}: "undefined symbol", at the start or when it is called`,
        names: never,
        ...(others && { severity: "warning" as const }),
      };
    },
  },
  {
    id: "library-not-named",
    severity: "error",
    sentence:
      "A file of musl takes functions that glibc has in another library than libc.so.6, which the file does not need.",
    advice: "Add that library to what it needs: elfwright patchelf --add-needed LIBRARY.",
    *test(f) {
      const others = mayHaveOthers(f);
      for (const [library, names] of found(f).homes) {
        yield {
          message: `${list(names)} ${names.length === 1 ? "is" : "are"} in ${library} of glibc, which it does not need: "undefined symbol", at the start or when it is called${others ? ", unless something else has loaded that library" : ""}`,
          advice: `Add it: elfwright patchelf --add-needed ${library}.`,
          names: [library, ...names],
          ...(others && { severity: "warning" as const }),
        };
      }
    },
  },
];
