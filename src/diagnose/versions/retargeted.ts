import type { LibcTables } from "../../targets/target.js";
import type { Facts } from "../facts.js";
import { builtFor, hasGlibcVersions } from "./crossing.js";
import { machineOf, unversioned } from "./symbol-floor.js";

/** Was the file built for musl? True even where somebody has put the names of glibc's loader and library into it. */
export const isForMusl = (facts: Facts): boolean => facts.libc === "musl" || builtFor(facts)?.libc === "musl";

/** Libraries that define nothing of what musl's libc has, beside the C library itself. */
const PLAIN =
  /^(lib(c|m|pthread|dl|rt|util|resolv|gcc_s|stdc\+\+)\.so\.\d+|libc\.so|libc\.musl-[^.]+\.so\.1|ld[-\w]*\.so\.\d)$/;

/** May other libraries, or the program that loads the file, define what the C library lacks? */
export const mayHaveOthers = (facts: Facts): boolean =>
  facts.linkage === "plugin" || facts.linkage === "shared-library" || facts.needed.some((n) => !PLAIN.test(n));

/** Does the file need the library, or something that brings it along? glibc's libstdc++ needs libm. */
export const isBroughtAlong = (facts: Facts, library: string): boolean =>
  facts.needed.includes(library) || (library === "libm.so.6" && facts.needed.includes("libstdc++.so.6"));

/** What a file of musl with glibc's names does not find in glibc. */
export interface GlibcLacks {
  /** Symbols that no release of glibc has. */
  readonly never: readonly string[];
  /** Symbols that glibc has in libraries which the file does not need, by library. */
  readonly homes: ReadonlyMap<string, readonly string[]>;
}

/**
 * Empty for a file that was built for glibc, and for one that still has musl's names: nobody has asked to run that one
 * with glibc.
 */
export function glibcLacks(facts: Facts, tables: LibcTables): GlibcLacks {
  const never: string[] = [];
  const homes = new Map<string, string[]>();
  if (facts.libc !== "glibc" || hasGlibcVersions(facts) || !isForMusl(facts)) return { never, homes };

  for (const { name, weak } of unversioned(facts)) {
    const versions = weak ? undefined : tables.glibcVersions(machineOf(facts), name);
    if (versions === undefined) continue;

    const home = versions.at(-1)?.library;
    if (home === undefined) {
      if (tables.muslRange(name) !== undefined) never.push(name);
      continue;
    }

    if (home === "libc.so.6" || home.startsWith("ld") || isBroughtAlong(facts, home)) continue;
    const names = homes.get(home);
    if (names) names.push(name);
    else homes.set(home, [name]);
  }

  return { never, homes };
}
