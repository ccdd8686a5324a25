import { compareVersions, newest } from "../spec/version-names.js";
import type { Target, WheelPolicy } from "../targets/target.js";
import type { DiagnosisFinding } from "./diagnosis.js";
import type { Facts } from "./facts.js";
import { machineOf } from "./versions/symbol-floor.js";
import { some, systemOf } from "./target-text.js";
import { byLibrary, type VersionUse } from "./versions/version-uses.js";
import { judgeWheel, type WheelObstacle } from "./wheel/wheel-judge.js";

const FAMILIES = ["GLIBCXX", "CXXABI", "GCC", "ZLIB", "LIBATOMIC"];

/** `2.17` of manylinux_2_17. */
const releaseOf = (p: WheelPolicy): string => p.name.split("_").slice(1).join(".");

/** Versions of the compilers' libraries that not every system with the target's glibc has: what auditwheel's policies say. */
export function* runtimeFindings(f: Facts, uses: readonly VersionUse[], t: Target): Generator<DiagnosisFinding> {
  if (t.libc !== "glibc" || t.policy !== undefined) return;
  const policy = t.tables.policies(machineOf(f)).filter((p) => p.libc === "glibc" && compareVersions(releaseOf(p), t.version) <= 0).at(-1);
  if (!policy) return;
  for (const [library, over] of byLibrary(uses.filter((u) => !u.weak && u.numeric && FAMILIES.includes(u.family) && isOver(u, policy)))) {
    const limits = [...new Set(over.map((u) => u.family))].map((family) => `${family}_${newest(policy.versions[family]!.filter((v) => /^\d/.test(v)))}`);
    yield {
      rule: "target-runtime", severity: "warning", names: over.flatMap((u) => (u.symbols.length > 0 ? u.symbols.map((s) => `${s}@${u.name}`) : [u.name])),
      message: `${library} must have ${some(over.map((u) => u.name))}; the systems with glibc ${releaseOf(policy)} all have it up to ${limits.join(", ")} only`,
      advice: library.startsWith("libz") ? "Link zlib statically, or ship it with the program." : `Link with -static-libstdc++ -static-libgcc, ship ${library} with the program (RUNPATH $ORIGIN), or use a compiler of the target's own (or Red Hat's gcc-toolset, which links what is newer statically).`,
    };
  }
}

function isOver(u: VersionUse, p: WheelPolicy): boolean {
  const limit = newest((p.versions[u.family] ?? []).filter((v) => /^\d/.test(v)));
  return limit !== undefined && compareVersions(u.version, limit) > 0;
}

/** What a platform tag's policy forbids, where the target is one. */
export function* policyFindings(f: Facts, uses: readonly VersionUse[], muslRelease: string | undefined, t: Target): Generator<DiagnosisFinding> {
  if (t.policy === undefined) return;
  const { obstacles, policies } = judgeWheel(f, uses, muslRelease, t.tables), place = policies.findIndex((p) => p.name === t.policy);
  // Versions of glibc that are newer than the policy's are errors of their own.
  const isSaid = (o: WheelObstacle) => o.kind === "version" && /^GLIBC_\d/.test(o.name) && compareVersions(o.name.slice(6), t.version) > 0;
  const against = obstacles.filter((o) => !isSaid(o)).filter((o) => o.allowedBy === null || policies.findIndex((p) => p.name === o.allowedBy) > place);
  if (place < 0 || against.length === 0) return;
  yield {
    rule: "target-policy", severity: "error", names: against.map((o) => o.name),
    message: `The policy ${t.policy} does not allow ${some(against.map((o) => (o.kind === "symbol" ? `${o.name} of ${o.library}` : o.name)))}${t.name === t.policy ? "" : ` (${systemOf(t)})`}`,
    advice: against.some((o) => o.kind === "library") ? "Libraries that are not on the policy's list can be put into the wheel (`auditwheel repair`); versions and symbols need a build in the policy's image." : "Build it in the policy's image.",
  };
}
