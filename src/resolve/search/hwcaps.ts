/** The levels of the x86-64 psABI that glibc has subdirectories for, best first. */
const X86_64_LEVELS: readonly string[] = ["x86-64-v4", "x86-64-v3", "x86-64-v2"];
/** Those of the other ports, best first (glibc's sysdeps, dl-hwcaps-subdirs.c). */
const POWER_LEVELS: readonly string[] = ["power10", "power9"];
const S390_LEVELS: readonly string[] = ["z16", "z15", "z14", "z13"];

/** The subdirectories of `glibc-hwcaps`, best first: a level stands for the lower ones too. */
export function hwcapsNames(hwcaps: string | readonly string[] | undefined): readonly string[] {
  if (typeof hwcaps !== "string") return hwcaps ?? [];
  for (const levels of [X86_64_LEVELS, POWER_LEVELS, S390_LEVELS]) {
    if (levels.includes(hwcaps)) return levels.slice(levels.indexOf(hwcaps));
  }
  return [hwcaps];
}

/** More names would make more directories than anybody wants to look at. */
const MOST_LEGACY = 6;

/**
 * The subdirectories that glibc before 2.37 tries: `tls` and each choice of the names, in their order, those with more
 * of the first ones first.
 */
export function legacyDirectories(names: readonly string[]): string[] {
  const all = ["tls", ...names.slice(0, MOST_LEGACY)];
  const out: string[] = [];
  for (let mask = (1 << all.length) - 1; mask > 0; mask--) {
    out.push(all.filter((_, i) => mask & (1 << (all.length - 1 - i))).join("/"));
  }
  return [...new Set(out)];
}
