import { STT } from "../../spec/constants.js";
import { ALPINE_LIBC, knownLoader } from "../../spec/known-loaders.js";
import type { Facts } from "../facts.js";

export type TwoLibcs = "glibc" | "musl";

/** A file that was built for one C library and runs, or is to run, with another. */
export interface Crossing {
  readonly from: TwoLibcs;
  readonly to: TwoLibcs;
  /** What says so, for people. */
  readonly because: string;
  /** The file itself names the other library; else only the target has it. */
  readonly already: boolean;
}

const GLIBC_VERSION = /^GLIBC_\d/;

/**
 * Does it need versions of glibc? What GNU ld and lld link against glibc's libc.so.6 always does, unless it takes
 * nothing from it.
 */
export const hasGlibcVersions = (f: Facts): boolean =>
  f.elf.versionNeeds.some((n) => n.versions.some((v) => GLIBC_VERSION.test(v.name)));

const isMuslName = (name: string): boolean => ALPINE_LIBC.test(name) || /^ld-musl-/.test(name);

/** The C library whose loader and library a file names: PT_INTERP first, then what it needs. */
export function namedLibc(f: Facts): { readonly libc: string; readonly by: string } | null {
  const { interpreter, needed } = f;
  const loader = interpreter === null ? undefined : knownLoader(interpreter);
  if (loader) return { libc: loader.libc, by: `its interpreter is ${interpreter!}` };
  const libc = needed.find((n) => n === "libc.so.6" || isMuslName(n));
  return libc === undefined ? null : { libc: libc === "libc.so.6" ? "glibc" : "musl", by: `it needs ${libc}` };
}

/** The C library that it was compiled for, by what a change of PT_INTERP and DT_NEEDED leaves as it was. */
export function builtFor(f: Facts): { readonly libc: TwoLibcs; readonly because: string } | null {
  const entry = f.evidence.find((e) => e.about === "libc" && e.kind === "entry-code");
  if (entry && (entry.says === "musl" || entry.says === "glibc")) {
    return { libc: entry.says, because: `its start code is ${entry.says}'s` };
  }
  if (hasGlibcVersions(f)) return { libc: "glibc", because: "it asks for versions of glibc's symbols" };

  const musl = f.needed.find(isMuslName);
  if (musl !== undefined) return { libc: "musl", because: `it needs ${musl}` };
  if (f.libc === "musl") return { libc: "musl", because: "it was built for musl" };
  if (f.needed.includes("libc.so.6") && takesFunctions(f)) {
    return { libc: "musl", because: "it needs libc.so.6, but no version of any of glibc's symbols" };
  }

  return null;
}

/** What every C program takes of its library: names whose version a linker would have recorded. */
const COMMON = new Set([
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

const takesFunctions = (f: Facts): boolean =>
  f.imports.some((i) => !i.weak && i.version === undefined && i.type !== STT.OBJECT && COMMON.has(i.name));

/** Where the C library of the build is not the one that it will run with; null where it is, or nobody knows. */
export function crossing(f: Facts): Crossing | null {
  const from = builtFor(f);
  const named = namedLibc(f);
  if (!from) return null;
  if (named && named.libc !== from.libc && (named.libc === "glibc" || named.libc === "musl")) {
    return { from: from.libc, to: named.libc, because: `${from.because}, and ${named.by}`, already: true };
  }
  if (f.target && f.target.libc !== from.libc && f.linkage !== "static" && f.linkage !== "static-pie") {
    return {
      from: from.libc,
      to: f.target.libc,
      because: `${from.because}, and the target ${f.target.name} has ${f.target.libc}`,
      already: false,
    };
  }

  return null;
}
