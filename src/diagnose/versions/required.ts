import { once } from "../../image/once.js";
import { compareVersions, newest } from "../../spec/version-names.js";
import type { Diagnosis, FloorEntry } from "../diagnosis.js";
import type { Facts } from "../facts.js";
import { distributionsFor } from "./runs-on.js";
import { glibcFloor, hasRelr, isRelrMarked, muslFloor, RELR_SINCE } from "./symbol-floor.js";
import { type VersionUse, versionUses } from "./version-uses.js";
import { judgeWheel } from "../wheel/wheel-judge.js";

export type Requirements = Pick<Diagnosis, "required" | "floor" | "distributions" | "wheelTag">;

/** What a file needs at least, why, and which systems have that. */
export const requirementsOf = /* @__PURE__ */ once(readRequirements);

function readRequirements(facts: Facts): Requirements {
  const uses = versionUses(facts);
  const floor = [...versionFloor(facts, uses), ...symbolFloor(facts, uses)].sort(byFamily);
  const required = strongest(facts, floor);
  const tables = areNamesRead(facts) ? facts.tables : null;

  return {
    required,
    floor,
    distributions: tables && distributionsFor(facts, uses, required, tables),
    wheelTag: tables && judgeWheel(facts, uses, required["musl"], tables).tag,
  };
}

/** Without its symbols, nobody can say where a file runs. */
const areNamesRead = (facts: Facts): boolean => facts.imports.length > 0 || facts.tolerant.problems.length === 0;

/** Versions by which glibc marks what its loader can do, with the release that brought each. */
const MARKERS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([["GLIBC_ABI_DT_RELR", RELR_SINCE.glibc]]);

/** The release that a version stands for; undefined for one that is no number, such as GLIBC_PRIVATE. */
export const releaseOf = (u: VersionUse): string | undefined =>
  MARKERS.get(u.name) ?? (u.numeric ? u.version : undefined);

/** What .gnu.version_r asks for. */
function versionFloor(facts: Facts, uses: readonly VersionUse[]): FloorEntry[] {
  const floor = uses.map(({ library, family, version, symbols, weak }): FloorEntry => ({
    library,
    family,
    version,
    symbols,
    weak,
    source: "version",
  }));

  // Loaders before 2.36 do not see DT_RELR, whether or not the file says that it needs a newer one.
  if (facts.libc === "glibc" && facts.linkage !== "static-pie" && hasRelr(facts) && !isRelrMarked(facts, uses)) {
    floor.push({
      library: null,
      family: "GLIBC",
      version: RELR_SINCE.glibc,
      symbols: [],
      weak: false,
      source: "version",
    });
  }

  return floor;
}

/** What the tables say of references without versions. */
function symbolFloor(facts: Facts, uses: readonly VersionUse[]): readonly FloorEntry[] {
  const { tables, libc, linkage } = facts;
  if (!tables || linkage === "static" || linkage === "static-pie") return [];
  if (libc === "musl") return muslFloor(facts, tables);

  const isUnversioned = libc === "glibc" && !uses.some((u) => u.family === "GLIBC");
  return isUnversioned ? (glibcFloor(facts, tables) ?? []) : [];
}

/** The highest strong version of each family. */
function strongest(facts: Facts, floor: readonly FloorEntry[]): Record<string, string> {
  const highest = new Map<string, string>();
  for (const entry of floor) {
    if (entry.weak) continue;

    const family = entry.family.toLowerCase();
    // musl's loader ignores versions.
    if (family === "glibc" && facts.libc === "musl") continue;

    const release = MARKERS.get(`${entry.family}_${entry.version}`) ?? (isNumber(entry) ? entry.version : undefined);
    if (release === undefined) continue;

    const before = highest.get(family);
    highest.set(family, newest(before === undefined ? [release] : [before, release])!);
  }

  return Object.fromEntries(highest);
}

const FAMILIES = ["GLIBC", "MUSL", "GLIBCXX", "CXXABI", "GCC"];
const rank = (family: string): number => (FAMILIES.includes(family) ? FAMILIES.indexOf(family) : FAMILIES.length);
const isNumber = (e: FloorEntry): boolean => /^\d/.test(e.version);

/** Families come in a fixed order. Within one, what is tied to a single build comes first, then the newest version. */
function byFamily(a: FloorEntry, b: FloorEntry): number {
  if (a.family !== b.family) return rank(a.family) - rank(b.family) || (a.family < b.family ? -1 : 1);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? 1 : -1;
  return compareVersions(b.version, a.version) || (a.library ?? "").localeCompare(b.library ?? "");
}
