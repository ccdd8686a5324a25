import { compareVersions } from "../spec/version-names.js";
import type { Target } from "../targets/target.js";
import type { DiagnosisFinding } from "./diagnosis.js";
import type { Facts } from "./facts.js";
import { isForMusl, isThere, mayHaveOthers } from "./versions/retargeted.js";
import { machineOf, unversioned } from "./versions/symbol-floor.js";
import { some, systemOf } from "./target-text.js";
import type { VersionUse } from "./versions/version-uses.js";

/** References without a version that a target's glibc would have to satisfy: those of a file for musl, and of one that was linked without versions. */
export function* unversionedOnGlibc(f: Facts, uses: readonly VersionUse[], t: Target): Generator<DiagnosisFinding> {
  // Beside references with glibc's versions, one without is of another library that has such a name.
  if (f.libc !== "musl" && uses.some((u) => u.family === "GLIBC")) return;
  const missing: string[] = [], shown: string[] = [], homes = new Map<string, string[]>(), m = machineOf(f), forMusl = isForMusl(f);
  for (const { name, weak } of unversioned(f)) {
    const versions = t.tables.glibcVersions(m, name), first = versions?.[0]?.version;
    if (versions === undefined) {
      yield { rule: "target-symbol", severity: "note", message: `The tables do not know glibc's symbols on this machine, so it is not known which functions ${systemOf(t)} lacks`, advice: "Judge it against the libraries of such a system (a sysroot)." };
      return;
    }
    const isLibc = first !== undefined || (forMusl && t.tables.muslRange(name) !== undefined);
    if (!isLibc || weak) continue;
    if (first === undefined || compareVersions(first, t.version) > 0) {
      missing.push(name);
      shown.push(first === undefined ? `${name} (never in glibc)` : `${name} (since ${first})`);
      continue;
    }
    const home = t.tables.glibcHome(m, name, t.version)!;
    if (home !== "libc.so.6" && !home.startsWith("ld") && !isThere(f, home) && !homes.get(home)?.push(name)) homes.set(home, [name]);
  }
  if (missing.length > 0)
    yield {
      rule: "target-symbol", severity: "error", names: missing, message: `${systemOf(t)} does not have ${some(shown)}: "symbol lookup error" or "undefined symbol", for some only when they are called`,
      advice: missing.every((n) => n === "atexit" || n === "at_quick_exit") ? "glibc puts them into each file when it is linked (libc_nonshared.a): link the file against glibc." : forMusl ? `Build it for glibc, on a system with glibc ${t.version} or older.` : "Build the file against a glibc that is no newer than the target's.",
    };
  if (forMusl) yield* homeFindings(f, homes, t);
}

/** What is in musl's libc, but in libraries of their own with glibc. */
function* homeFindings(f: Facts, homes: ReadonlyMap<string, readonly string[]>, t: Target): Generator<DiagnosisFinding> {
  const guest = mayHaveOthers(f);
  for (const [library, names] of homes)
    yield {
      rule: "target-library", severity: guest ? "warning" : "error", names: [library],
      message: `${some([...names])} ${names.length === 1 ? "is" : "are"} in ${library} of ${systemOf(t)}, which the file does not need${guest ? ": it works only where something else has loaded it already" : ": the loader does not find them"}`, advice: `Link against glibc, or add ${library} to what the file needs (addNeeded).`,
    };
}

/** What a target's musl lacks of the symbols that a file takes from a C library. */
export function* symbolsOnMusl(f: Facts, t: Target): Generator<DiagnosisFinding> {
  const missing: string[] = [], shown: string[] = [];
  for (const { name, weak, version } of f.imports) {
    const range = t.tables.muslRange(name), isLibc = version ? version.name.startsWith("GLIBC_") : range !== undefined || (f.libc === "glibc" && (t.tables.glibcVersions(machineOf(f), name)?.length ?? 0) > 0);
    if (!isLibc || weak) continue;
    const why = range === undefined ? "never in musl" : compareVersions(range.first, t.version) > 0 ? `since ${range.first}` : range.last !== null && compareVersions(range.last, t.version) < 0 && !range.stillBinds ? `gone after ${range.last}` : undefined;
    if (why === undefined) continue;
    missing.push(name);
    shown.push(`${name} (${why})`);
  }
  if (missing.length === 0) return;
  const known = f.elf.header.class === 64;
  yield {
    rule: f.libc === "musl" ? "target-version" : "target-symbol", severity: known ? "error" : "warning", names: missing,
    message: `${systemOf(t)} does not have ${some(shown)}: "Error relocating …: symbol not found"${known ? "" : "; the tables were read from a 64-bit machine"}`,
    advice: f.libc === "musl" ? "Build on a system with that musl or an older one." : `Build it for musl${missing.some((n) => n.endsWith("_chk")) ? "; the functions that end in _chk come from -D_FORTIFY_SOURCE, and go with -U_FORTIFY_SOURCE" : ""}. Alpine's package gcompat has some of these functions.`,
  };
}
