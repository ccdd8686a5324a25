/** The parts of a version's name. */
export interface VersionName {
  /** `GLIBC`, `GLIBCXX`, `CXXABI_TM`, `LIBPAM_EXTENSION`, `krb5`, …: numbers of one family can be compared. */
  readonly family: string;
  /** `2.34`, `1.1.0`, `3_MIT`. `PRIVATE` or `ABI_DT_RELR` where it is no number, empty for a bare word. */
  readonly version: string;
  /** Whether the version is a number, so that it is older or newer than others of its family. */
  readonly numeric: boolean;
}

const NUMBER = /^\d+$/;
const LAST_NUMBER = /^\d+[a-z]?$/;
const DOTTED = /^\d+(?:\.\d+)*(?:[a-z]+\d*)?$/;
const VENDOR = /^[A-Z]+$/;

/**
 * Splits a version's name. The linker has no rule for such names, they are strings. So these are the grammars that
 * libraries use: `GLIBC_2.34`, `OPENSSL_1_1_0`, `krb5_3_MIT`, and words like `GLIBC_PRIVATE` and `GLIBC_ABI_DT_RELR`.
 *
 * @example
 * parseVersionName("LIBPAM_EXTENSION_1.0") // { family: "LIBPAM_EXTENSION", version: "1.0", numeric: true }
 */
export function parseVersionName(name: string): VersionName {
  const parts = name.split("_");
  const last = parts.at(-1)!;
  const family = (behind: number) => parts.slice(0, -behind).join("_");

  // krb5_3_MIT
  const hasVendor = parts.length > 2 && VENDOR.test(last) && last !== "PRIVATE";
  if (hasVendor && NUMBER.test(parts.at(-2)!)) {
    return { family: family(2), version: `${parts.at(-2)}_${last}`, numeric: true };
  }

  // OPENSSL_1_1_0
  const count = numbersAtEnd(parts);
  if (count > 1 && count < parts.length) {
    return { family: family(count), version: parts.slice(-count).join("."), numeric: true };
  }

  // GLIBC_2.34
  if (parts.length > 1 && parts[0] !== "" && DOTTED.test(last)) {
    return { family: family(1), version: last, numeric: true };
  }

  return { family: parts[0]!, version: parts.slice(1).join("_"), numeric: false };
}

/** How many parts at the end are numbers. The last one may end in a letter. The first part of several never counts. */
function numbersAtEnd(parts: readonly string[]): number {
  if (!LAST_NUMBER.test(parts.at(-1)!)) return 0;

  let count = 1;
  while (count < parts.length - 1 && NUMBER.test(parts.at(-1 - count)!)) count++;
  return count;
}

/**
 * Compares two versions number by number: below zero where `a` is the older one. `2.4` is older than `2.17`, and `2.2`
 * than `2.2.5`.
 */
export function compareVersions(a: string, b: string): number {
  let atA = 0;
  let atB = 0;
  for (;;) {
    const numberA = numberAt(a, atA);
    const numberB = numberAt(b, atB);
    const difference = numberA.value - numberB.value;
    if (difference !== 0 || numberA.value < 0) return difference;

    atA = numberA.end;
    atB = numberB.end;
  }
}

/**
 * The number that begins here, and where the next one begins. Behind the last number the value is -1. A letter behind
 * the last number counts as one more number: 1.1.1d is newer than 1.1.1.
 */
function numberAt(version: string, at: number): { readonly value: number; readonly end: number } {
  let value = -1;
  let end = at;
  for (; end < version.length; end++) {
    const digit = version.charCodeAt(end) - 48;
    if (digit < 0 || digit > 9) break;
    value = Math.min(Math.max(value, 0) * 10 + digit, Number.MAX_SAFE_INTEGER);
  }

  if (value < 0) {
    const isLetter = at > 0 && end === version.length - 1 && /[a-z]/.test(version[end]!);
    return { value: isLetter ? version.charCodeAt(end) - 96 : -1, end: version.length };
  }

  const separator = version[end];
  return { value, end: separator === "." || separator === "_" ? end + 1 : end };
}

/** The newest of some versions. Undefined for none. */
export function newest(versions: Iterable<string>): string | undefined {
  let best: string | undefined;
  for (const version of versions) {
    if (best === undefined || compareVersions(version, best) > 0) best = version;
  }

  return best;
}
