import { pythonMachine } from "../../spec/machine-names.js";
import { compareVersions } from "../../spec/version-names.js";
import type { LibcTables, WheelPolicy } from "../../targets/target.js";
import { isForLinux } from "../detect/system.js";
import type { Facts } from "../facts.js";
import { glibcLacks } from "../versions/retargeted.js";
import { glibcFloor, machineOf } from "../versions/symbol-floor.js";
import type { VersionUse } from "../versions/version-uses.js";

/** What keeps a file from a more compatible platform tag. */
export interface WheelObstacle {
  /**
   * A version that older systems lack, a library that they need not have, or a symbol that some builds of a library
   * lack.
   */
  readonly kind: "version" | "library" | "symbol";
  /** `GLIBC_2.34`, `libssl.so.3`, `__cxa_thread_atexit_impl`. */
  readonly name: string;
  /** The library that the version or symbol belongs to. */
  readonly library: string | null;
  /** The symbols bound to the version. */
  readonly symbols: readonly string[];
  /** The first policy that allows it: `manylinux_2_34`; null where none does. */
  readonly allowedBy: string | null;
}

/** The platform tag that a file earns, and what stands in the way of better ones. */
export interface WheelTag {
  /**
   * `manylinux_2_17_x86_64`; `linux_x86_64` where no policy fits; null for a machine that Python has no name for, and
   * for a file of another system than Linux.
   */
  readonly tag: string | null;
  /** The worst first. */
  readonly obstacles: readonly WheelObstacle[];
}

export interface Wheel extends WheelTag {
  /** The policies that the file was judged by, most compatible first. */
  readonly policies: readonly WheelPolicy[];
}

/** The platform tag of a file, from the versions that it needs. */
export function judgeWheel(
  facts: Facts,
  uses: readonly VersionUse[],
  muslRelease: string | undefined,
  tables: LibcTables,
): Wheel {
  const arch = pythonMachine(machineOf(facts)) ?? null;
  const { linkage, hasContents, interpreter } = facts;
  const fits = hasContents && linkage !== "relocatable" && linkage !== "other" && linkage !== "loader";
  if (arch === null || !fits || isForLinux(facts, interpreter) !== true)
    return { tag: null, obstacles: [], policies: [] };

  const policies = applyingPolicies(facts, muslRelease, tables);
  if (isForeign(facts)) return { tag: `linux_${arch}`, obstacles: [], policies };

  const found = [
    ...versionObstacles([...uses, ...derivedUses(facts, uses, tables)], policies),
    ...libraryObstacles(facts, policies),
    ...symbolObstacles(facts, policies),
    ...absentSymbols(facts, policies, tables),
  ];
  const earned = found.reduce((place, o) => Math.max(place, o.place), 0);
  const best = policies[earned];
  const obstacles = found.filter((o) => o.place > 0).sort(worstFirst);

  return {
    tag: best ? `${best.name}_${arch}` : `linux_${arch}`,
    obstacles: obstacles.map((o) => o.obstacle),
    policies,
  };
}

/** C libraries that no platform tag is for. */
const isForeign = (facts: Facts): boolean => !["glibc", "musl", "none", "unknown"].includes(facts.libc);

/** The policies for the file's C library and machine, most compatible first. */
function applyingPolicies(facts: Facts, muslRelease: string | undefined, tables: LibcTables): WheelPolicy[] {
  const libc = facts.libc === "musl" ? "musl" : "glibc";
  const all = tables.policies(machineOf(facts)).filter((p) => p.libc === libc);
  if (libc === "glibc") return all;

  // The policies of musl name no versions: the release itself is their name.
  const release = muslRelease ?? "0";
  return all.filter((p) => compareVersions(policyRelease(p), release) >= 0 || p === all.at(-1));
}

/** `1.2` of musllinux_1_2 allows all of 1.2.x; the policies do not tell those apart. */
const policyRelease = (p: WheelPolicy): string => `${p.name.split("_").slice(1).join(".")}.999`;

/** An obstacle, and the place of the first policy that allows it: behind the last one where none does. */
interface PlacedObstacle {
  readonly place: number;
  readonly obstacle: WheelObstacle;
}

function placed(
  policies: readonly WheelPolicy[],
  allows: (p: WheelPolicy, i: number) => boolean,
  obstacle: Omit<WheelObstacle, "allowedBy">,
): PlacedObstacle {
  const first = policies.findIndex(allows);
  const place = first < 0 ? policies.length : first;
  return { place, obstacle: { ...obstacle, allowedBy: policies[place]?.name ?? null } };
}

/** By policy, then by version, the newest first, then by name. */
function worstFirst(a: PlacedObstacle, b: PlacedObstacle): number {
  const versionOf = (o: PlacedObstacle) => o.obstacle.name.replace(/^\D*/, "");
  const byName = a.obstacle.name < b.obstacle.name ? -1 : 1;
  return b.place - a.place || compareVersions(versionOf(b), versionOf(a)) || byName;
}

/** auditwheel takes a file without versions for one that runs everywhere; its symbols say what it needs of glibc. */
function derivedUses(facts: Facts, uses: readonly VersionUse[], tables: LibcTables): VersionUse[] {
  if (facts.libc !== "glibc" || uses.some((u) => u.family === "GLIBC")) return [];

  const floor = (glibcFloor(facts, tables) ?? []).filter((e) => !e.weak);
  return floor.map(({ family, version, symbols }) => ({
    library: "libc.so.6",
    family,
    version,
    name: `${family}_${version}`,
    symbols,
    weak: false,
    numeric: true,
  }));
}

/** Symbols that no release of glibc has. */
const absentSymbols = (facts: Facts, policies: readonly WheelPolicy[], tables: LibcTables): PlacedObstacle[] =>
  glibcLacks(facts, tables).never.map((name) =>
    placed(policies, () => false, { kind: "symbol", name, library: "libc.so.6", symbols: [] }),
  );

/** The loader's versions: auditwheel does not look at them. */
const isLoader = (library: string): boolean =>
  library.startsWith("ld-linux") || library === "ld64.so.2" || library === "ld64.so.1";

function versionObstacles(uses: readonly VersionUse[], policies: readonly WheelPolicy[]): PlacedObstacle[] {
  return uses
    .filter((u) => !isLoader(u.library))
    .flatMap(({ name, library, symbols }) => {
      const family = name.split("_", 1)[0]!;
      const version = name.slice(family.length + 1);
      const allowed = policies.map((p) => (Object.hasOwn(p.versions, family) ? p.versions[family] : undefined));
      if (!allowed.some(Boolean)) return [];

      // A policy that does not name a family asks nothing of it.
      const allows = (_: WheelPolicy, i: number) => allowed[i]?.includes(version) ?? true;
      return [placed(policies, allows, { kind: "version", name, library, symbols })];
    });
}

/** auditwheel leaves out the loader and Python itself. */
const isExempt = (library: string): boolean =>
  library.includes("ld-linux") ||
  library === "ld64.so.2" ||
  library === "ld64.so.1" ||
  /^libpython\d+\.\d+m?\.so(\.\d)*$/.test(library);

/** musl's loader takes all these names for itself; the policies have only the name that Alpine uses. */
const isMusl = (library: string): boolean =>
  library === "libc.so" || /^libc\.musl-[^.]+\.so\.1$/.test(library) || /^ld-musl-[^.]+\.so\.1$/.test(library);

function libraryObstacles(facts: Facts, policies: readonly WheelPolicy[]): PlacedObstacle[] {
  const allows = (p: WheelPolicy, library: string) =>
    p.libraries.includes(library) || (p.libc === "musl" && isMusl(library) && p.libraries.includes("libc.so"));
  const judged = [...new Set(facts.needed)].filter((library) => !isExempt(library));

  return judged.map((name) =>
    placed(policies, (p) => allows(p, name), { kind: "library", name, library: null, symbols: [] }),
  );
}

function symbolObstacles(facts: Facts, policies: readonly WheelPolicy[]): PlacedObstacle[] {
  const forbidden = new Map<string, string>();
  for (const { blacklist } of policies) {
    for (const [library, symbols] of Object.entries(blacklist)) {
      if (!facts.needed.includes(library)) continue;
      for (const symbol of symbols) forbidden.set(symbol, library);
    }
  }

  return facts.imports.flatMap(({ name }) => {
    const library = forbidden.get(name);
    if (library === undefined) return [];

    const allows = (p: WheelPolicy) => !p.blacklist[library]?.includes(name);
    return [placed(policies, allows, { kind: "symbol", name, library, symbols: [] })];
  });
}
