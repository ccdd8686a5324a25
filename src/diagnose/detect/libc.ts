import { viewOf } from "../../codec/bytes.js";
import type { ElfNote } from "../../image/elf.js";
import { ET, NT_GNU, PT } from "../../spec/constants.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { RECOGNITION } from "../../spec/machines/lists/recognition.js";
import type { Confidence, Libc } from "../diagnosis.js";
import { entryCode } from "./entry-code.js";
import { neededOffset } from "./evidence.js";
import { clue, type LibcClue } from "./libc-clue.js";
import { BIONIC_LIBRARIES, libraryLibc, loaderLibc, TELLING_IMPORTS } from "./libc-names.js";
import type { DiagnosedSubject } from "../subject.js";

/** The loader that PT_INTERP names. */
function interpreterClue({ elf, interpreter }: DiagnosedSubject): LibcClue[] {
  const libc = interpreter === null ? undefined : loaderLibc(interpreter);
  const at = elf.segments.find((s) => s.type === PT.INTERP)?.near("offset") ?? null;
  return libc ? [clue(libc, "certain", "interpreter", `PT_INTERP is ${interpreter}`, at)] : [];
}

/** The C library that a needed name means, and what says so beside the name. */
interface NeededLibc {
  readonly libc: Libc;
  readonly strength: Confidence;
  readonly why: string;
}

/** One clue for each C library that is needed by name. */
function neededClues(subject: DiagnosedSubject): LibcClue[] {
  const clues: LibcClue[] = [];
  for (const name of subject.needed) {
    const found = neededLibc(subject, name);
    if (!found || clues.some((c) => c.libc === found.libc)) continue;

    const { libc, strength, why } = found;
    clues.push(clue(libc, strength, "needed", `needs ${name}${why}`, neededOffset(subject.elf, name)));
  }
  return clues;
}

function neededLibc(subject: DiagnosedSubject, name: string): NeededLibc | undefined {
  const libc = libraryLibc(name);
  if (libc !== undefined) return { libc, strength: "certain", why: "" };
  return name === "libc.so" ? plainLibc(subject) : undefined;
}

/** musl's and bionic's C library are both called libc.so: what stands beside it tells them apart. */
function plainLibc({ elf, needed, imports }: DiagnosedSubject): NeededLibc {
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

/** glibc's own libraries. libgcc_s has versions of the same names: GLIBC_2.0 for unwinding. */
const GLIBC_LIBRARY =
  /^(lib(c|m|mvec|pthread|dl|rt|resolv|util|nsl|crypt|anl|thread_db|BrokenLocale|c_malloc_debug)|ld[-\w]*)[.-]/;

function versionClues({ elf }: DiagnosedSubject): LibcClue[] {
  const clues: LibcClue[] = [];
  for (const { file, versions } of elf.versionNeeds) {
    if (!GLIBC_LIBRARY.test(file)) continue;

    const version = versions.find((v) => v.name.startsWith("GLIBC_"));
    if (version) {
      clues.push(clue("glibc", "certain", "version-need", `needs version ${version.name} of ${file}`, version.at));
      break;
    }
  }

  const own = elf.versionDefinitions.find((d) => d.names[0]?.startsWith("GLIBC_"));
  if (own) clues.push(clue("glibc", "certain", "version-definition", `defines version ${own.names[0]}`, own.at));
  return clues;
}

/** Parts of a C library itself. musl's loader has no DT_SONAME. */
function ownClues({ elf, findExport }: DiagnosedSubject): LibcClue[] {
  const name = elf.soname;
  const libc = name === null ? undefined : libraryLibc(name);
  const hook = elf.linkage === "loader" ? findExport((e) => e.name === "_dlstart" || e.name === "__dls3") : undefined;

  const clues: LibcClue[] = [];
  if (libc) clues.push(clue(libc, "certain", "soname", `DT_SONAME is ${name}`, null));
  if (hook) clues.push(clue("musl", "certain", "symbol", `exports ${hook.name} of musl's loader`, hook.at));
  return clues;
}

function entryClue({ elf }: DiagnosedSubject): LibcClue[] {
  const found = entryCode(elf);
  if (!found || found.pattern.of === "go") return [];

  const { of, confidence } = found.pattern;
  return [clue(of, confidence, "entry-code", `the code at e_entry is that of ${of}'s start file`, found.offset)];
}

/** The start files of glibc leave the ABI tag, those of bionic and OpenHarmony their own notes. */
function noteClues({ elf }: DiagnosedSubject): LibcClue[] {
  const clues: LibcClue[] = [];
  for (const note of elf.notes) {
    const { owner, offset } = note;
    if (isLinuxAbiTag(note, elf.header.littleEndian)) {
      clues.push(clue("glibc", "likely", "abi-tag", "the GNU ABI tag of Linux, which glibc's start file has", offset));
    } else if (owner === "Android") {
      clues.push(clue("bionic", "certain", "android-note", "a note of Android's start file", offset));
    } else if (owner === "OHOS") {
      clues.push(clue("musl", "likely", "ohos-note", "a note of OpenHarmony, whose C library is musl", offset));
    }
  }

  // Several notes of one kind say no more than the first.
  return clues.filter((c, i) => clues.findIndex((o) => o.evidence.kind === c.evidence.kind) === i);
}

/** The first word of the ABI tag is the system: 0 for Linux. */
const isLinuxAbiTag = ({ owner, type, description }: ElfNote, littleEndian: boolean): boolean =>
  owner === "GNU" &&
  type === NT_GNU.ABI_TAG &&
  description.length >= 16 &&
  viewOf(description).getUint32(0, littleEndian) === 0;

/** The file offset of e_machine. */
const MACHINE_OFFSET = 18;

/** Code that has no C library below it. */
function noLibcClue({ elf }: DiagnosedSubject): LibcClue[] {
  const isObject = elf.header.type === ET.REL;
  const module = isObject ? elf.sections.find((s) => s.name === ".gnu.linkonce.this_module") : undefined;
  if (module) {
    return [clue("none", "certain", "kernel-module", "a module of the Linux kernel", module.header.near("offset"))];
  }

  const why = cardOf(RECOGNITION, elf.header.machine)?.noLibc ?? null;
  return why === null ? [] : [clue("none", "certain", "machine", why, MACHINE_OFFSET)];
}

/** All clues that need no search, the strongest kinds first. */
export function libcClues(subject: DiagnosedSubject): readonly LibcClue[] {
  const parts = subject.hasContents
    ? [noLibcClue, interpreterClue, neededClues, versionClues, ownClues, entryClue, noteClues]
    : [noLibcClue, noteClues];
  return parts.flatMap((part) => subject.tolerant.part(() => part(subject)) ?? []);
}
