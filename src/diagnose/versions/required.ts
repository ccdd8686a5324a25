import { once } from "../../image/once.js";
import { compareVersions, newest } from "../../spec/version-names.js";
import type { Diagnosis, FloorEntry } from "../diagnosis.js";
import type { Facts } from "../facts.js";
import { distributionsFor } from "./runs-on.js";
import { glibcFloor, hasRelr, isRelrMarked, muslFloor, RELR_SINCE } from "./symbol-floor.js";
import { type VersionUse, versionUses } from "./version-uses.js";
import { judgeWheel } from "../wheel/wheel-judge.js";

export type Requirements = Pick<Diagnosis, "required" | "floor" | "distributions" | "wheelTag">;

/** What a file needs at least, why, and which systems have it. */
export const requirements = /* @__PURE__ */ once(requirementsOf);

function requirementsOf(f: Facts): Requirements {
  const uses = versionUses(f);
  const floor = [...versionFloor(f, uses), ...symbolFloor(f, uses)].sort(byFamily);
  const required = strongest(f, floor);
  const tables = areNamesRead(f) ? f.tables : null;

  return {
    required,
    floor,
    distributions: tables && distributionsFor(f, uses, required, tables),
    wheelTag: tables && judgeWheel(f, uses, required["musl"], tables).tag,
  };
}

/** Without its symbols nothing can be said of where a file runs. */
const areNamesRead = (f: Facts): boolean => f.imports.length > 0 || f.tolerant.problems.length === 0;

/** glibc's markers of what its loader can do, by the release that brought each. */
const MARKERS: ReadonlyMap<string, string> = new Map([["GLIBC_ABI_DT_RELR", RELR_SINCE.glibc]]);

/** The release that a version stands for; undefined for one that is no number, as GLIBC_PRIVATE. */
export const releaseOf = (u: VersionUse): string | undefined =>
  MARKERS.get(u.name) ?? (u.numeric ? u.version : undefined);

function versionFloor(f: Facts, uses: readonly VersionUse[]): FloorEntry[] {
  const out = uses.map(({ library, family, version, symbols, weak }): FloorEntry => ({
    library,
    family,
    version,
    symbols,
    weak,
    source: "version",
  }));
  // Loaders before 2.36 do not see the relocations, whether or not the file says that it counts on them.
  if (f.libc === "glibc" && f.linkage !== "static-pie" && hasRelr(f) && !isRelrMarked(f, uses)) {
    out.push({
      library: null,
      family: "GLIBC",
      version: RELR_SINCE.glibc,
      symbols: [],
      weak: false,
      source: "version",
    });
  }

  return out;
}

/** What the tables know of references without versions. */
function symbolFloor(f: Facts, uses: readonly VersionUse[]): readonly FloorEntry[] {
  if (!f.tables || f.linkage === "static" || f.linkage === "static-pie") return [];
  if (f.libc === "musl") return muslFloor(f, f.tables);
  return f.libc === "glibc" && !uses.some((u) => u.family === "GLIBC") ? (glibcFloor(f, f.tables) ?? []) : [];
}

/** The highest strong version of each family. */
function strongest(f: Facts, floor: readonly FloorEntry[]): Record<string, string> {
  const out = new Map<string, string>();
  for (const e of floor) {
    const release = e.weak
      ? undefined
      : (MARKERS.get(`${e.family}_${e.version}`) ?? (/^\d/.test(e.version) ? e.version : undefined));
    const family = e.family.toLowerCase();
    const before = out.get(family);

    if (release !== undefined && !(family === "glibc" && f.libc === "musl")) {
      out.set(family, newest(before === undefined ? [release] : [before, release])!);
    }
  }

  return Object.fromEntries(out);
}

const FIRST = ["GLIBC", "MUSL", "GLIBCXX", "CXXABI", "GCC"];
const rank = (family: string): number => (FIRST.includes(family) ? FIRST.indexOf(family) : FIRST.length);
const isNumber = (e: FloorEntry): boolean => /^\d/.test(e.version);

/** Families in a fixed order; within one, what is tied to a single build first, then the newest version. */
function byFamily(a: FloorEntry, b: FloorEntry): number {
  if (a.family !== b.family) return rank(a.family) - rank(b.family) || (a.family < b.family ? -1 : 1);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? 1 : -1;
  return compareVersions(b.version, a.version) || (a.library ?? "").localeCompare(b.library ?? "");
}
