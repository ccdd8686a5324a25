import { compareVersions } from "../../../spec/version-names.js";
import type { Target } from "../../../targets/target.js";
import type { Facts } from "../../facts.js";
import { releaseOf } from "../../versions/required.js";
import { isUndated } from "../../versions/runs-on.js";
import { machineOf } from "../../versions/symbol-floor.js";
import { byLibrary, type VersionUse } from "../../versions/version-uses.js";
import type { ComparingRule, TargetFound } from "./judge.js";
import { absentOnMusl } from "./musl-symbols.js";
import { boundNames, buildForGlibc, shownUse, some, systemOf } from "./text.js";

/** Releases of the file's own C library that are newer than the target's. */
export const versionRule: ComparingRule = {
  id: "target-version",
  severity: "error",
  sentence: "The file needs a newer release of its C library than the target has.",
  advice: "Build it on a system with the target's release of that C library, or an older one.",
  *test(f, t, uses) {
    if (t.libc === "glibc") {
      yield* tooNew(f, t, uses);
      yield* undated(t, uses);
    } else if (f.libc === "musl") {
      yield* absentOnMusl(f, t);
    }
  },
};

/** Is it a version of glibc that came after the target's release? */
export function isTooNew(u: VersionUse, t: Target): boolean {
  const release = releaseOf(u);
  return u.family === "GLIBC" && release !== undefined && compareVersions(release, t.version) > 0;
}

const newestFirst = (a: VersionUse, b: VersionUse): number => compareVersions(releaseOf(b) ?? "0", releaseOf(a) ?? "0");

/** Versions that the target's libraries do not have: ld.so stops before the program starts. */
function* tooNew(f: Facts, t: Target, uses: readonly VersionUse[]): Generator<TargetFound> {
  const missing = uses.filter((u) => isTooNew(u, t));

  for (const [library, of] of byLibrary(missing.filter((u) => !u.weak))) {
    of.sort(newestFirst);
    yield {
      names: of.flatMap(boundNames),
      message:
        `${library} of ${systemOf(t)} has no ${some(of.map(shownUse))}: ` +
        `the loader stops with "version \`${of[0]!.name}' not found"`,
      advice: `${buildForGlibc(f, t)}.${olderVersions(f, of, t)}`,
    };
  }

  const weak = missing.filter((u) => u.weak);
  if (weak.length === 0) return;
  yield {
    severity: "note",
    names: weak.flatMap(boundNames),
    message:
      `${systemOf(t)} has no ${some(weak.map(shownUse))}, ` + "but the loader goes on without: the references are weak",
    advice: "Nothing to do, as long as the program tests for them before it uses them.",
  };
}

/** Functions that were inline calls of __xstat, __fxstat, … until glibc 2.33. */
const STAT = /^[fl]?stat(64)?$|^fstatat(64)?$|^mknod(at)?$/;

/** A sentence on whether older versions of the symbols are there, or the functions themselves are missing. */
function olderVersions(f: Facts, uses: readonly VersionUse[], t: Target): string {
  const symbols = uses.flatMap((u) => u.symbols);
  const versions = new Map(symbols.map((s) => [s, t.tables.glibcVersions(machineOf(f), s)] as const));
  if (symbols.length === 0 || [...versions.values()].includes(undefined)) return "";

  const absent = symbols.filter((s) => !versions.get(s)!.some((v) => compareVersions(v.version, t.version) <= 0));
  if (absent.length === 0) {
    const older = symbols.length === 1 ? "an older version of this symbol" : "older versions of all these symbols";
    return ` glibc ${t.version} has ${older}, which a build there takes.`;
  }

  const stat = absent.some((s) => STAT.test(s)) ? "; a build there calls __xstat and its like for stat" : "";
  const others = absent.length < symbols.length ? "; of the others it has older versions" : "";
  return ` glibc ${t.version} does not have ${some(absent)} under any version${stat}${others}.`;
}

/** The first release of glibc in which such a marker was seen. */
const FIRST_MARKED = "2.36";

/** Versions that are no number. */
function* undated(t: Target, uses: readonly VersionUse[]): Generator<TargetFound> {
  for (const u of uses.filter(isUndated)) yield u.version === "PRIVATE" ? ofOneBuild(u, t) : marker(u, t);
}

const ofOneBuild = (u: VersionUse, t: Target): TargetFound => ({
  severity: "warning",
  names: boundNames(u),
  message:
    `${shownUse(u)} of ${u.library} is private to one build of glibc: ` +
    `it may be missing, or something else, in ${systemOf(t)}`,
  advice: "Ship the file together with the glibc that it was built for, or do without the private functions.",
});

function marker(u: VersionUse, t: Target): TargetFound {
  const before = compareVersions(t.version, FIRST_MARKED) < 0;
  const fate = before
    ? `which glibc ${t.version} does not`
    : `and it is not known whether glibc ${t.version} does: such markers came to the releases at different times`;

  return {
    severity: before ? "error" : "warning",
    names: boundNames(u),
    message: `${u.library} must have ${u.name}, ${fate}`,
    advice:
      "Link without the feature that it marks: `-mtls-dialect=gnu` against GLIBC_ABI_GNU2_TLS, " +
      "`-z nomark-plt` against GLIBC_ABI_DT_X86_64_PLT.",
  };
}
