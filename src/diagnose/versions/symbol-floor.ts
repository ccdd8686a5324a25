import { DT } from "../../spec/dynamic.js";
import { compareVersions } from "../../spec/version-names.js";
import type { LibcTables, Machine } from "../../targets/target.js";
import type { FloorEntry } from "../diagnosis.js";
import type { Import } from "../dynamic-names.js";
import type { Facts } from "../facts.js";
import type { VersionUse } from "./version-uses.js";

/** The first musl whose loader applies DT_RELR, and the first glibc. */
export const RELR_SINCE = { musl: "1.2.4", glibc: "2.36" } as const;

/**
 * musl 1.2.0 gave 32-bit machines a 64-bit time_t, and the functions that take one new names; the tables have only
 * names of 64-bit machines.
 */
const TIME64 = /^__\w*time64(_r)?$/;

/** The references that no version ties to a library: all of them in a file that was linked against musl. */
export const unversioned = (f: Facts): readonly Import[] => f.imports.filter((i) => i.version === undefined);

export const hasRelr = (f: Facts): boolean =>
  f.hasContents && f.tolerant.part(() => f.elf.dynamic?.get(DT.RELR)) != null;

/**
 * Whether it asks for a loader that applies DT_RELR, as glibc wants; glibc's libc.so.6, which is where that version is,
 * need not.
 */
export const isRelrMarked = (f: Facts, uses: readonly VersionUse[]): boolean =>
  uses.some((u) => u.name === "GLIBC_ABI_DT_RELR") ||
  (f.tolerant.part(() => f.elf.versionDefinitions.some((d) => d.names[0] === "GLIBC_ABI_DT_RELR")) ?? false);

export const machineOf = (f: Facts): Machine => f.elf.header;

/** Groups symbols by the release that first has them, newest first. */
function entries(
  family: "MUSL" | "GLIBC",
  symbols: ReadonlyMap<string, { release: string; weak: boolean }>,
): FloorEntry[] {
  const groups = new Map<string, string[]>();
  for (const [name, { release, weak }] of symbols) {
    const key = `${release} ${weak}`;
    if (!groups.get(key)?.push(name)) groups.set(key, [name]);
  }

  const all = [...groups].map(([key, names]) => ({
    library: null,
    family,
    version: key.split(" ")[0]!,
    symbols: names.sort(),
    weak: key.endsWith(" true"),
    source: "symbols" as const,
  }));
  return all.sort((a, b) => compareVersions(b.version, a.version));
}

/** Which release of musl the unversioned references of a file need. */
export function muslFloor(f: Facts, tables: LibcTables): FloorEntry[] {
  const symbols = new Map<string, { release: string; weak: boolean }>();
  for (const { name, weak } of unversioned(f)) {
    const release =
      tables.muslRange(name)?.first ?? (f.elf.header.class === 32 && TIME64.test(name) ? "1.2.0" : undefined);
    if (release !== undefined) symbols.set(name, { release, weak });
  }

  const relr: FloorEntry[] = hasRelr(f)
    ? [{ library: null, family: "MUSL", version: RELR_SINCE.musl, symbols: [], weak: false, source: "symbols" }]
    : [];
  return [...relr, ...entries("MUSL", symbols)].sort((a, b) => compareVersions(b.version, a.version));
}

/**
 * Which release of glibc the unversioned references of a file would need on its machine. Undefined where the tables do
 * not know the machine.
 */
export function glibcFloor(f: Facts, tables: LibcTables): FloorEntry[] | undefined {
  const symbols = new Map<string, { release: string; weak: boolean }>();
  const machine = machineOf(f);
  for (const { name, weak } of unversioned(f)) {
    const versions = tables.glibcVersions(machine, name);
    if (!versions) return undefined;
    if (versions.length > 0) symbols.set(name, { release: versions[0]!.version, weak });
  }
  return entries("GLIBC", symbols);
}
