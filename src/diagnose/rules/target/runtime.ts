import { compareVersions, newest } from "../../../spec/version-names.js";
import type { Target, WheelPolicy } from "../../../targets/target.js";
import type { Facts } from "../../facts.js";
import { machineOf } from "../../versions/symbol-floor.js";
import { byLibrary, type VersionUse } from "../../versions/version-uses.js";
import type { ComparingRule } from "./judge.js";
import { boundNames, firstNames } from "./text.js";

/** Versions of the compilers' libraries that not every system with the target's glibc has. */
export const runtimeRule: ComparingRule = {
  id: "target-runtime",
  severity: "warning",
  sentence: "The file needs a newer library of its compiler than all systems with the target's glibc have.",
  advice: "Link these libraries statically, ship them with the program, or use a compiler of the target's own.",
  *test(facts, target, uses) {
    // A target that is a policy limits these versions itself.
    const policy = target.libc === "glibc" && target.policy === undefined ? policyOf(facts, target) : undefined;
    if (!policy) return;

    const over = uses.filter((u) => !u.weak && u.numeric && FAMILIES.includes(u.family) && isOver(u, policy));
    for (const [library, newer] of byLibrary(over)) {
      const families = [...new Set(newer.map((u) => u.family))];
      const limits = families.map((family) => `${family}_${limitOf(policy, family)!}`);
      yield {
        names: newer.flatMap(boundNames),
        message:
          `${library} must have ${firstNames(newer.map((u) => u.name))}; ` +
          `the systems with glibc ${releaseOf(policy)} all have it up to ${limits.join(", ")} only`,
        advice: adviceOn(library),
      };
    }
  },
};

/** The families of versions that auditwheel's policies limit. */
const FAMILIES = ["GLIBCXX", "CXXABI", "GCC", "ZLIB", "LIBATOMIC"];

/** `2.17` of manylinux_2_17. */
const releaseOf = (p: WheelPolicy): string => p.name.split("_").slice(1).join(".");

/** The newest policy for systems that are no newer than the target. */
function policyOf(facts: Facts, target: Target): WheelPolicy | undefined {
  const ofGlibc = target.tables.policies(machineOf(facts)).filter((p) => p.libc === "glibc");
  return ofGlibc.filter((p) => compareVersions(releaseOf(p), target.version) <= 0).at(-1);
}

const limitOf = (p: WheelPolicy, family: string): string | undefined =>
  newest((p.versions[family] ?? []).filter((v) => /^\d/.test(v)));

function isOver(use: VersionUse, policy: WheelPolicy): boolean {
  const limit = limitOf(policy, use.family);
  return limit !== undefined && compareVersions(use.version, limit) > 0;
}

function adviceOn(library: string): string {
  if (library.startsWith("libz")) return "Link zlib statically, or ship it with the program.";
  return (
    `Link with -static-libstdc++ -static-libgcc, ship ${library} with the program (RUNPATH $ORIGIN), ` +
    "or use a compiler of the target's own (or Red Hat's gcc-toolset, which links what is newer statically)."
  );
}
