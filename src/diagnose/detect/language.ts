import type { Evidence, Language, Libc } from "../diagnosis.js";
import type { Comment } from "./comment.js";
import { evidenceOf, neededOffset } from "./evidence.js";
import type { FoundFingerprint, Runtime } from "./fingerprints.js";
import { isCxxName, isRustName } from "./mangling.js";
import type { DiagnosedSubject } from "../subject.js";

const evidence = evidenceOf("language");

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
const short = (name: string): string => (name.length > 60 ? `${name.slice(0, 59)}…` : name);

/** What dynamic symbols and needed libraries say of the language. */
export interface LanguageNames {
  readonly evidence: readonly Evidence[];
  readonly exportsCxx: boolean;
  readonly needsCxx: boolean;
  readonly rust: boolean;
  readonly other: boolean;
}

export function languageNames(s: DiagnosedSubject): LanguageNames {
  const out: Evidence[] = [];
  const library = (pattern: RegExp, says: string) => {
    const name = s.needed.find((n) => pattern.test(n));
    if (name !== undefined) out.push(evidence("needed", says, `needs ${name}`, neededOffset(s.elf, name)));
    return name !== undefined;
  };
  const symbol = (found: { readonly name: string; readonly at: number } | undefined, says: string, verb: string) => {
    if (found) out.push(evidence("symbol", says, `${verb} ${short(found.name)}`, found.at));
    return found !== undefined;
  };
  const exported = s.findExport((e) => isCxxName(e.name) || isRustName(e.name));
  const isRust = exported !== undefined && isRustName(exported.name);
  const exportsCxx = symbol(isRust ? undefined : exported, "c++", "exports");
  const exportsRust = symbol(isRust ? exported : undefined, "rust", "exports");
  const importsCxx = symbol(
    s.imports.find((i) => !i.weak && (isCxxName(i.name) || i.name === "__gxx_personality_v0")),
    "c++",
    "imports",
  );
  const importsRust = symbol(
    s.imports.find((i) => isRustName(i.name)),
    "rust",
    "imports",
  );
  const cxxLibrary = library(CXX_LIBRARY, "c++");
  const rustLibrary = library(RUST_LIBRARY, "rust");
  const other = OTHER_LIBRARIES.filter(([pattern, says]) => library(pattern, says)).length > 0;

  return {
    evidence: out,
    exportsCxx,
    needsCxx: importsCxx || cxxLibrary,
    rust: exportsRust || importsRust || rustLibrary,
    other,
  };
}

/**
 * What std's code for backtraces imports: a file with libraries that has none of them holds no Rust, so that nobody
 * need search it.
 */
const UNWINDING: readonly string[] = [
  "_Unwind_Backtrace",
  "_Unwind_GetIP",
  "_Unwind_GetIPInfo",
  "dl_iterate_phdr",
  "_dl_find_object",
  "_Unwind_Find_FDE",
];

/** Is the language still open after what names say? Reading all constants is worth it then. */
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

/**
 * The language of the program: of what it exports, of its start code, of the one runtime that it has. Rust programs
 * hold C++ libraries (V8) and C++ programs Rust ones (librsvg): where both runtimes are there, Rust's start code or its
 * lack decides for programs.
 */
export function diagnoseLanguage(
  names: LanguageNames,
  found: readonly FoundFingerprint[],
  comments: readonly Comment[],
  file: { readonly libc: Libc; readonly isLibrary: boolean },
): { language: Language; evidence: Evidence[] } {
  const runtime = (r: Runtime) => found.find((f) => "runtime" in f.of && f.of.runtime === r);
  const traces = found.flatMap((f) =>
    "runtime" in f.of
      ? [evidence("string", f.of.runtime === "rust-main" ? "rust" : f.of.runtime, f.what, f.offset)]
      : [],
  );
  const rustc = comments.find(isRustc);
  const gnu = comments.find(isC);
  const hints = [
    ...(rustc ? [evidence("comment", "rust", rustc.text, rustc.offset)] : []),
    ...(gnu ? [evidence("comment", "c", gnu.text, gnu.offset)] : []),
  ];
  const cxx = names.needsCxx || runtime("c++") !== undefined;
  const rust = names.rust || runtime("rust") !== undefined || rustc !== undefined;
  const main = runtime("rust-main") !== undefined && rust;
  const all = [...names.evidence, ...oncePerLanguage(traces), ...hints];
  const language = ((): Language => {
    if (main) return "rust";
    if (names.exportsCxx) return "c++";
    if (rust && (!cxx || file.isLibrary)) return "rust";
    if (cxx) return "c++";
    if (names.other || (["haskell", "ocaml", "fortran", "ada"] as const).some(runtime)) return "unknown";
    return gnu !== undefined || isCLibrary(file.libc) ? "c" : "unknown";
  })();

  return { language, evidence: all };
}

const isCLibrary = (libc: Libc): boolean => libc !== "none" && libc !== "unknown";

/** Several texts of one runtime say no more than the first. */
const oncePerLanguage = (list: readonly Evidence[]): Evidence[] =>
  list.filter((e, i) => list.findIndex((o) => o.says === e.says) === i);
