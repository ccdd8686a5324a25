import type { Evidence, Language, Libc } from "../diagnosis.js";
import type { Comment } from "./comment.js";
import { evidenceOf, neededOffset } from "./evidence.js";
import type { FoundFingerprint, Runtime } from "./fingerprints.js";
import { isCxxName, isRustName } from "./mangling.js";
import type { DiagnosedSubject } from "../subject.js";

const evidence = /* @__PURE__ */ evidenceOf("language");

const RUST_LIBRARY = /^lib(std|rustc_driver)-[0-9a-f]{8,}\.so$/;
const CXX_LIBRARY = /^lib(std)?c\+\+(abi)?(_shared)?\.so/;
/** Libraries of other languages' runtimes. */
const OTHER_LIBRARIES: readonly (readonly [RegExp, string])[] = [
  [/^libgfortran\.so/, "fortran"],
  [/^libgnat-/, "ada"],
  [/^libg?phobos2?|^libdruntime/, "d"],
  [/^libHS/, "haskell"],
  [/^libswiftCore/, "swift"],
  [/^libobjc\.so/, "objective-c"],
];

/** Mangled names may be thousands of characters long. */
const shortened = (name: string): string => (name.length > 60 ? `${name.slice(0, 59)}…` : name);

/** What dynamic symbols and needed libraries say about the language. */
export interface LanguageNames {
  readonly evidence: readonly Evidence[];
  readonly exportsCxx: boolean;
  readonly needsCxx: boolean;
  readonly rust: boolean;
  /** Is there a library of another language's runtime? */
  readonly other: boolean;
}

export function languageNames(subject: DiagnosedSubject): LanguageNames {
  const { imports } = subject;
  const exported = subject.findExport((e) => isCxxName(e.name) || isRustName(e.name));
  const isRust = exported !== undefined && isRustName(exported.name);
  const importedCxx = imports.find((i) => !i.weak && (isCxxName(i.name) || i.name === "__gxx_personality_v0"));
  const importedRust = imports.find((i) => isRustName(i.name));

  const exportsCxx = symbolEvidence("c++", "exports", isRust ? undefined : exported);
  const exportsRust = symbolEvidence("rust", "exports", isRust ? exported : undefined);
  const importsCxx = symbolEvidence("c++", "imports", importedCxx);
  const importsRust = symbolEvidence("rust", "imports", importedRust);
  const needsCxx = libraryEvidence(subject, "c++", CXX_LIBRARY);
  const needsRust = libraryEvidence(subject, "rust", RUST_LIBRARY);
  const others = OTHER_LIBRARIES.flatMap(([pattern, says]) => libraryEvidence(subject, says, pattern));

  return {
    evidence: [exportsCxx, exportsRust, importsCxx, importsRust, needsCxx, needsRust, others].flat(),
    exportsCxx: exportsCxx.length > 0,
    needsCxx: importsCxx.length + needsCxx.length > 0,
    rust: exportsRust.length + importsRust.length + needsRust.length > 0,
    other: others.length > 0,
  };
}

/** What a symbol says; nothing where there is none. */
function symbolEvidence(
  says: string,
  verb: string,
  found?: { readonly name: string; readonly at: number },
): Evidence[] {
  return found ? [evidence("symbol", says, `${verb} ${shortened(found.name)}`, found.at)] : [];
}

/** What the first needed library of a pattern says. */
function libraryEvidence({ elf, needed }: DiagnosedSubject, says: string, pattern: RegExp): Evidence[] {
  const name = needed.find((n) => pattern.test(n));
  return name === undefined ? [] : [evidence("needed", says, `needs ${name}`, neededOffset(elf, name))];
}

/**
 * What std's code for backtraces imports. A file with libraries that imports none of them holds no Rust, so there is
 * nothing to search for.
 */
const UNWINDING: readonly string[] = [
  "_Unwind_Backtrace",
  "_Unwind_GetIP",
  "_Unwind_GetIPInfo",
  "dl_iterate_phdr",
  "_dl_find_object",
  "_Unwind_Find_FDE",
];

/** Do the names leave the language open? Then it is worth reading all constants. */
export function wantsFingerprints(
  { imports }: DiagnosedSubject,
  names: LanguageNames,
  comments: readonly Comment[],
): boolean {
  if (names.exportsCxx || names.other) return false;
  if (names.needsCxx) return comments.some(isRustc) || imports.some((i) => UNWINDING.includes(i.name));
  return !names.rust;
}

const isRustc = (c: Comment): boolean => c.text.startsWith("rustc version ");
const isC = (c: Comment): boolean => /^(GCC:|.*\bclang version )/.test(c.text);

interface JudgedFile {
  /** The C library that the file was found to use. */
  readonly libc: Libc;
  readonly isLibrary: boolean;
}

/** The language of the program: that of what it exports, of its start code, or of the one runtime that it has. */
export function diagnoseLanguage(
  names: LanguageNames,
  found: readonly FoundFingerprint[],
  comments: readonly Comment[],
  file: JudgedFile,
): { language: Language; evidence: Evidence[] } {
  const traces = found.flatMap(runtimeEvidence);
  const rustc = comments.find(isRustc);
  const gnu = comments.find(isC);
  const hints: Evidence[] = [];
  if (rustc) hints.push(evidence("comment", "rust", rustc.text, rustc.offset));
  if (gnu) hints.push(evidence("comment", "c", gnu.text, gnu.offset));

  return {
    language: languageOf(names, found, { rustc: rustc !== undefined, gnu: gnu !== undefined }, file),
    evidence: [...names.evidence, ...oncePerLanguage(traces), ...hints],
  };
}

/**
 * Rust programs hold C++ libraries (V8), and C++ programs Rust ones (librsvg). Where both runtimes are there, a program
 * is a Rust program only if it has Rust's start code.
 */
function languageOf(
  names: LanguageNames,
  found: readonly FoundFingerprint[],
  compilers: { readonly rustc: boolean; readonly gnu: boolean },
  file: JudgedFile,
): Language {
  const has = (runtime: Runtime) => found.some((f) => "runtime" in f.of && f.of.runtime === runtime);
  const isCxx = names.needsCxx || has("c++");
  const isRust = names.rust || has("rust") || compilers.rustc;

  if (isRust && has("rust-main")) return "rust";
  if (names.exportsCxx) return "c++";
  if (isRust && (!isCxx || file.isLibrary)) return "rust";
  if (isCxx) return "c++";
  if (names.other || OTHER_RUNTIMES.some(has)) return "unknown";
  return compilers.gnu || usesLibc(file.libc) ? "c" : "unknown";
}

/** Runtimes of languages that {@link Language} does not name. */
const OTHER_RUNTIMES: readonly Runtime[] = ["haskell", "ocaml", "fortran", "ada"];

const usesLibc = (libc: Libc): boolean => libc !== "none" && libc !== "unknown";

function runtimeEvidence({ of, what, offset }: FoundFingerprint): Evidence[] {
  if (!("runtime" in of)) return [];
  return [evidence("string", of.runtime === "rust-main" ? "rust" : of.runtime, what, offset)];
}

/** Several texts of one runtime say no more than the first. */
const oncePerLanguage = (list: readonly Evidence[]): Evidence[] =>
  list.filter((e, i) => list.findIndex((o) => o.says === e.says) === i);
