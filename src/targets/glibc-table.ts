import { compareVersions } from "../spec/version-names.js";
import { GLIBC_NEWEST, MOVED_LIBRARIES, GLIBC_NAMES, ROWS, SIGNATURES } from "./data/glibc.js";
import { frontCoded, unwrapped } from "./front-coding.js";
import type { GlibcVersion, Machine } from "./target.js";
import { machineBit } from "./machines.js";
import { glibcLoaderName } from "../spec/machine-names.js";

/** Where glibc's libraries are looked for first, when several have a symbol. */
const SONAMES: Readonly<Record<string, string>> = {
  libc: "libc.so.6",
  libm: "libm.so.6",
  libpthread: "libpthread.so.0",
  librt: "librt.so.1",
  libdl: "libdl.so.2",
  libresolv: "libresolv.so.2",
  libutil: "libutil.so.1",
  libanl: "libanl.so.1",
  libmvec: "libmvec.so.1",
  libnsl: "libnsl.so.1",
  libcrypt: "libcrypt.so.1",
  libthread_db: "libthread_db.so.1",
  libBrokenLocale: "libBrokenLocale.so.1",
  libc_malloc_debug: "libc_malloc_debug.so.0",
  ld: "ld.so",
};
const ORDER = Object.keys(SONAMES);
const MOVED = new Set(MOVED_LIBRARIES.split(" "));
const MOVED_IN = "2.34";

interface Row {
  readonly library: string;
  readonly machines: number;
  readonly version: string;
  /** The releases in which the library has it: from this one on, up to that one. */
  readonly from: string;
  readonly to: string;
}

interface Entry {
  readonly rows: readonly Row[];
  readonly data: boolean;
}

function parseRow(text: string): Row {
  const [library, machines, version, range = "-"] = text.split(":");
  const [from, to] = range.split("-");
  return {
    library: library!,
    machines: parseInt(machines!, 16),
    version: version!,
    from: from || "0",
    to: to || GLIBC_NEWEST,
  };
}

let parsed: ReadonlyMap<string, Entry> | undefined;

/** All symbols by name; parsed at first use. */
function entries(): ReadonlyMap<string, Entry> {
  if (parsed) return parsed;

  const rows = ROWS.trim().split(/\s+/).map(parseRow);
  const sets = SIGNATURES.trim()
    .split(/\s+/)
    .map((s) => s.match(/../g)!.map((r) => rows[parseInt(r, 36)]!));
  const out = new Map<string, Entry>();

  for (const { name, tag, separator } of frontCoded(unwrapped(GLIBC_NAMES), 2, ",=")) {
    out.set(name, { rows: sets[parseInt(tag, 36)]!, data: separator === "=" });
  }

  return (parsed = out);
}

const rowsOf = (symbol: string, bit: number): readonly Row[] =>
  entries()
    .get(symbol)
    ?.rows.filter((r) => r.machines & bit) ?? [];

/** The library of some rows in a release. */
function libraryIn(rows: readonly Row[], release: string): string | undefined {
  const there = rows.filter(
    (r) =>
      compareVersions(r.version, release) <= 0 &&
      compareVersions(r.from, release) <= 0 &&
      compareVersions(release, r.to) <= 0,
  );
  const names = there.map((r) =>
    MOVED.has(r.library) && compareVersions(release, MOVED_IN) >= 0 ? "libc" : r.library,
  );
  return ORDER.find((l) => names.includes(l));
}

const soname = (library: string, machine: Machine): string =>
  library === "ld" ? glibcLoaderName(machine)! : SONAMES[library]!;

/** Undefined where the machine is not covered. */
export function glibcVersions(machine: Machine, symbol: string): readonly GlibcVersion[] | undefined {
  const bit = machineBit(machine);
  if (bit === 0) return undefined;
  const rows = rowsOf(symbol, bit);
  const versions = [...new Set(rows.map((r) => r.version))].sort(compareVersions);
  return versions.map((version) => ({ version, library: soname(newestLibrary(rows, version), machine) }));
}

/**
 * Where a version is in the newest release: a symbol that came to libc with a newer version took its older ones with
 * it.
 */
function newestLibrary(rows: readonly Row[], version: string): string {
  const moved = rows.some((r) => r.library === "libc" && compareVersions(r.version, version) > 0);
  return moved
    ? "libc"
    : libraryIn(
        rows.filter((r) => r.version === version),
        GLIBC_NEWEST,
      )!;
}

export function glibcHome(machine: Machine, symbol: string, release: string): string | undefined {
  const library = libraryIn(rowsOf(symbol, machineBit(machine)), release);
  return library === undefined ? undefined : soname(library, machine);
}

export const glibcIsData = (symbol: string): boolean => entries().get(symbol)?.data ?? false;

export const glibcNames = (): Iterable<string> => entries().keys();
