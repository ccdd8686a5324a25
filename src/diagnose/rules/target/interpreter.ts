import { loaderMachine } from "../../../resolve/search/machines.js";
import { knownLoader } from "../../../spec/known-loaders.js";
import type { Target } from "../../../targets/target.js";
import type { Facts } from "../../facts.js";
import { privateLoader } from "../../versions/private-loader.js";
import type { LoadedRule } from "./judge.js";
import { systemOf } from "./text.js";

/** Compares PT_INTERP with where the target has its loader. */
export const interpreterRule: LoadedRule = {
  id: "target-interpreter",
  severity: "error",
  sentence: "The target does not have the loader that the program asks for, or has it at another path.",
  advice: "Build it for the target's C library, or set the loader that the target has (setInterpreter).",
  *test(facts, target) {
    const { interpreter } = facts;
    if (interpreter === null) return;

    const names = [interpreter];
    if (privateLoader(facts) !== null) {
      yield {
        severity: "note",
        names,
        message:
          `The program asks for a loader of its own, ${interpreter}: it starts where that file is, ` +
          `and runs with the C library of that loader, not with that of ${systemOf(target)}`,
        advice: "Ship that loader at this path, with the libraries that the program needs beside it.",
      };
      return;
    }

    const libc = knownLoader(interpreter)?.libc;
    if (libc !== undefined && libc !== target.libc) {
      yield {
        names,
        message:
          `The program asks for ${libc}'s loader ${interpreter}, which ${systemOf(target)} does not have: ` +
          'it cannot be started ("No such file or directory")',
        advice:
          `Build it for ${target.libc}. The loader's path alone can be changed (setInterpreter), ` +
          "but then it meets another C library than it was built for.",
      };
      return;
    }

    const there = loadersOn(target, facts);
    if (there.length === 0 || there.includes(interpreter)) return;

    yield {
      severity: "warning",
      names,
      message: `The program asks for the loader ${interpreter}; ${systemOf(target)} has it at ${there[0]!}`,
      advice:
        `Set it with setInterpreter(${JSON.stringify(there[0])}), ` +
        "unless the system that it runs on has this path too.",
    };
  },
};

/** The paths at which a system with the target's C library has its loader for the file's machine; empty if unknown. */
function loadersOn(target: Target, facts: Facts): readonly string[] {
  const { loaders, muslArch } = loaderMachine(facts.elf.header);
  if (target.libc === "glibc") return loaders;
  return muslArch === undefined ? [] : ["", "-sf", "-sp"].map((float) => `/lib/ld-musl-${muslArch}${float}.so.1`);
}
