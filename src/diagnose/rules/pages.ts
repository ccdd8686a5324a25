import { pageFitness } from "../../check/pages.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { RECOGNITION } from "../../spec/machines/lists/recognition.js";
import type { Facts } from "../facts.js";
import { type RuleMatch, inWords, type Rule } from "./rule.js";
import { hardeningOf } from "./segments.js";

interface PageSize {
  readonly size: number;
  /** The systems that have pages of this size, for people. */
  readonly whose: string;
}

/** The page sizes besides 4 KiB that systems of the file's machine have. */
function pageSizes({ elf: { header }, libc }: Facts): PageSize[] {
  const pages = cardOf(RECOGNITION, header.machine)?.pages ?? [];
  return pages.filter((p) => p.bionic === (libc === "bionic") && (p.class ?? header.class) === header.class);
}

/** Systems whose pages are too large for the file. */
export const pageSizeRules: readonly Rule[] = [
  {
    id: "page-size",
    severity: "warning",
    sentence: "The file does not fit a page size that some systems of its machine have.",
    advice:
      "Link with -Wl,-z,max-page-size=16384 (65536 for arm64 servers and POWER); where nothing else is in the way, " +
      "elfwright patchelf --raise-alignment SIZE does it to the finished file.",
    *test(facts) {
      if (!hardeningOf(facts)) return;

      // One finding, on the first size that does not fit.
      for (const pageSize of pageSizes(facts)) {
        const found = unfit(facts, pageSize);
        if (found) {
          yield found;
          return;
        }
      }
    },
  },
];

function unfit(facts: Facts, { size, whose }: PageSize): RuleMatch | undefined {
  const { fit, raisable, problems } = pageFitness(facts.elf, size);
  if (fit) return undefined;

  const errors = problems.filter((p) => p.severity === "error").map((p) => `${p.at}: ${p.message}`);
  return {
    message: `it is not fit for pages of ${size / 1024} KiB (${whose}): ${inWords(errors, 1)}`,
    ...(raisable && {
      advice:
        `elfwright patchelf --raise-alignment ${size} makes it fit as it is; ` +
        `or link with -Wl,-z,max-page-size=${size}.`,
    }),
  };
}
