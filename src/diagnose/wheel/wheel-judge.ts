import { pythonMachine } from "../../spec/machine-names.js";
import { compareVersions } from "../../spec/version-names.js";
import type { LibcTables, WheelPolicy } from "../../targets/target.js";
import type { Facts } from "../facts.js";
import { lacks } from "../versions/retargeted.js";
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
  /** The library that the version or symbol is of. */
  readonly library: string | null;
  /** The symbols bound to the version. */
  readonly symbols: readonly string[];
  /** The first policy that allows it: `manylinux_2_34`; null where none does. */
  readonly allowedBy: string | null;
}

/** The platform tag that a file earns, and what stands in the way of better ones. */
export interface WheelTag {
  /** `manylinux_2_17_x86_64`, `linux_x86_64` where no policy fits; null for a machine without a name there. */
  readonly tag: string | null;
  /** The worst first. */
  readonly obstacles: readonly WheelObstacle[];
}

/** auditwheel leaves these out: the loader, and Python itself. */
const isExempt = (library: string): boolean =>
  library.includes("ld-linux") ||
  library === "ld64.so.2" ||
  library === "ld64.so.1" ||
  /^libpython\d+\.\d+m?\.so(\.\d)*$/.test(library);
const hasNoNeeds = (library: string): boolean =>
  library.startsWith("ld-linux") || library === "ld64.so.2" || library === "ld64.so.1";

/** musl's loader takes all these for itself; the policies name the one of Alpine. */
const isMusl = (library: string): boolean =>
  library === "libc.so" || /^libc\.musl-[^.]+\.so\.1$/.test(library) || /^ld-musl-[^.]+\.so\.1$/.test(library);

export interface Wheel extends WheelTag {
  /** The policies that it was judged by, most compatible first. */
  readonly policies: readonly WheelPolicy[];
}

/** The platform tag of a file, from the versions that it needs. */
export function judgeWheel(
  f: Facts,
  uses: readonly VersionUse[],
  muslRelease: string | undefined,
  tables: LibcTables,
): Wheel {
  const arch = pythonMachine(machineOf(f)) ?? null;
  const fits = f.hasContents && f.linkage !== "relocatable" && f.linkage !== "other" && f.linkage !== "loader";
  if (arch === null || !fits) return { tag: null, obstacles: [], policies: [] };

  const musl = f.libc === "musl";
  const of = tables.policies(machineOf(f)).filter((p) => p.libc === (musl ? "musl" : "glibc"));
  // The policies of musl name no versions: the release itself is their name.
  const policies = musl
    ? of.filter((p) => compareVersions(policyRelease(p), muslRelease ?? "0") >= 0 || p === of.at(-1))
    : of;
  const found = isForeign(f)
    ? []
    : [
        ...versionObstacles([...uses, ...derivedUses(f, uses, tables)], policies),
        ...libraryObstacles(f, policies),
        ...symbolObstacles(f, policies),
        ...absentSymbols(f, policies, tables),
      ];
  const first = found.reduce((n, o) => Math.max(n, o.at), 0);
  const best = isForeign(f) ? undefined : policies[first];
  const obstacles = found
    .filter((o) => o.at > 0)
    .sort(
      (a, b) =>
        b.at - a.at ||
        compareVersions(b.obstacle.name.replace(/^\D*/, ""), a.obstacle.name.replace(/^\D*/, "")) ||
        (a.obstacle.name < b.obstacle.name ? -1 : 1),
    )
    .map((o) => o.obstacle);

  return { tag: best ? `${best.name}_${arch}` : `linux_${arch}`, obstacles, policies };
}

/** C libraries that no platform tag is for. */
const isForeign = (f: Facts): boolean => !["glibc", "musl", "none", "unknown"].includes(f.libc);

/** `1.2` of musllinux_1_2 allows all of 1.2.x; the policies do not tell those apart. */
const policyRelease = (p: WheelPolicy): string => `${p.name.split("_").slice(1).join(".")}.999`;

/** An obstacle, and the place of the first policy that allows it; behind the last where none does. */
interface Found {
  readonly at: number;
  readonly obstacle: WheelObstacle;
}

function found(
  policies: readonly WheelPolicy[],
  allows: (p: WheelPolicy, i: number) => boolean,
  obstacle: Omit<WheelObstacle, "allowedBy">,
): Found {
  const i = policies.findIndex(allows);
  const at = i < 0 ? policies.length : i;
  return { at, obstacle: { ...obstacle, allowedBy: policies[at]?.name ?? null } };
}

/** auditwheel takes a file without versions for one that runs everywhere; its symbols say what it needs of glibc. */
function derivedUses(f: Facts, uses: readonly VersionUse[], tables: LibcTables): VersionUse[] {
  if (f.libc !== "glibc" || uses.some((u) => u.family === "GLIBC")) return [];

  const floor = (glibcFloor(f, tables) ?? []).filter((e) => !e.weak);
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

const absentSymbols = (f: Facts, policies: readonly WheelPolicy[], tables: LibcTables): Found[] =>
  lacks(f, tables).never.map((name) =>
    found(policies, () => false, { kind: "symbol", name, library: "libc.so.6", symbols: [] }),
  );

function versionObstacles(uses: readonly VersionUse[], policies: readonly WheelPolicy[]): Found[] {
  return uses
    .filter((u) => !hasNoNeeds(u.library))
    .flatMap(({ name, library, symbols }) => {
      const family = name.split("_", 1)[0]!;
      const version = name.slice(family.length + 1);
      const of = policies.map((p) => (Object.hasOwn(p.versions, family) ? p.versions[family] : undefined));
      // Of a family that a policy does not name it asks nothing.
      return of.some(Boolean)
        ? [found(policies, (_, i) => of[i]?.includes(version) ?? true, { kind: "version", name, library, symbols })]
        : [];
    });
}

function libraryObstacles(f: Facts, policies: readonly WheelPolicy[]): Found[] {
  const allowed = (p: WheelPolicy, l: string) =>
    p.libraries.includes(l) || (p.libc === "musl" && isMusl(l) && p.libraries.includes("libc.so"));
  return [...new Set(f.needed)]
    .filter((l) => !isExempt(l))
    .map((l) => found(policies, (p) => allowed(p, l), { kind: "library", name: l, library: null, symbols: [] }));
}

function symbolObstacles(f: Facts, policies: readonly WheelPolicy[]): Found[] {
  const wanted = new Map<string, string>();
  for (const p of policies) {
    for (const [library, symbols] of Object.entries(p.blacklist)) {
      if (f.needed.includes(library)) for (const s of symbols) wanted.set(s, library);
    }
  }

  return f.imports.flatMap(({ name }) => {
    const library = wanted.get(name);
    return library === undefined
      ? []
      : [found(policies, (p) => !p.blacklist[library]?.includes(name), { kind: "symbol", name, library, symbols: [] })];
  });
}
