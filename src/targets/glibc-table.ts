import { compareVersions } from "../spec/version-names.js";
import { GLIBC_NEWEST, MOVED_LIBRARIES, GLIBC_NAMES, ROWS, SIGNATURES } from "./data/glibc.js";
import { GLIBC_MORE_NAMES } from "./data/glibc-names.js";
import { frontCoded, unwrapped } from "./front-coding.js";
import type { GlibcVersion, Machine } from "./target.js";
import { machineBit } from "./machines.js";
import { glibcLoaderName } from "../spec/machine-names.js";

/** glibc's libraries. If several have a symbol, the first one here counts. */
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
const ORDER = /* @__PURE__ */ Object.keys(SONAMES);

/** The libraries that went into libc, and the release that did this. */
const MOVED: ReadonlySet<string> = /* @__PURE__ */ new Set(/* @__PURE__ */ MOVED_LIBRARIES.split(" "));
const MOVED_IN = "2.34";

/** A version of a symbol in a library, on some machines. */
interface Row {
  readonly library: string;
  readonly machines: number;
  readonly version: string;
  /** The first release in which the library has it, and the last. */
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
  parsed ??= parse();
  return parsed;
}

function parse(): Map<string, Entry> {
  const rows = ROWS.trim().split(/\s+/).map(parseRow);
  const sets = SIGNATURES.trim()
    .split(/\s+/)
    .map((digits) => digits.match(/../g)!.map((row) => rows[parseInt(row, 36)]!));

  const symbols = new Map<string, Entry>();
  for (const { name, tag, separator } of frontCoded(unwrapped(GLIBC_NAMES + GLIBC_MORE_NAMES), 2, ",=")) {
    symbols.set(name, { rows: sets[parseInt(tag, 36)]!, data: separator === "=" });
  }
  return symbols;
}

/** The rows of a symbol on one machine. */
function rowsOf(symbol: string, bit: number): readonly Row[] {
  const rows = entries().get(symbol)?.rows ?? [];
  return rows.filter((r) => r.machines & bit);
}

/** Does the library of the row have the symbol in a release? */
const isIn = (row: Row, release: string): boolean =>
  compareVersions(row.version, release) <= 0 &&
  compareVersions(row.from, release) <= 0 &&
  compareVersions(release, row.to) <= 0;

/** The library that has a symbol in a release, by the symbol's rows; undefined for none. */
function libraryIn(rows: readonly Row[], release: string): string | undefined {
  const libraries = rows
    .filter((r) => isIn(r, release))
    .map((r) => (hasMoved(r.library, release) ? "libc" : r.library));
  return ORDER.find((library) => libraries.includes(library));
}

const hasMoved = (library: string, release: string): boolean =>
  MOVED.has(library) && compareVersions(release, MOVED_IN) >= 0;

const soname = (library: string, machine: Machine): string =>
  library === "ld" ? glibcLoaderName(machine)! : SONAMES[library]!;

/** All versions of a symbol, oldest first; undefined if the tables do not cover the machine. */
export function glibcVersions(machine: Machine, symbol: string): readonly GlibcVersion[] | undefined {
  const bit = machineBit(machine);
  if (bit === 0) return undefined;

  const rows = rowsOf(symbol, bit);
  const versions = [...new Set(rows.map((r) => r.version))].sort(compareVersions);
  return versions.map((version) => ({ version, library: soname(newestLibrary(rows, version), machine) }));
}

/**
 * The library that has a version in the newest release. A symbol that came to libc with a newer version took its older
 * ones along.
 */
function newestLibrary(rows: readonly Row[], version: string): string {
  const isInLibc = rows.some((r) => r.library === "libc" && compareVersions(r.version, version) > 0);
  if (isInLibc) return "libc";

  const ofVersion = rows.filter((r) => r.version === version);
  return libraryIn(ofVersion, GLIBC_NEWEST)!;
}

export function glibcHome(machine: Machine, symbol: string, release: string): string | undefined {
  const library = libraryIn(rowsOf(symbol, machineBit(machine)), release);
  return library === undefined ? undefined : soname(library, machine);
}

export const glibcIsData = (symbol: string): boolean => entries().get(symbol)?.data ?? false;

export const glibcNames = (): Iterable<string> => entries().keys();
