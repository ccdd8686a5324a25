import { once } from "../../../image/once.js";
import { compareVersions } from "../../../spec/version-names.js";
import type { Target } from "../../../targets/target.js";
import type { Facts } from "../../facts.js";
import { isForMusl, isBroughtAlong, mayHaveOthers } from "../../versions/retargeted.js";
import { machineOf, unversioned } from "../../versions/symbol-floor.js";
import type { VersionUse } from "../../versions/version-uses.js";
import type { ComparingRule, TargetFound } from "./judge.js";
import { absentOnMusl } from "./musl-symbols.js";
import { firstNames, systemOf } from "./text.js";
import { isTooNew } from "./versions.js";

/** Functions and variables that the target's C library does not have. */
export const symbolRule: ComparingRule = {
  id: "target-symbol",
  severity: "error",
  sentence: "The file takes symbols that the target's C library does not have, or is not known to have.",
  advice: "Build it for the target's C library, in a release that is no newer than the target's.",
  *test(facts, target, uses) {
    if (target.libc === "glibc") {
      yield* unknownToGlibc(facts, target, uses);
      yield* absentOnGlibc(facts, target, uses);
    } else if (facts.libc !== "musl") {
      yield* absentOnMusl(facts, target);
    }
  },
};

/** Symbols of musl's libc that glibc has in other libraries. */
export const libraryRule: ComparingRule = {
  id: "target-library",
  severity: "error",
  sentence: "A file of musl takes symbols that the target has in a library which the file does not need.",
  advice: "Link the file against glibc, or add the library to what it needs (addNeeded).",
  *test(facts, target, uses) {
    if (target.libc !== "glibc" || !hasUnboundSymbols(facts, uses) || !isForMusl(facts)) return;

    const guest = mayHaveOthers(facts);
    const fate = guest ? "it works only where something else has loaded it already" : "the loader does not find them";
    for (const [library, names] of searchGlibc(facts)?.homes ?? []) {
      yield {
        severity: guest ? "warning" : "error",
        names: [library],
        message:
          `${firstNames(names)} ${names.length === 1 ? "is" : "are"} in ${library} of ${systemOf(target)}, ` +
          `which the file does not need: ${fate}`,
        advice: `Link against glibc, or add ${library} to what the file needs (addNeeded).`,
      };
    }
  },
};

/** libgcc_s took over functions for unwinding that were glibc's, with their versions. */
const isGcc = (u: VersionUse): boolean => u.library.startsWith("libgcc_s.so.");

/** Symbols that no glibc has in a version on this machine, although the version is old enough. */
function* unknownToGlibc(facts: Facts, target: Target, uses: readonly VersionUse[]): Generator<TargetFound> {
  const names: string[] = [];
  for (const use of uses) {
    if (use.family !== "GLIBC" || isGcc(use) || !use.numeric || use.weak || isTooNew(use, target)) continue;
    for (const symbol of use.symbols) {
      if (isUnknown(facts, target, use, symbol)) names.push(`${symbol}@${use.name}`);
    }
  }
  if (names.length === 0) return;

  yield {
    severity: "warning",
    names,
    message: `No release of glibc up to ${target.version} is known to have ${firstNames(names)} on this machine`,
    advice: "Check which library the file was linked against: it may not have been glibc's own.",
  };
}

function isUnknown(facts: Facts, target: Target, use: VersionUse, symbol: string): boolean {
  const versions = target.tables.glibcVersions(machineOf(facts), symbol);
  return versions !== undefined && !versions.some((v) => v.version === use.version);
}

/**
 * Does glibc have to define what the file refers to without a version? Yes for a file for musl, and for one that was
 * linked without versions. Where other references have glibc's versions, one without is to another library that has
 * such a name.
 */
const hasUnboundSymbols = (facts: Facts, uses: readonly VersionUse[]): boolean =>
  facts.libc !== "unknown" && (facts.libc === "musl" || !uses.some((u) => u.family === "GLIBC"));

function* absentOnGlibc(facts: Facts, target: Target, uses: readonly VersionUse[]): Generator<TargetFound> {
  if (!hasUnboundSymbols(facts, uses)) return;

  const found = searchGlibc(facts);
  if (!found) {
    yield {
      severity: "note",
      message:
        "The tables do not know glibc's symbols on this machine, " +
        `so it is not known which functions ${systemOf(target)} lacks`,
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
      `${systemOf(target)} does not have ${firstNames(shown)}: ` +
      '"symbol lookup error" or "undefined symbol", for some only when they are called',
    advice: buildAnew(facts, target, absent),
  };
}

function buildAnew(facts: Facts, target: Target, absent: readonly Absent[]): string {
  if (absent.every(({ name }) => name === "atexit" || name === "at_quick_exit")) {
    return "glibc puts them into each file when it is linked (libc_nonshared.a): link the file against glibc.";
  }
  if (isForMusl(facts)) return `Build it for glibc, on a system with glibc ${target.version} or older.`;
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
function lookUp(facts: Facts, target: Target): GlibcSearch | null {
  const machine = machineOf(facts);
  const forMusl = isForMusl(facts);
  const absent: Absent[] = [];
  const homes = new Map<string, string[]>();
  for (const { name, weak } of unversioned(facts)) {
    const versions = target.tables.glibcVersions(machine, name);
    if (versions === undefined) return null;

    const since = versions[0]?.version;
    const isOfLibc = since !== undefined || (forMusl && target.tables.muslRange(name) !== undefined);
    if (!isOfLibc || weak) continue;

    if (since === undefined || compareVersions(since, target.version) > 0) {
      absent.push({ name, since });
      continue;
    }

    const home = target.tables.glibcHome(machine, name, target.version)!;
    if (home === "libc.so.6" || home.startsWith("ld") || isBroughtAlong(facts, home)) continue;
    const names = homes.get(home);
    if (names) names.push(name);
    else homes.set(home, [name]);
  }

  return { absent, homes };
}

/** {@link lookUp} on the file's target, once for both rules. */
const searchGlibc = /* @__PURE__ */ once((facts: Facts) => facts.target && lookUp(facts, facts.target));
