import { compareVersions } from "../spec/version-names.js";
import type { Target } from "../targets/target.js";
import type { DiagnosisFinding } from "./diagnosis.js";
import type { Facts } from "./facts.js";
import { releaseOf } from "./versions/required.js";
import { isUndated } from "./versions/runs-on.js";
import { hasRelr, isRelrMarked, machineOf, RELR_SINCE } from "./versions/symbol-floor.js";
import { buildForGlibc, some, systemOf } from "./target-text.js";
import { byLibrary, type VersionUse } from "./versions/version-uses.js";

const isTooNew = (u: VersionUse, t: Target): boolean => u.family === "GLIBC" && releaseOf(u) !== undefined && compareVersions(releaseOf(u)!, t.version) > 0;
const bound = (u: VersionUse): string[] => (u.symbols.length > 0 ? u.symbols.map((s) => `${s}@${u.name}`) : [u.name]);
const shown = (u: VersionUse): string => (u.symbols.length > 0 ? `${u.name} (${some(u.symbols)})` : u.name);
const newestFirst = (a: VersionUse, b: VersionUse): number => compareVersions(releaseOf(b) ?? "0", releaseOf(a) ?? "0");

/** Versions of glibc's libraries that the target's do not have: ld.so stops before the program starts. */
export function* versionFindings(f: Facts, uses: readonly VersionUse[], t: Target): Generator<DiagnosisFinding> {
  const missing = uses.filter((u) => isTooNew(u, t));
  for (const [library, of] of byLibrary(missing.filter((u) => !u.weak))) {
    of.sort(newestFirst);
    yield {
      rule: "target-version", severity: "error", names: of.flatMap(bound),
      message: `${library} of ${systemOf(t)} has no ${some(of.map(shown))}: the loader stops with "version \`${of[0]!.name}' not found"`,
      advice: `${buildForGlibc(f, t)}.${older(f, of, t)}`,
    };
  }
  const weak = missing.filter((u) => u.weak);
  if (weak.length > 0)
    yield { rule: "target-version", severity: "note", names: weak.flatMap(bound), message: `${systemOf(t)} has no ${some(weak.map(shown))}, but the loader goes on without: the references are weak`, advice: "Nothing to do, as long as the program tests for them before it uses them." };
  yield* undatedFindings(uses, t);
}

/** Whether older versions of the symbols are there, or the functions themselves are missing. */
function older(f: Facts, uses: readonly VersionUse[], t: Target): string {
  const symbols = uses.flatMap((u) => u.symbols), versions = new Map(symbols.map((s) => [s, t.tables.glibcVersions(machineOf(f), s)] as const));
  if (symbols.length === 0 || [...versions.values()].includes(undefined)) return "";
  const absent = symbols.filter((s) => !versions.get(s)!.some((v) => compareVersions(v.version, t.version) <= 0));
  if (absent.length === 0) return ` glibc ${t.version} has ${symbols.length === 1 ? "an older version of this symbol, which a build there takes" : "older versions of all these symbols, which a build there takes"}.`;
  const stat = absent.some((s) => STAT.test(s)) ? "; a build there calls __xstat and its like for stat" : "";
  return ` glibc ${t.version} does not have ${some(absent)} under any version${stat}${absent.length < symbols.length ? "; of the others it has older versions" : ""}.`;
}

/** Functions that were inline calls of __xstat, __fxstat, … until glibc 2.33. */
const STAT = /^[fl]?stat(64)?$|^fstatat(64)?$|^mknod(at)?$/;

function* undatedFindings(uses: readonly VersionUse[], t: Target): Generator<DiagnosisFinding> {
  for (const u of uses.filter(isUndated)) {
    if (u.version === "PRIVATE") {
      yield { rule: "target-version", severity: "warning", names: bound(u), message: `${shown(u)} of ${u.library} is private to one build of glibc: it may be missing, or something else, in ${systemOf(t)}`, advice: "Ship the file together with the glibc that it was built for, or do without the private functions." };
      continue;
    }
    const before = compareVersions(t.version, "2.36") < 0;
    yield {
      rule: "target-version", severity: before ? "error" : "warning", names: bound(u),
      message: `${u.library} must have ${u.name}, ${before ? `which glibc ${t.version} does not` : `and it is not known whether glibc ${t.version} does: such markers came to the releases at different times`}`,
      advice: "Link without the feature that it marks: `-mtls-dialect=gnu` against GLIBC_ABI_GNU2_TLS, `-z nomark-plt` against GLIBC_ABI_DT_X86_64_PLT.",
    };
  }
}

/** Versions that are old enough, yet that no glibc gives the symbol on this machine. */
export function* unknownSymbolFindings(f: Facts, uses: readonly VersionUse[], t: Target): Generator<DiagnosisFinding> {
  const names = uses.filter((u) => u.family === "GLIBC" && !isGcc(u) && u.numeric && !u.weak && !isTooNew(u, t)).flatMap((u) => u.symbols.filter((s) => isUnknown(f, u, s, t)).map((s) => `${s}@${u.name}`));
  if (names.length > 0)
    yield { rule: "target-symbol", severity: "warning", names, message: `No release of glibc up to ${t.version} is known to have ${some(names)} on this machine`, advice: "Check which library the file was linked against: it may not have been glibc's own." };
}

/** libgcc_s took over functions for unwinding that were glibc's, with their versions. */
const isGcc = (u: VersionUse): boolean => u.library.startsWith("libgcc_s.so.");

function isUnknown(f: Facts, u: VersionUse, symbol: string, t: Target): boolean {
  const versions = t.tables.glibcVersions(machineOf(f), symbol);
  return versions !== undefined && !versions.some((v) => v.version === u.version);
}

/** Packed relative relocations: an old loader does not see them, and so leaves pointers as they are. */
export function* relrFindings(f: Facts, uses: readonly VersionUse[], t: Target): Generator<DiagnosisFinding> {
  if (!hasRelr(f)) return;
  const marked = isRelrMarked(f, uses), since = RELR_SINCE[t.libc];
  if (compareVersions(t.version, since) < 0) {
    if (marked && t.libc === "glibc") return;
    yield {
      rule: "target-loader", severity: "error", names: ["DT_RELR"], message: `The file has packed relative relocations (DT_RELR), which ${t.libc} applies since ${since} and ${systemOf(t)} does not see: its pointers would be wrong, and it would crash`,
      advice: "Link without them: `-Wl,-z,nopack-relative-relocs`, or for lld and mold without `--pack-dyn-relocs=relr`.",
    };
  } else if (t.libc === "glibc" && !marked && uses.some((u) => u.family === "GLIBC"))
    yield {
      rule: "target-loader", severity: "error", names: ["DT_RELR"], message: 'The file has packed relative relocations (DT_RELR) but does not need GLIBC_ABI_DT_RELR: glibc refuses it with "DT_RELR without GLIBC_ABI_DT_RELR dependency"',
      advice: "Link with GNU ld's `-z pack-relative-relocs` or a newer lld or mold, which ask for the version, or link without packed relocations.",
    };
}
