/**
 * What files are judged against. The types are here and cost nothing. The subpath `elfwright/targets`, which the main
 * entry never loads, makes the values that carry tables.
 */

/** One version of a symbol that a glibc library has. */
export interface GlibcVersion {
  /** `libc.so.6`; the library that has it in the newest release in which this version exists. */
  readonly library: string;
  /** Without prefix: `2.34`. */
  readonly version: string;
}

/** Which symbols C libraries have, by machine (EM_*) and class, from their own tables. */
export interface LibcTables {
  /**
   * All versions of a symbol in glibc on this machine, oldest first; empty for none. Undefined where the tables do not
   * cover the machine.
   */
  glibcVersions(machine: Machine, symbol: string): readonly GlibcVersion[] | undefined;
  /**
   * The library that has the symbol in a release of glibc (`2.17`): libpthread.so.0 before 2.34, libc.so.6 from then
   * on. Undefined for none.
   */
  glibcHome(machine: Machine, symbol: string, release: string): string | undefined;
  /** The first release of musl that has the symbol, and the last one if it is gone. Undefined for none. */
  muslRange(symbol: string): MuslRange | undefined;
  /**
   * What an unversioned reference to the symbol binds to, if that is other code than the default version's. Undefined
   * where both are the same, or nothing is known about the machine.
   */
  oldestBinding(machine: Machine, symbol: string): OldestBinding | undefined;
  /** Distributions with their C library, best known first. */
  readonly distributions: readonly Distribution[];
  /** The manylinux and musllinux policies of a machine, most compatible first. */
  policies(machine: Machine): readonly WheelPolicy[];
}

/** The tables of `elfwright/targets`, which know more than {@link LibcTables} asks for. */
export interface BuiltInTables extends LibcTables {
  /**
   * The default version of a symbol in a release of glibc: what a linker binds to. Null where all versions are for old
   * files only. Undefined where the release has none, or nothing is known about the machine.
   */
  glibcDefault(machine: Machine, symbol: string, release: string): GlibcVersion | null | undefined;
  /** Whether it is a variable in glibc, not a function. */
  isData(symbol: string): boolean;
  /** The newest releases that the tables know. */
  readonly newest: { readonly glibc: string; readonly musl: string };
  /** The releases of musl that the tables were read from, oldest first. */
  readonly muslReleases: readonly string[];
  /** Where the tables come from, and when they were read. */
  readonly sources: readonly TableSource[];
}

export interface TableSource {
  readonly table: "glibc" | "musl" | "bindings" | "policies" | "distributions";
  readonly source: string;
  /** When it was read: `2026-11`. */
  readonly date: string;
}

export interface MuslRange {
  /** The first release that has the symbol, among those that were read. */
  readonly first: string;
  /** The last release that has it; null if the newest still does. */
  readonly last: string | null;
  /** The loader still binds the name after `last`: since 1.2.4 it takes `open64` for `open`. */
  readonly stillBinds?: boolean;
}

/**
 * A machine as tables tell them apart: `EM_MIPS` and `EM_RISCV` exist in both classes, `EM_X86_64` in class 32 is x32.
 */
export interface Machine {
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
}

export interface OldestBinding {
  readonly library: string;
  readonly oldest: string;
  /** The oldest version with the default's code: older releases have only the other code. `default` if left out. */
  readonly since?: string;
  readonly default: string;
}

export interface Distribution {
  /** `centos7`: for programs. */
  readonly id: string;
  /** `CentOS 7`: for people. */
  readonly name: string;
  readonly libc: "glibc" | "musl";
  /** The version of the C library. */
  readonly version: string;
}

export interface WheelPolicy {
  /** `manylinux_2_17`. */
  readonly name: string;
  /** Older names: `manylinux2014`. */
  readonly aliases?: readonly string[];
  readonly libc: "glibc" | "musl";
  /** Allowed versions by family: `GLIBC`, `GLIBCXX`, `CXXABI`, `GCC`, `ZLIB`, … */
  readonly versions: Readonly<Record<string, readonly string[]>>;
  readonly libraries: readonly string[];
  /** Symbols that the file must not take from a library. */
  readonly blacklist: Readonly<Record<string, readonly string[]>>;
}

/** A system that a file is to run on. */
export interface Target {
  /** As the caller wrote it: `centos7`, `glibc:2.17`, `musl:1.2.4`. */
  readonly name: string;
  readonly libc: "glibc" | "musl";
  /** `2.17`. */
  readonly version: string;
  /** Null for the file's own machine. */
  readonly machine: Machine | null;
  readonly tables: LibcTables;
  /** The wheel policy that it stands for: `manylinux_2_17`. */
  readonly policy?: string;
}
