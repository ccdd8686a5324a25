import type { Linkage } from "../image/elf.js";

/** "none": the file uses no C library (pure Go, the kernel). "unknown": nothing in the file tells. */
export type Libc = "glibc" | "musl" | "bionic" | "uclibc" | "dietlibc" | "klibc" | "none" | "unknown";

/**
 * {@link Linkage} in finer steps. "interpreter-only" names a loader but needs no library (Go's `-buildmode=pie`).
 * "plugin" is a shared library that a host program loads and provides symbols for (a Node addon). "debug-file" has the
 * debug information of another file, and nothing that could be loaded.
 */
export type DiagnosedLinkage = Linkage | "interpreter-only" | "plugin" | "debug-file";

export type Language = "c" | "c++" | "rust" | "go" | "unknown";

export type Confidence = "certain" | "likely" | "guess";

/** What a conclusion rests on. */
export interface Evidence {
  readonly about: "libc" | "language" | "linkage" | "packer";
  /**
   * A stable name, for programs: `interpreter`, `needed`, `version-need`, `entry-code`, `abi-tag`, `android-note`,
   * `go-build-info`, `string`, `comment`, …
   */
  readonly kind: string;
  /** What it speaks for: `musl`. */
  readonly says: string;
  /** What was found, for people. */
  readonly text: string;
  /** File offset in bytes; null where the evidence is that something is absent. */
  readonly offset: number | null;
}

/** Go's build information (runtime/debug.BuildInfo). Stripped files have it, too. */
export interface GoDiagnosis {
  /** `go1.19.8`; null where only traces of Go were found. */
  readonly version: string | null;
  readonly path: string | null;
  readonly module: { readonly path: string; readonly version: string } | null;
  /** `CGO_ENABLED`, `GOARCH`, `-buildmode`, `vcs.revision`, … */
  readonly settings: Readonly<Record<string, string>>;
  readonly buildId: string | null;
  /** "pure": no C at all. "internal": linked by Go's own linker. "external": linked by the system's. */
  readonly cgo: "pure" | "internal" | "external" | "unknown";
  /** Whether the program really calls C library code; CGO_ENABLED=1 alone does not say so. */
  readonly usesLibc: boolean;
}

/** The strongest version that the file needs of one family, and why. */
export interface FloorEntry {
  /** `libc.so.6`; null where the need comes from a symbol that names no library. */
  readonly library: string | null;
  /** `GLIBC`, `GLIBCXX`, `CXXABI`, `GCC`, `MUSL`, … */
  readonly family: string;
  /** `2.34`. */
  readonly version: string;
  /** The symbols bound to it; empty where only the version itself is needed. */
  readonly symbols: readonly string[];
  /** All references are weak: the loader goes on without the version. */
  readonly weak: boolean;
  /** "version": .gnu.version_r says so. "symbols": the C libraries' tables say so of unversioned symbols. */
  readonly source: "version" | "symbols";
}

/**
 * "error": the file does not start, or does something wrong. "warning": that may happen on some systems, or the file is
 * unsafe. "note": worth knowing.
 */
export type DiagnosisSeverity = "error" | "warning" | "note";

/** A rule of `diagnose`: one thing to know about a binary. */
export interface DiagnosisRule {
  /** Stable id. */
  readonly id: string;
  /** The severity of most findings. A finding has another one where its case is worse or less bad than others. */
  readonly severity: DiagnosisSeverity;
  /** What the rule finds, in general. */
  readonly sentence: string;
  /** What to do about it, in general. A finding may have better advice of its own. */
  readonly advice: string;
}

/** One thing to know, with what to do about it. */
export interface DiagnosisFinding {
  /** The id of the {@link DiagnosisRule}. */
  readonly rule: string;
  readonly severity: DiagnosisSeverity;
  readonly message: string;
  readonly advice: string;
  /** The names that the finding is about: symbols, libraries, directories. */
  readonly names?: readonly string[];
}

/** What is known about a binary: plain JSON with a fixed order of keys. */
export interface Diagnosis {
  /** `EM_X86_64`. */
  readonly machine: string;
  readonly class: 32 | 64;
  readonly byteOrder: "little" | "big";
  /**
   * The system that the file is for: `FreeBSD`, `Android`; `none` for a kernel, a boot loader or firmware. Null for
   * Linux, and where nothing in the file names another one.
   */
  readonly system: string | null;
  readonly libc: Libc;
  readonly libcConfidence: Confidence;
  readonly linkage: DiagnosedLinkage;
  readonly language: Language;
  /** `upx`, or null. */
  readonly packer: string | null;
  readonly go: GoDiagnosis | null;
  /**
   * The highest version that the file needs of each family, without weak needs. Families are in lower case:
   * `{ glibc: "2.34", glibcxx: "3.4.30" }`.
   */
  readonly required: Readonly<Record<string, string>>;
  /** What the versions above rest on, strongest first within each family. */
  readonly floor: readonly FloorEntry[];
  /**
   * Ids of the distributions whose C library suffices, none for a file of another system; null without tables, or where
   * nobody can tell.
   */
  readonly distributions: readonly string[] | null;
  /**
   * `manylinux_2_17_x86_64`, `musllinux_1_1_x86_64`, `linux_x86_64`; null without tables, and where `distributions` is
   * empty for another system's sake, or a static file does not tell its system.
   */
  readonly wheelTag: string | null;
  readonly evidence: readonly Evidence[];
  readonly findings: readonly DiagnosisFinding[];
  /** Why something could not be read. */
  readonly problems: readonly string[];
}
