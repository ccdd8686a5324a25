import { glibcLacks, type GlibcLacks, mayHaveOthers } from "../versions/retargeted.js";
import type { Facts } from "../facts.js";
import { inWords, type Rule } from "./rule.js";

/** Nothing where a target's release, or the libraries that are there, give a more exact answer. */
function foundLacks(facts: Facts): GlibcLacks {
  const { tables, target, libraries } = facts;
  if (tables === null || target?.libc === "glibc" || libraries?.missing.length === 0) {
    return { never: [], homes: new Map() };
  }
  return glibcLacks(facts, tables);
}

/** What a program of musl misses after it was given the names of glibc's loader and library. Silent without tables. */
export const retargetedRules: readonly Rule[] = [
  {
    id: "symbol-not-in-glibc",
    severity: "error",
    sentence: "A file of musl takes functions that no release of glibc has, and names glibc's library.",
    advice:
      "Build it for glibc (where some of these functions, such as atexit, are put into each file when it is linked), " +
      "or set musl's loader and library again.",
    *test(facts) {
      const { never } = foundLacks(facts);
      if (never.length === 0) return;

      const others = mayHaveOthers(facts);
      const unless = others ? ", unless another library or the program that loads it has" : "";
      yield {
        message:
          `no release of glibc has ${inWords(never)}${unless}: ` +
          '"undefined symbol", at the start or when it is called',
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
    *test(facts) {
      const others = mayHaveOthers(facts);
      const unless = others ? ", unless something else has loaded that library" : "";
      for (const [library, names] of foundLacks(facts).homes) {
        yield {
          message:
            `${inWords(names)} ${names.length === 1 ? "is" : "are"} in ${library} of glibc, which it does not need: ` +
            `"undefined symbol", at the start or when it is called${unless}`,
          advice: `Add it: elfwright patchelf --add-needed ${library}.`,
          names: [library, ...names],
          ...(others && { severity: "warning" as const }),
        };
      }
    },
  },
];
