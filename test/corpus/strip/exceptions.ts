/** What a comparison is about. A failure begins with one of these. */
export type Kind = "sections" | "symbols" | "size" | "refused";

export interface Exception {
  /** Matches the path of the file below the corpus. */
  readonly file: RegExp;
  /** The wishes that the exception holds for; all where absent. */
  readonly wishes?: readonly string[];
  readonly kind: Kind;
  readonly reason: string;
}

/**
 * Where our result differs from the other tool's on purpose: each file by name, with the reason. An exception that
 * nothing needs is reported, so that none outlives its reason.
 */
export const EXCEPTIONS: readonly Exception[] = [
  {
    file: /esbuild_(linux-mips64el|linux-s390x|freebsd-arm64|sunos-x64)/,
    kind: "size",
    reason:
      "Go's .shstrtab lies in the padding of the last PT_LOAD's pages or in that PT_LOAD; " +
      "GNU strip moves it, and cuts the file there",
  },
  {
    file: /guile-3\.0-libs/,
    kind: "size",
    reason: "llvm-strip writes one byte of .guile.arities.strtab and loses the rest; ours keeps it whole",
  },
  {
    file: /libxdp1_.*\.o$/,
    kind: "sections",
    reason:
      "the names of sections and symbols share .strtab: section names get .shstrtab, " +
      "as GNU strip does it for machines that it knows",
  },
  { file: /libxdp1_.*\.o$/, kind: "size", reason: "the added .shstrtab and its section header" },
  {
    file: /picolibc-xtensa.*strtold_l/,
    kind: "sections",
    reason: "no symbol stays; GNU strip drops the empty table, LLVM keeps it",
  },
  {
    file: /libgcc-12-dev-riscv64-cross.*crtbeginT\.o$/,
    wishes: ["--strip-unneeded"],
    kind: "symbols",
    reason: "mapping symbols stay",
  },
  {
    file: /libgcc-12-dev-riscv64-cross.*crtbeginT\.o$/,
    wishes: ["--strip-unneeded"],
    kind: "size",
    reason: "a mapping symbol and its name of 63 bytes",
  },
  {
    file: /watcher-freebsd-x64/,
    wishes: ["-g"],
    kind: "symbols",
    reason: "GNU strip makes undefined local symbols global; ours changes no symbol",
  },
  {
    file: /nice-linux-riscv64-gnu/,
    wishes: ["-R .comment"],
    kind: "size",
    reason: "PT_RISCV_ATTRIBUTES speaks of what stands behind .comment, and program headers stay as they are",
  },
  { file: /libc6-dbg/, kind: "refused", reason: "separate debug files: stripped they would be empty" },
];

export const exceptionFor = (file: string, wish: string, kind: string): Exception | undefined =>
  EXCEPTIONS.find((e) => e.file.test(file) && e.kind === kind && (e.wishes === undefined || e.wishes.includes(wish)));
