import { pageFitness } from "../../check/pages.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { RECOGNITION } from "../../spec/machines/lists/recognition.js";
import type { Facts } from "../facts.js";
import { type RuleMatch, list, type Rule } from "./rule.js";
import { hardeningOf } from "./segments.js";

/** Sizes of pages that systems of the machine have besides 4 KiB, with whose they are. */
function sizes({ elf: { header: h }, libc }: Facts): readonly (readonly [size: number, whose: string])[] {
  const pages = cardOf(RECOGNITION, h.machine)?.pages ?? [];
  return pages
    .filter((p) => p.bionic === (libc === "bionic") && (p.class ?? h.class) === h.class)
    .map((p) => [p.size, p.whose]);
}

/** Systems whose pages are too large for it. */
export const pageSizeRules: readonly Rule[] = [
  {
    id: "page-size",
    severity: "warning",
    sentence: "The file is not fit for pages of a size that systems of its machine have.",
    advice:
      "Link with -Wl,-z,max-page-size=16384 (65536 for arm64 servers and POWER); where nothing else is in the way, elfwright patchelf --raise-alignment SIZE does it to the finished file.",
    *test(f) {
      if (!hardeningOf(f)) return;
      for (const [size, whose] of sizes(f)) {
        const found = unfit(f, size, whose);
        if (found) return yield found;
      }
    },
  },
];

function unfit(f: Facts, size: number, whose: string): RuleMatch | undefined {
  const { fit, raisable, problems } = pageFitness(f.elf, size);
  if (fit) return undefined;
  const errors = problems.filter((p) => p.severity === "error").map((p) => `${p.at}: ${p.message}`);
  return {
    message: `it is not fit for pages of ${size / 1024} KiB (${whose}): ${list(errors, 1)}`,
    ...(raisable && {
      advice: `elfwright patchelf --raise-alignment ${size} makes it fit as it is; or link with -Wl,-z,max-page-size=${size}.`,
    }),
  };
}
