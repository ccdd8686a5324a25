import { once } from "../../../image/once.js";
import { compareVersions } from "../../../spec/version-names.js";
import type { Target } from "../../../targets/target.js";
import type { Facts } from "../../facts.js";
import { isForMusl, isThere, mayHaveOthers } from "../../versions/retargeted.js";
import { machineOf, unversioned } from "../../versions/symbol-floor.js";
import type { VersionUse } from "../../versions/version-uses.js";
import type { ComparingRule, TargetFound } from "./judge.js";
import { absentOnMusl } from "./musl-symbols.js";
import { some, systemOf } from "./text.js";
import { isTooNew } from "./versions.js";

/** Functions and variables that the target's C library does not have. */
export const symbolRule: ComparingRule = {
  id: "target-symbol",
  severity: "error",
  sentence: "The file takes symbols that the target's C library does not have, or is not known to have.",
  advice: "Build it for the target's C library, in a release that is no newer than the target's.",
  *test(f, t, uses) {
    if (t.libc === "glibc") {
      yield* unknownToGlibc(f, t, uses);
      yield* absentOnGlibc(f, t, uses);
    } else if (f.libc !== "musl") {
      yield* absentOnMusl(f, t);
    }
  },
};

/** What is in musl's libc, but in libraries of their own with glibc. */
export const libraryRule: ComparingRule = {
  id: "target-library",
  severity: "error",
  sentence: "A file of musl takes symbols that the target has in a library which the file does not need.",
  advice: "Link the file against glibc, or add the library to what it needs (addNeeded).",
  *test(f, t, uses) {
    if (t.libc !== "glibc" || !hasUnboundSymbols(f, uses) || !isForMusl(f)) return;

    const guest = mayHaveOthers(f);
    const fate = guest ? "it works only where something else has loaded it already" : "the loader does not find them";
    for (const [library, names] of searchGlibc(f)?.homes ?? []) {
      yield {
        severity: guest ? "warning" : "error",
        names: [library],
        message:
          `${some(names)} ${names.length === 1 ? "is" : "are"} in ${library} of ${systemOf(t)}, ` +
          `which the file does not need: ${fate}`,
        advice: `Link against glibc, or add ${library} to what the file needs (addNeeded).`,
      };
    }
  },
};

/** libgcc_s took over functions for unwinding that were glibc's, with their versions. */
const isGcc = (u: VersionUse): boolean => u.library.startsWith("libgcc_s.so.");

/** Versions that are old enough, yet that no glibc gives the symbol on this machine. */
function* unknownToGlibc(f: Facts, t: Target, uses: readonly VersionUse[]): Generator<TargetFound> {
  const old = uses.filter((u) => u.family === "GLIBC" && !isGcc(u) && u.numeric && !u.weak && !isTooNew(u, t));
  const names = old.flatMap((u) => u.symbols.filter((s) => isUnknown(f, t, u, s)).map((s) => `${s}@${u.name}`));
  if (names.length === 0) return;
  yield {
    severity: "warning",
    names,
    message: `No release of glibc up to ${t.version} is known to have ${some(names)} on this machine`,
    advice: "Check which library the file was linked against: it may not have been glibc's own.",
  };
}

function isUnknown(f: Facts, t: Target, u: VersionUse, symbol: string): boolean {
  const versions = t.tables.glibcVersions(machineOf(f), symbol);
  return versions !== undefined && !versions.some((v) => v.version === u.version);
}

/**
 * Are references without a version glibc's to satisfy? They are in a file for musl, and in one that was linked without
 * versions. Beside references with glibc's versions, one without is of another library that has such a name.
 */
const hasUnboundSymbols = (f: Facts, uses: readonly VersionUse[]): boolean =>
  f.libc !== "unknown" && (f.libc === "musl" || !uses.some((u) => u.family === "GLIBC"));

function* absentOnGlibc(f: Facts, t: Target, uses: readonly VersionUse[]): Generator<TargetFound> {
  if (!hasUnboundSymbols(f, uses)) return;

  const found = searchGlibc(f);
  if (!found) {
    yield {
      severity: "note",
      message:
        "The tables do not know glibc's symbols on this machine, " +
        `so it is not known which functions ${systemOf(t)} lacks`,
      advice: "Judge it against the libraries of such a system (a sysroot).",
    };
    return;
  }

  const { absent } = found;
  if (absent.length === 0) return;
  const when = (since: string | undefined) => (since === undefined ? "never in glibc" : `since ${since}`);
  const shown = absent.map(({ name, since }) => `${name} (${when(since)})`);
  yield {
    names: absent.map(({ name }) => name),
    message:
      `${systemOf(t)} does not have ${some(shown)}: ` +
      '"symbol lookup error" or "undefined symbol", for some only when they are called',
    advice: buildAnew(f, t, absent),
  };
}

function buildAnew(f: Facts, t: Target, absent: readonly Absent[]): string {
  if (absent.every(({ name }) => name === "atexit" || name === "at_quick_exit")) {
    return "glibc puts them into each file when it is linked (libc_nonshared.a): link the file against glibc.";
  }
  if (isForMusl(f)) return `Build it for glibc, on a system with glibc ${t.version} or older.`;
  return "Build the file against a glibc that is no newer than the target's.";
}

interface Absent {
  readonly name: string;
  /** The release of glibc that brought it; undefined for none. */
  readonly since: string | undefined;
}

/** Where a target's glibc has what a file takes without a version. */
interface GlibcSearch {
  /** What it does not have. */
  readonly absent: readonly Absent[];
  /** What it has in libraries that the file does not need, by library. */
  readonly homes: ReadonlyMap<string, readonly string[]>;
}

/** Looks up the file's references without a version; null where the tables do not know the machine. */
function lookUp(f: Facts, t: Target): GlibcSearch | null {
  const machine = machineOf(f);
  const forMusl = isForMusl(f);
  const absent: Absent[] = [];
  const homes = new Map<string, string[]>();

  for (const { name, weak } of unversioned(f)) {
    const versions = t.tables.glibcVersions(machine, name);
    if (versions === undefined) return null;

    const since = versions[0]?.version;
    const isOfLibc = since !== undefined || (forMusl && t.tables.muslRange(name) !== undefined);
    if (!isOfLibc || weak) continue;
    if (since === undefined || compareVersions(since, t.version) > 0) {
      absent.push({ name, since });
      continue;
    }

    const home = t.tables.glibcHome(machine, name, t.version)!;
    if (home === "libc.so.6" || home.startsWith("ld") || isThere(f, home)) continue;
    const names = homes.get(home);
    if (names) names.push(name);
    else homes.set(home, [name]);
  }
  return { absent, homes };
}

/** {@link lookUp} on the file's target, once for both rules. */
const searchGlibc = /* @__PURE__ */ once((f: Facts) => f.target && lookUp(f, f.target));
