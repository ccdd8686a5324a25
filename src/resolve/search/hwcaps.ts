/** The levels of the x86-64 psABI for which glibc has subdirectories, best first. */
const X86_64_LEVELS: readonly string[] = ["x86-64-v4", "x86-64-v3", "x86-64-v2"];
/** The levels of other ports, best first (glibc's sysdeps, dl-hwcaps-subdirs.c). */
const POWER_LEVELS: readonly string[] = ["power10", "power9"];
const S390_LEVELS: readonly string[] = ["z16", "z15", "z14", "z13"];

/** The subdirectories of `glibc-hwcaps`, best first. A level that stands alone means the lower ones too. */
export function hwcapsNames(hwcaps: string | readonly string[] | undefined): readonly string[] {
  if (typeof hwcaps !== "string") return hwcaps ?? [];
  for (const levels of [X86_64_LEVELS, POWER_LEVELS, S390_LEVELS]) {
    if (levels.includes(hwcaps)) return levels.slice(levels.indexOf(hwcaps));
  }
  return [hwcaps];
}

/** More names would make too many directories to look at. */
const MOST_LEGACY = 6;

/**
 * The subdirectories that glibc before 2.37 tries: every choice of `tls` and the names, in their order. Choices with
 * the first names come first.
 */
export function legacyDirectories(names: readonly string[]): string[] {
  const all = ["tls", ...names.slice(0, MOST_LEGACY)];
  const highest = all.length - 1;
  const out: string[] = [];
  for (let mask = (1 << all.length) - 1; mask > 0; mask--) {
    const chosen = all.filter((_, i) => mask & (1 << (highest - i)));
    out.push(chosen.join("/"));
  }
  return [...new Set(out)];
}
