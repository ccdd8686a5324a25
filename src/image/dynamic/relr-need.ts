import { DT } from "../../spec/dynamic.js";
import type { ElfFile } from "../elf.js";

/** The version of libc.so.6 that a file with DT_RELR needs: glibc has it, and applies DT_RELR, since 2.36. */
export const RELR_VERSION = "GLIBC_ABI_DT_RELR";

/** glibc's libc.so.6, which alpha and ia64 call libc.so.6.1, and Hurd libc.so.0.3. FreeBSD's is libc.so.7. */
const isGlibc = (name: string): boolean => /^libc\.so\.(6|0\.3)(\.|$)/.test(name);

/**
 * The C library whose {@link RELR_VERSION} is missing, so that ld.so refuses the file: "DT_RELR without
 * GLIBC_ABI_DT_RELR dependency". It wants it of files that have DT_RELR and version needs of whatever library, and
 * name the C library in DT_NEEDED (glibc 2.36, `elf/dl-version.c`). Undefined where all is well.
 *
 * @param needs the version needs, as the file has them or as edits want them
 */
export function missingRelrNeed(
  tags: readonly { readonly tag: number }[],
  needed: readonly (string | null)[],
  needs: readonly { readonly versions: readonly { readonly name: string }[] }[],
): string | undefined {
  const isAsked = needs.length > 0 && tags.some((e) => e.tag === DT.RELR);
  const isGiven = needs.some((n) => n.versions.some((v) => v.name === RELR_VERSION));
  return isAsked && !isGiven ? (needed.find((name) => name !== null && isGlibc(name)) ?? undefined) : undefined;
}

/** {@link missingRelrNeed} of a file as it is. */
export function relrNeedOf({ dynamic, needed, versionNeeds }: ElfFile): string | undefined {
  return dynamic ? missingRelrNeed(dynamic.entries, needed, versionNeeds) : undefined;
}
