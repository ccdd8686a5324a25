import { viewOf } from "../../codec/bytes.js";
import { ET, NT_GNU, PT } from "../../spec/constants.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { RECOGNITION } from "../../spec/machines/lists/recognition.js";
import type { Confidence, Evidence, Libc } from "../diagnosis.js";
import { entryCode } from "./entry-code.js";
import { evidenceOf, neededOffset } from "./evidence.js";
import type { FoundFingerprint } from "./fingerprints.js";
import { BIONIC_LIBRARIES, libraryLibc, loaderLibc, TELLING_IMPORTS } from "./libc-names.js";
import type { DiagnosedSubject } from "../subject.js";

const evidence = evidenceOf("libc");

/** Evidence of a C library, and how far it alone leads. */
interface Clue {
  readonly libc: Libc;
  readonly strength: Confidence;
  readonly evidence: Evidence;
}

const clue = (libc: Libc, strength: Confidence, kind: string, text: string, offset: number | null): Clue => ({
  libc,
  strength,
  evidence: evidence(kind, libc, text, offset),
});

/** Whose loader PT_INTERP names. */
function interpreterClue({ elf, interpreter }: DiagnosedSubject): Clue[] {
  const libc = interpreter === null ? undefined : loaderLibc(interpreter);
  const at = elf.segments.find((s) => s.type === PT.INTERP)?.near("offset") ?? null;
  return libc ? [clue(libc, "certain", "interpreter", `PT_INTERP is ${interpreter}`, at)] : [];
}

/** One clue for each C library that is needed by name. */
function neededClues(s: DiagnosedSubject): Clue[] {
  const out: Clue[] = [];
  for (const name of s.needed) {
    const found = libraryLibc(name) ?? (name === "libc.so" ? plainLibc(s) : undefined);
    const libc = typeof found === "object" ? found.libc : found;
    if (libc === undefined || out.some((c) => c.libc === libc)) continue;
    const { strength, why } = typeof found === "object" ? found : { strength: "certain" as const, why: "" };
    out.push(clue(libc, strength, "needed", `needs ${name}${why}`, neededOffset(s.elf, name)));
  }
  return out;
}

/** musl's and bionic's C library are both called libc.so: what stands beside it tells. */
function plainLibc({ elf, needed, imports }: DiagnosedSubject): { libc: Libc; strength: Confidence; why: string } {
  if (elf.notes.some((n) => n.owner === "Android")) {
    return { libc: "bionic", strength: "certain", why: ", with an Android note" };
  }
  if (elf.notes.some((n) => n.owner === "OHOS")) {
    return { libc: "musl", strength: "certain", why: ", with a note of OpenHarmony, whose C library is musl" };
  }

  const library = needed.find((n) => BIONIC_LIBRARIES.includes(n));
  if (library !== undefined) {
    return { libc: "bionic", strength: "certain", why: ` and ${library}, which musl does not have` };
  }
  if (elf.versionNeeds.some((n) => n.file === "libc.so" && n.versions.some((v) => v.name === "LIBC"))) {
    return { libc: "bionic", strength: "certain", why: " in version LIBC" };
  }

  const telling = imports.find((i) => TELLING_IMPORTS.has(i.name));
  if (telling) {
    return { libc: TELLING_IMPORTS.get(telling.name)!, strength: "certain", why: ` and imports ${telling.name}` };
  }

  return { libc: "musl", strength: "likely", why: ", as musl's is called" };
}

/** Libraries of glibc's own. libgcc_s has versions of these names, too: GLIBC_2.0 for unwinding. */
const GLIBC_LIBRARY =
  /^(lib(c|m|mvec|pthread|dl|rt|resolv|util|nsl|crypt|anl|thread_db|BrokenLocale|c_malloc_debug)|ld[-\w]*)[.-]/;

function versionClues({ elf }: DiagnosedSubject): Clue[] {
  const out: Clue[] = [];
  for (const n of elf.versionNeeds) {
    if (!GLIBC_LIBRARY.test(n.file)) continue;
    const v = n.versions.find((v) => v.name.startsWith("GLIBC_"));
    if (v && out.length === 0) {
      out.push(clue("glibc", "certain", "version-need", `needs version ${v.name} of ${n.file}`, v.at));
    }
  }

  const own = elf.versionDefinitions.find((d) => d.names[0]?.startsWith("GLIBC_"));
  if (own) out.push(clue("glibc", "certain", "version-definition", `defines version ${own.names[0]}`, own.at));
  return out;
}

/** Parts of a C library itself. musl's loader has no name. */
function ownClues({ elf, findExport }: DiagnosedSubject): Clue[] {
  const name = elf.soname;
  const libc = name === null ? undefined : libraryLibc(name);
  const hook = elf.linkage === "loader" ? findExport((e) => e.name === "_dlstart" || e.name === "__dls3") : undefined;
  return [
    ...(libc ? [clue(libc, "certain", "soname", `DT_SONAME is ${name}`, null)] : []),
    ...(hook ? [clue("musl", "certain", "symbol", `exports ${hook.name} of musl's loader`, hook.at)] : []),
  ];
}

function entryClue({ elf }: DiagnosedSubject): Clue[] {
  const found = entryCode(elf);
  if (!found || found.pattern.of === "go") return [];
  const { of, confidence } = found.pattern;
  return [clue(of, confidence, "entry-code", `the code at e_entry is that of ${of}'s start file`, found.offset)];
}

/** Start files of glibc leave the ABI tag, those of bionic and OpenHarmony their notes. */
function noteClues({ elf }: DiagnosedSubject): Clue[] {
  const out: Clue[] = [];
  for (const n of elf.notes) {
    if (
      n.owner === "GNU" &&
      n.type === NT_GNU.ABI_TAG &&
      n.description.length >= 16 &&
      viewOf(n.description).getUint32(0, elf.header.littleEndian) === 0
    ) {
      out.push(clue("glibc", "likely", "abi-tag", "the GNU ABI tag of Linux, which glibc's start file has", n.offset));
    } else if (n.owner === "Android") {
      out.push(clue("bionic", "certain", "android-note", "a note of Android's start file", n.offset));
    } else if (n.owner === "OHOS") {
      out.push(clue("musl", "likely", "ohos-note", "a note of OpenHarmony, whose C library is musl", n.offset));
    }
  }

  return out.filter((c, i) => out.findIndex((o) => o.evidence.kind === c.evidence.kind) === i);
}

/** Code that no C library carries. */
function noLibcClue({ elf }: DiagnosedSubject): Clue[] {
  const module =
    elf.header.type === ET.REL ? elf.sections.find((s) => s.name === ".gnu.linkonce.this_module") : undefined;
  if (module) {
    return [clue("none", "certain", "kernel-module", "a module of the Linux kernel", module.header.near("offset"))];
  }
  const why = cardOf(RECOGNITION, elf.header.machine)?.noLibc ?? null;
  return why === null ? [] : [clue("none", "certain", "machine", why, 18)];
}

/** All clues that need no search, the strongest kinds first. */
export function libcClues(s: DiagnosedSubject): readonly Clue[] {
  const parts = s.hasContents
    ? [noLibcClue, interpreterClue, neededClues, versionClues, ownClues, entryClue, noteClues]
    : [noLibcClue, noteClues];
  return parts.flatMap((part) => s.tolerant.part(() => part(s)) ?? []);
}

/**
 * Is the library still open, so that a search for its texts is worth it? Only for files that may hold one: programs
 * without libraries.
 */
export const wantsLibcFingerprints = ({ elf, needed }: DiagnosedSubject, clues: readonly Clue[]): boolean =>
  !clues.some((c) => c.strength === "certain") &&
  needed.length === 0 &&
  (elf.header.type === ET.EXEC || elf.header.type === ET.DYN) &&
  elf.header.entry !== 0n;

export function fingerprintClues(found: readonly FoundFingerprint[]): Clue[] {
  const libcs = found.flatMap((f) => ("libc" in f.of ? [{ libc: f.of.libc, ...f }] : []));
  return libcs.map(({ libc, what, offset }) =>
    clue(libc, libcs.every((o) => o.libc === libc) && libcs.length > 1 ? "likely" : "guess", "string", what, offset),
  );
}

const RANK: Readonly<Record<Confidence, number>> = { certain: 2, likely: 1, guess: 0 };

/**
 * The first clue decides, as the kinds are ranked. Others that agree can make it more certain; one that is certain of
 * another library makes it less. uClibc's start files are glibc's, so those two do not contradict each other.
 */
export function concludeLibc(clues: readonly Clue[]): { libc: Libc; confidence: Confidence; evidence: Evidence[] } {
  const [first] = clues;
  const all = clues.map((c) => c.evidence);
  if (!first) return { libc: "unknown", confidence: "guess", evidence: all };

  const agreeing = clues.filter((c) => c.libc === first.libc).map((c) => c.strength);
  const best = agreeing.reduce((a, b) => (RANK[b] > RANK[a] ? b : a));
  const disputed = clues.some(
    (c) =>
      c.libc !== first.libc &&
      c.strength === "certain" &&
      !(first.libc === "uclibc" && c.evidence.kind === "entry-code"),
  );

  return { libc: first.libc, confidence: disputed && best === "certain" ? "likely" : best, evidence: all };
}
