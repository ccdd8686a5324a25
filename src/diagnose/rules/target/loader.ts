import { compareVersions } from "../../../spec/version-names.js";
import type { Target } from "../../../targets/target.js";
import type { Facts } from "../../facts.js";
import { hasRelr, isRelrMarked, RELR_SINCE } from "../../versions/symbol-floor.js";
import type { VersionUse } from "../../versions/version-uses.js";
import type { ComparingRule, TargetFound } from "./judge.js";
import { policyRule } from "./policy.js";
import { firstNames, systemOf } from "./text.js";

/** What the target's loader does not find, or does not understand. */
export const loaderRule: ComparingRule = {
  id: "target-loader",
  severity: "error",
  sentence: "The target's loader does not have a library that the file needs, or does not apply its relocations.",
  advice: "Build the file for the target's C library, without relocations that are newer than its loader.",
  *test(facts, target, uses) {
    yield* target.libc === "glibc" ? muslsLibc(facts, target) : glibcsOwn(facts);
    yield* packedRelocations(facts, target, uses);
  },
};

/** musl's libc by the names that files need it under. */
const MUSL_LIBC = /^(libc\.musl-[^.]+\.so\.1|libc\.so|ld-musl-[^.]+\.so\.1)$/;

/** glibc's libraries that musl's loader does not take for itself, as it does lib{c,pthread,rt,m,dl,util,xnet}.so.*. */
const GLIBC_ONLY: readonly string[] = [
  "ld64.so.1",
  "ld64.so.2",
  "ld.so.1",
  "libresolv.so.2",
  "libcrypt.so.1",
  "libnsl.so.1",
  "libanl.so.1",
  "libmvec.so.1",
  "libthread_db.so.1",
  "libBrokenLocale.so.1",
  "libc_malloc_debug.so.0",
];

const isMuslLibc = (name: string): boolean => MUSL_LIBC.test(name);
const isGlibcOnly = (name: string): boolean => GLIBC_ONLY.includes(name) || /^ld-linux.*$/.test(name);

/** The needed libraries whose names match. The rule "musl-libc-so" is about libraries that need `libc.so`. */
function neededAs({ needed, interpreter }: Facts, matches: (name: string) => boolean): string[] {
  const names = new Set(needed.filter(matches));
  return [...names].filter((name) => name !== "libc.so" || interpreter !== null);
}

const SCRIPT = ' (where glibc\'s development files are installed, libc.so is a linker script: "invalid ELF header")';

/** On glibc: musl's libc. */
function* muslsLibc(facts: Facts, target: Target): Generator<TargetFound> {
  const names = facts.libc === "musl" ? neededAs(facts, isMuslLibc) : [];
  if (names.length === 0) return;

  yield {
    names,
    message:
      `The file needs musl's libc as ${firstNames(names)}, which ${systemOf(target)} does not have` +
      (names.includes("libc.so") ? SCRIPT : ""),
    advice:
      "Build it for glibc. The name alone can be changed (replaceNeeded), " +
      "but then it meets another C library than it was built for.",
  };
}

/** On musl: libraries that only glibc has. */
function* glibcsOwn(facts: Facts): Generator<TargetFound> {
  const names = neededAs(facts, isGlibcOnly);
  if (names.length === 0) return;

  yield {
    names,
    message:
      `The file needs ${firstNames(names)}, which musl does not have, ` +
      "and does not take for itself as it does with libc.so.6 or libm.so.6",
    advice: "Build it for musl; what musl's libc has itself may be removed from the needed libraries (removeNeeded).",
  };
}

/** Packed relative relocations: a loader that does not see them leaves pointers as they are. */
function* packedRelocations(facts: Facts, target: Target, uses: readonly VersionUse[]): Generator<TargetFound> {
  if (!hasRelr(facts)) return;

  // The loader applies relocations after it has found all libraries with their versions and symbols.
  const shared = { names: ["DT_RELR"], before: policyRule.id };
  const marked = isRelrMarked(facts, uses);
  const since = RELR_SINCE[target.libc];

  if (compareVersions(target.version, since) < 0) {
    // Such a glibc refuses the file by its marker, which is a version that it does not have.
    if (marked && target.libc === "glibc") return;

    yield {
      ...shared,
      message:
        `The file has packed relative relocations (DT_RELR), which ${target.libc} applies since ${since} ` +
        `and ${systemOf(target)} does not see: its pointers would be wrong, and it would crash`,
      advice:
        "Link without them: `-Wl,-z,nopack-relative-relocs`, " +
        "or for lld and mold without `--pack-dyn-relocs=relr`.",
    };
    return;
  }

  if (target.libc !== "glibc" || marked || !uses.some((u) => u.family === "GLIBC")) return;
  yield {
    ...shared,
    message:
      "The file has packed relative relocations (DT_RELR) but does not need GLIBC_ABI_DT_RELR: " +
      'glibc refuses it with "DT_RELR without GLIBC_ABI_DT_RELR dependency"',
    advice:
      "Link with GNU ld's `-z pack-relative-relocs` or a newer lld or mold, " +
      "which ask for the version, or link without packed relocations.",
  };
}
