import type { LibcTables } from "../../targets/target.js";
import type { Facts } from "../facts.js";
import { builtFor, hasGlibcVersions } from "./crossing.js";
import { machineOf, unversioned } from "./symbol-floor.js";

/** Was it built for musl? Also where it names glibc's loader and library since somebody changed the names in it. */
export const isForMusl = (f: Facts): boolean => f.libc === "musl" || builtFor(f)?.libc === "musl";

/** Libraries that define nothing of what musl's libc has. */
const PLAIN =
  /^(lib(c|m|pthread|dl|rt|util|resolv|gcc_s|stdc\+\+)\.so\.\d+|libc\.so|libc\.musl-[^.]+\.so\.1|ld[-\w]*\.so\.\d)$/;

/** Other libraries, or the program that loads it, may define what the C library lacks. */
export const mayHaveOthers = (f: Facts): boolean =>
  f.linkage === "plugin" || f.linkage === "shared-library" || f.needed.some((n) => !PLAIN.test(n));

/** Does something that it needs bring the library along? glibc's libstdc++ needs libm. */
export const isThere = (f: Facts, library: string): boolean =>
  f.needed.includes(library) || (library === "libm.so.6" && f.needed.includes("libstdc++.so.6"));

/**
 * What a file of musl with glibc's names takes that no release of glibc has, and what glibc has in libraries that the
 * file does not need.
 */
export interface Lacks {
  readonly never: readonly string[];
  readonly homes: ReadonlyMap<string, readonly string[]>;
}

/**
 * Empty for a file that was built for glibc, or that still has musl's names: nothing is said of a crossing that nobody
 * asks for.
 */
export function lacks(f: Facts, tables: LibcTables): Lacks {
  const never: string[] = [];
  const homes = new Map<string, string[]>();
  if (f.libc !== "glibc" || hasGlibcVersions(f) || !isForMusl(f)) return { never, homes };

  for (const { name, weak } of unversioned(f)) {
    const versions = weak ? undefined : tables.glibcVersions(machineOf(f), name);
    const home = versions?.at(-1)?.library;
    if (versions === undefined) continue;

    if (home === undefined) {
      if (tables.muslRange(name) !== undefined) never.push(name);
    } else if (home !== "libc.so.6" && !home.startsWith("ld") && !isThere(f, home) && !homes.get(home)?.push(name)) {
      homes.set(home, [name]);
    }
  }

  return { never, homes };
}
