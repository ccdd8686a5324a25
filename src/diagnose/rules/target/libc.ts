import type { LoadedRule } from "./judge.js";
import { systemOf } from "./text.js";

/** Compares the C library that the file was built for with the target's. */
export const libcRule: LoadedRule = {
  id: "target-libc",
  severity: "error",
  sentence: "The file was built for another C library than the target has.",
  advice: "Build it for the target's C library, or link it statically.",
  *test(facts, target) {
    if (facts.libc === target.libc || facts.libc === "unknown") return;

    const names = [facts.libc];
    const built = `The file was built for ${facts.libc}, ${systemOf(target)} has another C library`;
    const build = `Build it for ${target.libc}`;
    if (facts.libc !== "glibc" && facts.libc !== "musl") {
      yield { names, message: built, advice: `${build}, or link it statically.` };
      return;
    }

    if (target.libc === "glibc") {
      yield {
        names,
        message: `${built}: other loader, other names, and some types and functions that differ`,
        advice: `${build} (in an image of the target, not of Alpine), or link it statically against musl.`,
      };
      return;
    }

    yield {
      severity: "warning",
      names,
      message:
        `${built}: musl takes libc.so.6, libm.so.6 and their like for itself, ` +
        "but does not have all that is in them",
      advice:
        `${build} (on Alpine, or for a -musl target), or link it statically; ` +
        "Alpine's package gcompat helps with some programs.",
    };
  },
};
