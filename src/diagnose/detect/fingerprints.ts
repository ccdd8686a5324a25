import { readExactly } from "../../codec/source.js";
import { toLatin1 } from "../../codec/bytes.js";
import type { ElfFile } from "../../image/elf.js";
import type { Libc } from "../diagnosis.js";
import { dataRanges, symbolNameRanges } from "./data-ranges.js";
import { isBuildInfo } from "./go-build-info.js";
import { GO_TABLE_MAGICS, isGoTable } from "./go-table.js";
import { isCxxName } from "./mangling.js";
import { type Needle, searchTexts } from "./text-search.js";

/** Runtimes other than those that {@link Language} names, so that their programs do not pass for C. */
export type Runtime = "go" | "rust" | "rust-main" | "c++" | "haskell" | "ocaml" | "fortran" | "ada";

/** A text that a C library or a language's runtime leaves in every program that it is linked into. */
interface Fingerprint {
  readonly of: { readonly libc: Libc } | { readonly runtime: Runtime };
  readonly text: string;
  /** For people; the text itself by default. */
  readonly what?: string;
  readonly holds?: (elf: ElfFile, offset: number) => boolean;
}

export interface FoundFingerprint {
  readonly of: Fingerprint["of"];
  readonly what: string;
  readonly offset: number;
}

const RUST_PATH = /^\/rustc\/[0-9a-f]{40}[/\\]/;
const textAt = (elf: ElfFile, offset: number, length: number): string =>
  toLatin1(readExactly(elf.source, offset, Math.min(length, elf.source.size - offset), "a text"));

const isCxxSymbol = (elf: ElfFile, at: number): boolean => isCxxName(/^[^\0]*/.exec(textAt(elf, at + 1, 1024))![0]);

/** In constants. The texts of C libraries are of functions that nearly every program has: printf, malloc. */
const DATA: readonly Fingerprint[] = [
  { of: { libc: "musl" }, text: "-0X+0X 0X-0x+0x 0x", what: "the prefixes of musl's printf" },
  { of: { libc: "musl" }, text: "No error information\0", what: "musl's strerror" },
  { of: { libc: "glibc" }, text: "glibc.malloc.check", what: "glibc's tunables" },
  { of: { libc: "glibc" }, text: "GLIBC_TUNABLES", what: "glibc's tunables" },
  { of: { runtime: "go" }, text: "\xff Go buildinf:", what: "Go's build information", holds: isBuildInfo },
  ...GO_TABLE_MAGICS.map((text): Fingerprint => ({
    of: { runtime: "go" },
    text,
    what: "Go's table of functions",
    holds: isGoTable,
  })),
  {
    of: { runtime: "rust" },
    text: "/rustc/",
    what: "a source path of Rust's library",
    holds: (elf, at) => RUST_PATH.test(textAt(elf, at, 48)),
  },
  { of: { runtime: "rust" }, text: "library/std/src/", what: "a source path of Rust's library" },
  { of: { runtime: "rust" }, text: "library/core/src/", what: "a source path of Rust's library" },
  { of: { runtime: "rust-main" }, text: "initialization or cleanup bug", what: "what Rust's start code says" },
  { of: { runtime: "c++" }, text: "N10__cxxabiv1", what: "type names of the C++ runtime" },
  { of: { runtime: "haskell" }, text: "GHCRTS", what: "the runtime of GHC" },
  { of: { runtime: "ocaml" }, text: "OCAMLRUNPARAM", what: "the runtime of OCaml" },
];

/** In the names of .symtab. */
const SYMBOLS: readonly Fingerprint[] = [
  { of: { libc: "glibc" }, text: "_IO_2_1_stdout_" },
  { of: { libc: "musl" }, text: "libc_start_main_stage2" },
  { of: { libc: "dietlibc" }, text: "__you_tried_to_link_a_dietlibc_object_against_glibc" },
  { of: { libc: "uclibc" }, text: "__uClibc_main" },
  { of: { runtime: "rust" }, text: "rust_eh_personality" },
  { of: { runtime: "rust-main" }, text: "lang_start" },
  { of: { runtime: "c++" }, text: "__gxx_personality_v0" },
  { of: { runtime: "c++" }, text: "\0_ZN", what: "a C++ symbol", holds: isCxxSymbol },
  { of: { runtime: "c++" }, text: "\0_ZSt", what: "a C++ symbol", holds: isCxxSymbol },
  { of: { runtime: "c++" }, text: "\0_ZTV", what: "a C++ symbol", holds: isCxxSymbol },
  { of: { runtime: "fortran" }, text: "_gfortran_set_args" },
  { of: { runtime: "ada" }, text: "__gnat_initialize" },
];

const isLibc = (f: { readonly of: Fingerprint["of"] }): boolean => "libc" in f.of;
const isOf = (f: { readonly of: Fingerprint["of"] }, runtimes: readonly Runtime[]): boolean =>
  "runtime" in f.of && runtimes.includes(f.of.runtime);

/** What a search is for. */
export interface Wanted {
  readonly libc: boolean;
  /** Those that settle the language, so that the search may end. */
  readonly settles: readonly Runtime[];
}

/** The fingerprints of a file, read in pieces from its constants and its symbols' names; code is left alone. */
export function fingerprints(elf: ElfFile, { libc, settles }: Wanted): FoundFingerprint[] {
  const search = (list: readonly Fingerprint[], ranges: ReturnType<typeof dataRanges>): FoundFingerprint[] => {
    // Sections tell of Go, where there are any.
    const wanted = list.filter((f) => (libc || !isLibc(f)) && (elf.sections.length === 0 || !isOf(f, ["go"])));
    const needles = wanted.map(({ text, holds }): Needle =>
      holds ? { text, holds: (at) => holds(elf, at) } : { text },
    );
    const found = searchTexts(
      elf.source,
      ranges,
      needles,
      (found) => !libc && found.some((at, i) => at !== undefined && isOf(wanted[i]!, settles)),
    );

    return wanted.flatMap(({ of, what, text }, i) =>
      found[i] === undefined ? [] : [{ of, what: what ?? text, offset: found[i] }],
    );
  };
  const symbols = search(SYMBOLS, symbolNameRanges(elf));
  return !libc && symbols.some((f) => isOf(f, settles)) ? symbols : [...symbols, ...search(DATA, dataRanges(elf))];
}
