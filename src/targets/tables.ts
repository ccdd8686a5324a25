import { compareVersions } from "../spec/version-names.js";
import { isCompatOnly, olderDefault, oldestBinding } from "./binding-table.js";
import { GLIBC_NEWEST } from "./data/glibc.js";
import { distributions } from "./distributions.js";
import { glibcHome, glibcIsData, glibcVersions } from "./glibc-table.js";
import { muslRange, MUSL_VERSIONS } from "./musl-table.js";
import { policies } from "./policy-table.js";
import type { BuiltInTables, GlibcVersion, Machine } from "./target.js";

/** The release of glibc whose default versions were read. */
const MEASURED = "2.36";

function glibcDefault(machine: Machine, symbol: string, release: string): GlibcVersion | null | undefined {
  const home = glibcHome(machine, symbol, GLIBC_NEWEST);
  const all = glibcVersions(machine, symbol) ?? [];
  const there = all.filter((v) => v.library === home && compareVersions(v.version, release) <= 0);
  const last = there.at(-1);
  if (!last) return undefined;

  // A version that came after the measured release is a new default. One that was no default any more in that release
  // may still be the default of an older one.
  const wasMeasured = compareVersions(last.version, MEASURED) <= 0 && compareVersions(release, MEASURED) >= 0;
  if (wasMeasured && isCompatOnly(machine, last.library, symbol)) return null;

  const older = olderDefault(machine, last.library, symbol);
  return there.find((v) => v.version === older) ?? last;
}

/**
 * The C libraries' tables: glibc's symbols for eight machines in the releases up to 2.42, musl's for x86-64 from 1.1.0
 * to 1.2.6, what unversioned references bind to, the policies of Python's platform tags, and distributions. They are
 * parsed at first use.
 *
 * musl was read on x86-64 only. Its names are the same on all 64-bit machines but for a few, while 32-bit ones have
 * more (`__stat_time64`).
 */
export const tables: BuiltInTables = {
  glibcVersions,
  glibcHome,
  muslRange,
  oldestBinding,
  distributions,
  policies,
  glibcDefault,
  isData: glibcIsData,
  newest: { glibc: GLIBC_NEWEST, musl: MUSL_VERSIONS.at(-1)! },
  muslReleases: MUSL_VERSIONS,
  sources: [
    { table: "glibc", source: "glibc's lists of symbols (*.abilist), release by release up to 2.42", date: "2026-11" },
    { table: "musl", source: "libc.so of 13 releases of musl, built for x86-64", date: "2026-11" },
    { table: "bindings", source: "the libraries of glibc 2.36 of Debian 12, seven machines", date: "2026-11" },
    { table: "policies", source: "pypa/auditwheel: manylinux-policy.json, musllinux-policy.json", date: "2026-11" },
    {
      table: "distributions",
      source: "mayeut/pep600_compliance (00ac9114); packages of Alpine's images",
      date: "2026-11",
    },
  ],
};
