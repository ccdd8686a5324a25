/** A version's name, taken apart. */
export interface VersionName {
  /** `GLIBC`, `GLIBCXX`, `CXXABI_TM`, `LIBPAM_EXTENSION`, `krb5`, …: what its number can be compared with. */
  readonly family: string;
  /** `2.34`, `1.1.0`, `3_MIT`; `PRIVATE` or `ABI_DT_RELR` where it is no number, and empty for a bare word. */
  readonly version: string;
  /** Whether the version is a number, so that others of its family are older or newer. */
  readonly numeric: boolean;
}

const NUMBER = /^\d+$/, LAST_NUMBER = /^\d+[a-z]?$/, DOTTED = /^\d+(?:\.\d+)*(?:[a-z]+\d*)?$/, VENDOR = /^[A-Z]+$/;

/**
 * Takes a version's name apart. There is no rule for such names but the linker's that they are strings, so these are
 * the grammars that libraries use: `GLIBC_2.34`, `OPENSSL_1_1_0`, `krb5_3_MIT`, and words like `GLIBC_PRIVATE` and
 * `GLIBC_ABI_DT_RELR`.
 *
 * @example
 * parseVersionName("LIBPAM_EXTENSION_1.0") // { family: "LIBPAM_EXTENSION", version: "1.0", numeric: true }
 */
export function parseVersionName(name: string): VersionName {
  const parts = name.split("_"), last = parts.at(-1)!, family = (behind: number) => parts.slice(0, -behind).join("_");
  if (parts.length > 2 && VENDOR.test(last) && last !== "PRIVATE" && NUMBER.test(parts.at(-2)!)) return { family: family(2), version: `${parts.at(-2)}_${last}`, numeric: true };
  let numbers = LAST_NUMBER.test(last) ? 1 : 0;
  while (numbers > 0 && numbers < parts.length - 1 && NUMBER.test(parts.at(-1 - numbers)!)) numbers++;
  if (numbers > 1 && numbers < parts.length) return { family: family(numbers), version: parts.slice(-numbers).join("."), numeric: true };
  if (parts.length > 1 && parts[0] !== "" && DOTTED.test(last)) return { family: family(1), version: last, numeric: true };
  return { family: parts[0]!, version: parts.slice(1).join("_"), numeric: false };
}

/**
 * Compares two versions number by number: below zero where `a` is the older one. `2.4` is older than `2.17`, and `2.2`
 * than `2.2.5`.
 */
export function compareVersions(a: string, b: string): number {
  for (let i = 0, j = 0; ; ) {
    const x = partAt(a, i), y = partAt(b, j), d = x.value - y.value;
    if (d !== 0 || x.value < 0) return d;
    i = x.end;
    j = y.end;
  }
}

/**
 * The number that begins here, and where the next one does; -1 behind the last. A letter behind the last number counts
 * as one more: 1.1.1d is newer than 1.1.1.
 */
function partAt(version: string, at: number): { readonly value: number; readonly end: number } {
  let value = -1, i = at;
  for (; i < version.length; i++) {
    const c = version.charCodeAt(i) - 48;
    if (c < 0 || c > 9) break;
    value = Math.min(Math.max(value, 0) * 10 + c, Number.MAX_SAFE_INTEGER);
  }
  if (value < 0) return { value: at > 0 && i === version.length - 1 && /[a-z]/.test(version[i]!) ? version.charCodeAt(i) - 96 : -1, end: version.length };
  const separator = version[i];
  return { value, end: separator === "." || separator === "_" ? i + 1 : i };
}

/** The newest of some versions, or undefined of none. */
export const newest = (versions: Iterable<string>): string | undefined => {
  let best: string | undefined;
  for (const v of versions) if (best === undefined || compareVersions(v, best) > 0) best = v;
  return best;
};
