import { DT } from "../../spec/dynamic.js";
import { compareVersions } from "../../spec/version-names.js";
import type { LibcTables, Machine } from "../../targets/target.js";
import type { FloorEntry } from "../diagnosis.js";
import type { Import } from "../dynamic-names.js";
import type { Facts } from "../facts.js";
import type { VersionUse } from "./version-uses.js";

/** The first release of musl, and of glibc, whose loader applies DT_RELR. */
export const RELR_SINCE = { musl: "1.2.4", glibc: "2.36" } as const;

/**
 * musl 1.2.0 gave 32-bit machines a 64-bit time_t, and new names to the functions that take one. The tables have only
 * the names of 64-bit machines.
 */
const TIME64 = /^__\w*time64(_r)?$/;
const TIME64_SINCE = "1.2.0";

/** The references that no version ties to a library. In a file that was linked against musl, all are such. */
export const unversioned = (facts: Facts): readonly Import[] => facts.imports.filter((i) => i.version === undefined);

export const hasRelr = (facts: Facts): boolean =>
  facts.hasContents && facts.tolerant.part(() => facts.elf.dynamic?.get(DT.RELR)) != null;

/**
 * Does the file ask for a loader that applies DT_RELR, as glibc wants it to? glibc's libc.so.6, which defines that
 * version, need not.
 */
export const isRelrMarked = (facts: Facts, uses: readonly VersionUse[]): boolean =>
  uses.some((u) => u.name === "GLIBC_ABI_DT_RELR") ||
  (facts.tolerant.part(() => facts.elf.versionDefinitions.some((d) => d.names[0] === "GLIBC_ABI_DT_RELR")) ?? false);

export const machineOf = (facts: Facts): Machine => facts.elf.header;

/** The release that first has a symbol, and whether the file only refers to it weakly. */
interface Since {
  readonly release: string;
  readonly weak: boolean;
}

/** Groups symbols by the release that first has them, newest first. */
function entries(family: "MUSL" | "GLIBC", symbols: ReadonlyMap<string, Since>): FloorEntry[] {
  const groups = new Map<string, string[]>();
  for (const [name, { release, weak }] of symbols) {
    const key = `${release} ${weak}`;
    const names = groups.get(key);
    if (names) names.push(name);
    else groups.set(key, [name]);
  }

  const all = [...groups].map(([key, names]) => ({
    library: null,
    family,
    version: key.split(" ")[0]!,
    symbols: names.sort(),
    weak: key.endsWith(" true"),
    source: "symbols" as const,
  }));
  return all.sort(newestFirst);
}

const newestFirst = (a: FloorEntry, b: FloorEntry): number => compareVersions(b.version, a.version);

/** Which release of musl the unversioned references of a file need. */
export function muslFloor(facts: Facts, tables: LibcTables): FloorEntry[] {
  const is32Bit = facts.elf.header.class === 32;
  const symbols = new Map<string, Since>();
  for (const { name, weak } of unversioned(facts)) {
    const release = tables.muslRange(name)?.first ?? (is32Bit && TIME64.test(name) ? TIME64_SINCE : undefined);
    if (release !== undefined) symbols.set(name, { release, weak });
  }

  const relr: FloorEntry[] = hasRelr(facts)
    ? [{ library: null, family: "MUSL", version: RELR_SINCE.musl, symbols: [], weak: false, source: "symbols" }]
    : [];
  return [...relr, ...entries("MUSL", symbols)].sort(newestFirst);
}

/**
 * Which release of glibc the unversioned references of a file would need on its machine. Undefined where the tables do
 * not know the machine.
 */
export function glibcFloor(facts: Facts, tables: LibcTables): FloorEntry[] | undefined {
  const machine = machineOf(facts);
  const symbols = new Map<string, Since>();
  for (const { name, weak } of unversioned(facts)) {
    const versions = tables.glibcVersions(machine, name);
    if (!versions) return undefined;
    if (versions.length > 0) symbols.set(name, { release: versions[0]!.version, weak });
  }
  return entries("GLIBC", symbols);
}
