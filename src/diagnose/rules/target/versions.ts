import { compareVersions } from "../../../spec/version-names.js";
import type { GlibcVersion, Target } from "../../../targets/target.js";
import type { Facts } from "../../facts.js";
import { releaseOf } from "../../versions/required.js";
import { isUndated } from "../../versions/runs-on.js";
import { machineOf } from "../../versions/symbol-floor.js";
import { byLibrary, type VersionUse } from "../../versions/version-uses.js";
import type { ComparingRule, TargetFound } from "./judge.js";
import { absentOnMusl } from "./musl-symbols.js";
import { boundNames, buildForGlibc, shownUse, firstNames, systemOf } from "./text.js";

/** Releases of the file's own C library that are newer than the target's. */
export const versionRule: ComparingRule = {
  id: "target-version",
  severity: "error",
  sentence: "The file needs a newer release of its C library than the target has.",
  advice: "Build it on a system with the target's release of that C library, or an older one.",
  *test(facts, target, uses) {
    if (target.libc === "glibc") {
      yield* tooNew(facts, target, uses);
      yield* undated(target, uses);
    } else if (facts.libc === "musl") {
      yield* absentOnMusl(facts, target);
    }
  },
};

/** Is this a version of glibc that came after the target's release? */
export function isTooNew(use: VersionUse, target: Target): boolean {
  const release = releaseOf(use);
  return use.family === "GLIBC" && release !== undefined && compareVersions(release, target.version) > 0;
}

const newestFirst = (a: VersionUse, b: VersionUse): number => compareVersions(releaseOf(b) ?? "0", releaseOf(a) ?? "0");

/** Versions that the target's libraries do not have: ld.so stops before the program starts. */
function* tooNew(facts: Facts, target: Target, uses: readonly VersionUse[]): Generator<TargetFound> {
  const missing = uses.filter((u) => isTooNew(u, target));
  const strong = missing.filter((u) => !u.weak);
  for (const [library, absent] of byLibrary(strong)) {
    absent.sort(newestFirst);
    yield {
      names: absent.flatMap(boundNames),
      message:
        `${library} of ${systemOf(target)} has no ${firstNames(absent.map(shownUse))}: ` +
        `the loader stops with "version \`${absent[0]!.name}' not found"`,
      advice: `${buildForGlibc(facts, target)}.${olderVersions(facts, absent, target)}`,
    };
  }

  const weak = missing.filter((u) => u.weak);
  if (weak.length === 0) return;

  yield {
    severity: "note",
    names: weak.flatMap(boundNames),
    message:
      `${systemOf(target)} has no ${firstNames(weak.map(shownUse))}, ` +
      "but the loader goes on without: the references are weak",
    advice: "Nothing to do, as long as the program tests for them before it uses them.",
  };
}

/** Functions that were inline calls of __xstat, __fxstat, … until glibc 2.33. */
const STAT = /^[fl]?stat(64)?$|^fstatat(64)?$|^mknod(at)?$/;

/** A sentence on whether the target has older versions of the symbols, or lacks the functions themselves. */
function olderVersions(facts: Facts, uses: readonly VersionUse[], target: Target): string {
  const symbols = uses.flatMap((u) => u.symbols);
  const versions = new Map(symbols.map((s) => [s, target.tables.glibcVersions(machineOf(facts), s)] as const));
  if (symbols.length === 0 || [...versions.values()].includes(undefined)) return "";

  const isThere = (v: GlibcVersion) => compareVersions(v.version, target.version) <= 0;
  const absent = symbols.filter((s) => !versions.get(s)!.some(isThere));
  if (absent.length === 0) {
    const older = symbols.length === 1 ? "an older version of this symbol" : "older versions of all these symbols";
    return ` glibc ${target.version} has ${older}, which a build there takes.`;
  }

  const stat = absent.some((s) => STAT.test(s)) ? "; a build there calls __xstat and its like for stat" : "";
  const others = absent.length < symbols.length ? "; of the others it has older versions" : "";
  return ` glibc ${target.version} does not have ${firstNames(absent)} under any version${stat}${others}.`;
}

/** Versions that are no number: GLIBC_PRIVATE, and markers of what a loader can do. */
function* undated(target: Target, uses: readonly VersionUse[]): Generator<TargetFound> {
  for (const use of uses.filter(isUndated)) {
    yield use.version === "PRIVATE" ? privateVersion(use, target) : marker(use, target);
  }
}

const privateVersion = (use: VersionUse, target: Target): TargetFound => ({
  severity: "warning",
  names: boundNames(use),
  message:
    `${shownUse(use)} of ${use.library} is private to one build of glibc: ` +
    `it may be missing, or something else, in ${systemOf(target)}`,
  advice: "Ship the file together with the glibc that it was built for, or do without the private functions.",
});

/** The first release of glibc in which such a marker was seen. */
const FIRST_MARKED = "2.36";

function marker(use: VersionUse, target: Target): TargetFound {
  const before = compareVersions(target.version, FIRST_MARKED) < 0;
  const fate = before
    ? `which glibc ${target.version} does not`
    : `and it is not known whether glibc ${target.version} does: such markers came to the releases at different times`;

  return {
    severity: before ? "error" : "warning",
    names: boundNames(use),
    message: `${use.library} must have ${use.name}, ${fate}`,
    advice:
      "Link without the feature that it marks: `-mtls-dialect=gnu` against GLIBC_ABI_GNU2_TLS, " +
      "`-z nomark-plt` against GLIBC_ABI_DT_X86_64_PLT.",
  };
}
