import { ELFOSABI } from "../../spec/constants.js";
import type { Evidence } from "../diagnosis.js";
import { evidenceOf } from "./evidence.js";
import { baseNameOf } from "./libc-names.js";
import type { DiagnosedSubject } from "../subject.js";

/**
 * Systems whose C library has no name in `Libc`. Their files must not pass for files of Linux: those of NetBSD
 * need `libc.so`, too.
 */
const OSABI: Readonly<Record<number, string>> = {
  [ELFOSABI.FREEBSD]: "FreeBSD",
  [ELFOSABI.NETBSD]: "NetBSD",
  [ELFOSABI.OPENBSD]: "OpenBSD",
  [ELFOSABI.SOLARIS]: "Solaris",
  [ELFOSABI.HPUX]: "HP-UX",
  [ELFOSABI.CUDA]: "CUDA",
};

const NOTE_OWNERS: readonly string[] = ["FreeBSD", "NetBSD", "OpenBSD", "DragonFly"];

const LOADERS: Readonly<Record<string, string>> = {
  "ld-elf.so.1": "FreeBSD",
  "ld.elf_so": "NetBSD",
  "ld.so": "OpenBSD",
  "ld-elf.so.2": "DragonFly",
};
const SOLARIS_LOADER = /^\/(usr\/)?lib\/(amd64\/|64\/|sparcv9\/)?ld\.so\.1$/;

const evidence = /* @__PURE__ */ evidenceOf("libc");

/** The file offset of EI_OSABI. */
const OSABI_OFFSET = 7;

/** What says that the file is for another system than Linux and Android. */
export function foreignEvidence({ elf, tolerant, interpreter, needed }: DiagnosedSubject): Evidence | undefined {
  const byAbi = OSABI[elf.header.osabi];
  if (byAbi) return evidence("system", byAbi, `EI_OSABI is that of ${byAbi}`, OSABI_OFFSET);

  const note = tolerant.part(() => elf.notes.find((n) => NOTE_OWNERS.includes(n.owner)));
  if (note) return evidence("system", note.owner, `a note of ${note.owner}`, note.offset);

  if (interpreter === null) return undefined;
  const system = LOADERS[baseNameOf(interpreter)] ?? (isSolaris(interpreter, needed) ? "Solaris" : undefined);
  // OpenBSD has none of glibc's libraries: somebody has renamed glibc's loader.
  if (system === "OpenBSD" && needed.includes("libc.so.6")) return undefined;
  return system ? evidence("system", system, `PT_INTERP is ${interpreter}`, null) : undefined;
}

/** glibc has a loader of the same name on PowerPC and MIPS, but its files need libc.so.6. */
const isSolaris = (interpreter: string, needed: readonly string[]): boolean =>
  SOLARIS_LOADER.test(interpreter) && (needed.includes("libc.so.1") || interpreter.startsWith("/usr/lib/"));
