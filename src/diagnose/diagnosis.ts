import type { Linkage } from "../image/elf.js";

/** "none": the file uses no C library (pure Go, the kernel); "unknown": nothing in it tells. */
export type Libc = "glibc" | "musl" | "bionic" | "uclibc" | "dietlibc" | "klibc" | "none" | "unknown";

/**
 * {@link Linkage}, told finer: "interpreter-only" names a loader but needs no library (Go's `-buildmode=pie`), "plugin"
 * is a shared library that a host program loads and provides symbols for (a Node addon).
 */
export type DiagnosedLinkage = Linkage | "interpreter-only" | "plugin";

export type Language = "c" | "c++" | "rust" | "go" | "unknown";

export type Confidence = "certain" | "likely" | "guess";

/** What a conclusion rests on. */
export interface Evidence {
  readonly about: "libc" | "language" | "linkage" | "packer";
  /**
   * Stable, for programs: `interpreter`, `needed`, `version-need`, `entry-code`, `abi-tag`, `android-note`,
   * `go-build-info`, `string`, `comment`, …
   */
  readonly kind: string;
  /** What it speaks for: `musl`. */
  readonly says: string;
  /** What was found, for people. */
  readonly text: string;
  /** File offset in bytes, or null where it is the lack of something. */
  readonly offset: number | null;
}

/** Go's build information (runtime/debug.BuildInfo), also of stripped files. */
export interface GoDiagnosis {
  /** `go1.19.8`; null where only traces of Go were found. */
  readonly version: string | null;
  readonly path: string | null;
  readonly module: { readonly path: string; readonly version: string } | null;
  /** `CGO_ENABLED`, `GOARCH`, `-buildmode`, `vcs.revision`, … */
  readonly settings: Readonly<Record<string, string>>;
  readonly buildId: string | null;
  /** "pure": no C at all; "internal": linked by Go's own linker, "external": by the system's. */
  readonly cgo: "pure" | "internal" | "external" | "unknown";
  /** Whether C library code is really called; CGO_ENABLED=1 alone does not say so. */
  readonly usesLibc: boolean;
}

/** The strongest version that is needed of one family, and why. */
export interface FloorEntry {
  /** `libc.so.6`; null where the need was derived from a symbol that names no library. */
  readonly library: string | null;
  /** `GLIBC`, `GLIBCXX`, `CXXABI`, `GCC`, `MUSL`, … */
  readonly family: string;
  /** `2.34`. */
  readonly version: string;
  /** The symbols bound to it; empty where only the version itself is needed. */
  readonly symbols: readonly string[];
  /** Nothing but weak references: the loader goes on without. */
  readonly weak: boolean;
  /** "version": .gnu.version_r says so; "symbols": derived from unversioned symbols by the C libraries' tables. */
  readonly source: "version" | "symbols";
}

/**
 * "error": it does not start, or does something wrong. "warning": it may, somewhere, or it is unsafe. "note": worth
 * knowing.
 */
export type DiagnosisSeverity = "error" | "warning" | "note";

/** A rule of `diagnose`: one thing to know of a binary. */
export interface DiagnosisRule {
  /** Stable id. */
  readonly id: string;
  /** Of most findings; where a case is worse or less bad than others, its finding has another one. */
  readonly severity: DiagnosisSeverity;
  /** What the rule finds, in general. */
  readonly sentence: string;
  /** What to do about it, in general; a finding may know better. */
  readonly advice: string;
}

/** One thing to know, with what to do about it. */
export interface DiagnosisFinding {
  /** The id of the {@link DiagnosisRule}. */
  readonly rule: string;
  readonly severity: DiagnosisSeverity;
  readonly message: string;
  readonly advice: string;
  /** Names it is about: symbols, libraries, directories. */
  readonly names?: readonly string[];
}

/** What is known of a binary. Plain JSON with a fixed order of keys. */
export interface Diagnosis {
  /** `EM_X86_64`. */
  readonly machine: string;
  readonly class: 32 | 64;
  readonly byteOrder: "little" | "big";
  readonly libc: Libc;
  readonly libcConfidence: Confidence;
  readonly linkage: DiagnosedLinkage;
  readonly language: Language;
  /** `upx`, or null. */
  readonly packer: string | null;
  readonly go: GoDiagnosis | null;
  /**
   * The highest version needed by family, in lower case: `{ glibc: "2.34", glibcxx: "3.4.30" }`. Weak needs do not
   * count.
   */
  readonly required: Readonly<Record<string, string>>;
  /** Strongest first within each family. */
  readonly floor: readonly FloorEntry[];
  /** Ids of distributions whose C library suffices; null without tables, or where it cannot be told. */
  readonly distributions: readonly string[] | null;
  /** `manylinux_2_17_x86_64`, `musllinux_1_1_x86_64`, `linux_x86_64`; null without tables. */
  readonly wheelTag: string | null;
  readonly evidence: readonly Evidence[];
  readonly findings: readonly DiagnosisFinding[];
  /** Why something could not be read. */
  readonly problems: readonly string[];
}
