import { readExactly } from "../../codec/source.js";
import { toLatin1 } from "../../codec/bytes.js";
import type { ElfFile } from "../../image/elf.js";
import type { Libc } from "../diagnosis.js";
import { dataRanges, symbolNameRanges } from "./data-ranges.js";
import { isBuildInfo } from "./go-build-info.js";
import { GO_TABLE_MAGICS, isGoTable } from "./go-table.js";
import { isCxxName } from "./mangling.js";
import { type Needle, type SearchedRange, searchTexts } from "./text-search.js";

/** The runtimes of languages. More of them than {@link Language} names, so that their programs do not pass for C. */
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

const textAt = (elf: ElfFile, offset: number, length: number): string =>
  toLatin1(readExactly(elf.source, offset, Math.min(length, elf.source.size - offset), "a text"));

const RUST_PATH = /^\/rustc\/[0-9a-f]{40}[/\\]/;
const isRustPath = (elf: ElfFile, offset: number): boolean => RUST_PATH.test(textAt(elf, offset, 48));

/** The text found begins with the NUL byte in front of the name. */
function isCxxSymbol(elf: ElfFile, offset: number): boolean {
  const [name] = /^[^\0]*/.exec(textAt(elf, offset + 1, 1024))!;
  return isCxxName(name);
}

/** Texts in constants. Those of C libraries belong to functions that nearly every program has: printf, malloc. */
const DATA: readonly Fingerprint[] = /* @__PURE__ */ dataTexts();

function dataTexts(): Fingerprint[] {
  return [
    { of: { libc: "musl" }, text: "-0X+0X 0X-0x+0x 0x", what: "the prefixes of musl's printf" },
    { of: { libc: "musl" }, text: "No error information\0", what: "musl's strerror" },
    { of: { libc: "glibc" }, text: "glibc.malloc.check", what: "glibc's tunables" },
    { of: { libc: "glibc" }, text: "GLIBC_TUNABLES", what: "glibc's tunables" },
    { of: { runtime: "go" }, text: "\xff Go buildinf:", what: "Go's build information", holds: isBuildInfo },
    ...GO_TABLE_MAGICS.map(goTable),
    { of: { runtime: "rust" }, text: "/rustc/", what: "a source path of Rust's library", holds: isRustPath },
    { of: { runtime: "rust" }, text: "library/std/src/", what: "a source path of Rust's library" },
    { of: { runtime: "rust" }, text: "library/core/src/", what: "a source path of Rust's library" },
    { of: { runtime: "rust-main" }, text: "initialization or cleanup bug", what: "what Rust's start code says" },
    { of: { runtime: "c++" }, text: "N10__cxxabiv1", what: "type names of the C++ runtime" },
    { of: { runtime: "haskell" }, text: "GHCRTS", what: "the runtime of GHC" },
    { of: { runtime: "ocaml" }, text: "OCAMLRUNPARAM", what: "the runtime of OCaml" },
  ];
}

function goTable(magic: string): Fingerprint {
  return { of: { runtime: "go" }, text: magic, what: "Go's table of functions", holds: isGoTable };
}

/** Texts in the names of .symtab. */
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
  /** The runtimes that settle the language, so that the search may end. */
  readonly settles: readonly Runtime[];
}

/** The fingerprints of a file, read in pieces from its symbols' names and its constants; code is left alone. */
export function fingerprints(elf: ElfFile, wanted: Wanted): FoundFingerprint[] {
  const symbols = search(elf, SYMBOLS, symbolNameRanges(elf), wanted);
  if (!wanted.libc && symbols.some((f) => isOf(f, wanted.settles))) return symbols;
  return [...symbols, ...search(elf, DATA, dataRanges(elf), wanted)];
}

function search(
  elf: ElfFile,
  list: readonly Fingerprint[],
  ranges: readonly SearchedRange[],
  { libc, settles }: Wanted,
): FoundFingerprint[] {
  // Sections tell of Go, where there are any.
  const sought = list.filter((f) => (libc || !isLibc(f)) && (elf.sections.length === 0 || !isOf(f, ["go"])));
  const needles = sought.map(({ text, holds }): Needle =>
    holds ? { text, holds: (offset) => holds(elf, offset) } : { text },
  );
  const isSettled = (offsets: readonly (number | undefined)[]) =>
    !libc && offsets.some((offset, i) => offset !== undefined && isOf(sought[i]!, settles));

  const offsets = searchTexts(elf.source, ranges, needles, isSettled);
  return sought.flatMap(({ of, what, text }, i) =>
    offsets[i] === undefined ? [] : [{ of, what: what ?? text, offset: offsets[i] }],
  );
}
