import { STT } from "../../spec/constants.js";
import { ALPINE_LIBC, knownLoader } from "../../spec/known-loaders.js";
import type { Facts } from "../facts.js";
import { privateLoader } from "./private-loader.js";

/** The C libraries between which files cross. */
export type TwoLibcs = "glibc" | "musl";

/** A file that was built for one C library and runs, or is to run, with another. */
export interface Crossing {
  readonly from: TwoLibcs;
  readonly to: TwoLibcs;
  /** Why, for people. */
  readonly because: string;
  /** True where the file itself names the other library, false where only the target has it. */
  readonly already: boolean;
}

const GLIBC_VERSION = /^GLIBC_\d/;

/**
 * Does the file need versions of glibc? A file that GNU ld or lld linked against glibc's libc.so.6 always does, unless
 * it takes nothing from it.
 */
export const hasGlibcVersions = (facts: Facts): boolean =>
  facts.elf.versionNeeds.some((n) => n.versions.some((v) => GLIBC_VERSION.test(v.name)));

const isMuslName = (name: string): boolean => ALPINE_LIBC.test(name) || /^ld-musl-/.test(name);

/** The C library whose loader and library a file names: PT_INTERP first, then what it needs. */
export function namedLibc(facts: Facts): { readonly libc: string; readonly by: string } | null {
  const { interpreter, needed } = facts;
  const loader = interpreter === null ? undefined : knownLoader(interpreter);
  if (loader) return { libc: loader.libc, by: `its interpreter is ${interpreter!}` };

  const library = needed.find((name) => name === "libc.so.6" || isMuslName(name));
  if (library === undefined) return null;
  return { libc: library === "libc.so.6" ? "glibc" : "musl", by: `it needs ${library}` };
}

/** The C library that a file was compiled for, by what a change of PT_INTERP and DT_NEEDED leaves as it was. */
export function builtFor(facts: Facts): { readonly libc: TwoLibcs; readonly because: string } | null {
  const entry = facts.evidence.find((e) => e.about === "libc" && e.kind === "entry-code");
  if (entry && (entry.says === "musl" || entry.says === "glibc")) {
    return { libc: entry.says, because: `its start code is ${entry.says}'s` };
  }
  if (hasGlibcVersions(facts)) {
    return { libc: "glibc", because: "it asks for versions of glibc's symbols" };
  }

  const musl = facts.needed.find(isMuslName);
  if (musl !== undefined) return { libc: "musl", because: `it needs ${musl}` };
  if (facts.libc === "musl") return { libc: "musl", because: "it was built for musl" };

  if (facts.needed.includes("libc.so.6") && takesFunctions(facts)) {
    return { libc: "musl", because: "it needs libc.so.6, but no version of any of glibc's symbols" };
  }

  return null;
}

/** What every C program takes from its library. A linker would have recorded the versions of these names. */
const COMMON = /* @__PURE__ */ new Set([
  "free",
  "malloc",
  "memcpy",
  "memmove",
  "memset",
  "strlen",
  "memcmp",
  "abort",
  "__errno_location",
  "__libc_start_main",
  "__cxa_finalize",
  "printf",
  "puts",
  "write",
  "close",
]);

const takesFunctions = (facts: Facts): boolean =>
  facts.imports.some((i) => !i.weak && i.version === undefined && i.type !== STT.OBJECT && COMMON.has(i.name));

/** The crossing of a file that will not run with the C library it was built for; null for others, or where unknown. */
export function crossingOf(facts: Facts): Crossing | null {
  const built = builtFor(facts);
  const named = namedLibc(facts);
  if (!built) return null;

  const from = built.libc;
  const to = named?.libc;
  if (named && to !== from && (to === "glibc" || to === "musl")) {
    return { from, to, because: `${built.because}, and ${named.by}`, already: true };
  }

  const { target, linkage } = facts;
  const isStatic = linkage === "static" || linkage === "static-pie";
  if (target && target.libc !== from && !isStatic && privateLoader(facts) === null) {
    const because = `${built.because}, and the target ${target.name} has ${target.libc}`;
    return { from, to: target.libc, because, already: false };
  }

  return null;
}
