import { hex } from "../../error.js";
import type { ElfFile, Segment } from "../../image/elf.js";
import { contentsOfKind } from "../../image/notes/note-contents.js";
import { ELFOSABI, PT } from "../../spec/constants.js";
import { SMALLEST_PAGE } from "../../spec/machines.js";
import type { DiagnosedLinkage, Diagnosis, Evidence, Libc } from "../diagnosis.js";
import { evidenceOf, neededOffset } from "./evidence.js";
import type { GoTraces } from "./go.js";
import { baseNameOf } from "./libc-names.js";
import type { DiagnosedSubject } from "../subject.js";

/** The "system" of kernels, boot loaders and firmware. */
export const NO_SYSTEM = "none";

const ANDROID = "Android";
const OPEN_HARMONY = "OpenHarmony";

/**
 * Systems whose C library has no name in `Libc`. Their files must not pass for files of Linux: those of NetBSD
 * need `libc.so`, too.
 */
const OSABI: Readonly<Record<number, string>> = {
  [ELFOSABI.HPUX]: "HP-UX",
  [ELFOSABI.NETBSD]: "NetBSD",
  [ELFOSABI.SOLARIS]: "Solaris",
  [ELFOSABI.AIX]: "AIX",
  [ELFOSABI.IRIX]: "IRIX",
  [ELFOSABI.FREEBSD]: "FreeBSD",
  [ELFOSABI.TRU64]: "Tru64",
  [ELFOSABI.OPENBSD]: "OpenBSD",
  [ELFOSABI.OPENVMS]: "OpenVMS",
  [ELFOSABI.NSK]: "NonStop",
  [ELFOSABI.AROS]: "AROS",
  [ELFOSABI.FENIXOS]: "FenixOS",
  [ELFOSABI.CLOUDABI]: "CloudABI",
  [ELFOSABI.OPENVOS]: "OpenVOS",
  [ELFOSABI.CUDA]: "CUDA",
  [ELFOSABI.STANDALONE]: NO_SYSTEM,
};

const NOTE_OWNERS: readonly string[] = ["FreeBSD", "NetBSD", "OpenBSD", "DragonFly", "QNX"];

const LOADERS: Readonly<Record<string, string>> = {
  "ld-elf.so.1": "FreeBSD",
  "ld.elf_so": "NetBSD",
  "ld.so": "OpenBSD",
  "ld-elf.so.2": "DragonFly",
  "ldqnx.so.2": "QNX",
  "ldqnx-64.so.2": "QNX",
  "Loader.so": "SerenityOS",
};
const SOLARIS_LOADER = /^\/(usr\/)?lib\/(amd64\/|64\/|sparcv9\/)?ld\.so\.1$/;

/** C libraries by names that Linux does not have. Alpha and IA-64 have libc.so.6.1. */
const LIBRARIES: readonly (readonly [RegExp, string])[] = [
  [/^libc\.so\.7$/, "FreeBSD"],
  [/^libc\.so\.8$/, "DragonFly"],
  [/^libc\.so\.12$/, "NetBSD"],
  [/^libc\.so\.(?!6\.1$)\d+\.\d+$/, "OpenBSD"],
  [/^libroot\.so$/, "Haiku"],
  [/\.c32$/, "SYSLINUX"],
];

const evidence = /* @__PURE__ */ evidenceOf("libc");

/** The name in a file may be `constructor`. */
const named = (names: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(names, name) ? names[name] : undefined;

/** The file offset of EI_OSABI. */
const OSABI_OFFSET = 7;

/** What says that the file is for another system than Linux and Android. */
export function foreignEvidence(subject: DiagnosedSubject): Evidence | undefined {
  const { elf, tolerant, interpreter, needed } = subject;
  const byAbi = OSABI[elf.header.osabi];
  if (byAbi) return evidence("system", byAbi, `EI_OSABI is that of ${byAbi}`, OSABI_OFFSET);

  const note = tolerant.part(() => elf.notes.find((n) => NOTE_OWNERS.includes(n.owner)));
  if (note) return evidence("system", note.owner, `a note of ${note.owner}`, note.offset);

  for (const { os, offset } of tolerant.part(() => abiTags(elf)) ?? []) {
    if (os !== "Linux") return evidence("system", os, `the GNU ABI tag of ${os}`, offset);
  }

  for (const [pattern, system] of LIBRARIES) {
    const name = needed.find((n) => pattern.test(n));
    if (name !== undefined) return evidence("system", system, `needs ${name}`, neededOffset(elf, name));
  }

  if (interpreter === null) return undefined;
  const system = named(LOADERS, baseNameOf(interpreter)) ?? (isSolaris(interpreter, needed) ? "Solaris" : undefined);
  // OpenBSD has none of glibc's libraries: somebody has renamed glibc's loader.
  if (system === "OpenBSD" && needed.includes("libc.so.6")) return undefined;
  return system ? evidence("system", system, `PT_INTERP is ${interpreter}`, null) : undefined;
}

const abiTags = (elf: ElfFile): { os: string; offset: number }[] =>
  elf.notes.flatMap((note) => {
    const [tag] = contentsOfKind([note], elf.header, "abi-tag");
    return tag ? [{ os: tag.os, offset: note.offset }] : [];
  });

/** glibc has a loader /lib/ld.so.1 on PowerPC and MIPS, but its files need libc.so.6. */
const isSolaris = (interpreter: string, needed: readonly string[]): boolean =>
  SOLARIS_LOADER.test(interpreter) && (needed.includes("libc.so.1") || interpreter !== "/lib/ld.so.1");

/** Go's names of systems, where they are not the names in small letters. */
const GOOS: Readonly<Record<string, string>> = {
  aix: "AIX",
  android: ANDROID,
  dragonfly: "DragonFly",
  freebsd: "FreeBSD",
  illumos: "Solaris",
  netbsd: "NetBSD",
  openbsd: "OpenBSD",
  solaris: "Solaris",
};

/** What a Go program says of the system that it was built for. */
export function goSystemEvidence({ info }: GoTraces): Evidence | undefined {
  const goos = info?.settings["GOOS"];
  if (info === null || goos === undefined || goos === "linux" || !/^[a-z0-9]{1,16}$/.test(goos)) return undefined;
  return evidence("system", named(GOOS, goos) ?? goos, `Go's build information says GOOS=${goos}`, info.offset);
}

/** Where a 32-bit kernel begins, with the usual 3 GiB for programs. */
const KERNEL_32 = 0xc0000000n;
/** The upper half of the addresses of 64 bits is the kernel's on all machines. */
const KERNEL_64 = 1n << 63n;

/** Linkages of what a kernel may start, with or without a system below it. */
const STARTED: readonly DiagnosedLinkage[] = ["static", "static-pie", "loader"];

/**
 * What says that no system starts the file: a kernel, a boot loader, firmware. Only for files that nothing else tells
 * of, since a broken file of a system may look alike.
 */
export function unhostedEvidence({ elf, tolerant }: DiagnosedSubject, linkage: DiagnosedLinkage): Evidence | undefined {
  if (!STARTED.includes(linkage)) return undefined;
  return (
    tolerant.part(() => {
      for (const [index, s] of elf.segments.entries()) {
        const why = s.type === PT.LOAD && s.exact("memsz") > 0n ? unmappable(s, elf.header.class) : undefined;
        if (why === undefined) continue;

        const text = `the PT_LOAD at ${hex(s.exact("vaddr"))} ${why}, as of a kernel, a boot loader or firmware`;
        return evidence("system", NO_SYSTEM, text, elf.header.phoff + index * elf.header.phentsize);
      }
      return undefined;
    }) ?? undefined
  );
}

function unmappable(s: Segment, elfClass: 32 | 64): string | undefined {
  const vaddr = s.exact("vaddr");
  const paddr = s.exact("paddr");
  if (vaddr >= (elfClass === 64 ? KERNEL_64 : KERNEL_32)) return "lies among a kernel's addresses";
  if (s.exact("filesz") > 0n && (vaddr - s.exact("offset")) % BigInt(SMALLEST_PAGE) !== 0n) {
    return "has an offset in the file at which no page of it could be mapped";
  }
  return paddr !== vaddr && paddr !== 0n ? `has another physical address, ${hex(paddr)}` : undefined;
}

/**
 * The system that a file is for, from what was found of it. Null for Linux with its usual folders, and where nothing
 * tells.
 */
export function foundSystem(foreign: Evidence | undefined, libc: Libc, subject: DiagnosedSubject): string | null {
  if (foreign) return foreign.says;
  if (libc === "bionic") return ANDROID;

  const isOhos = subject.tolerant.part(() => subject.elf.notes.some((n) => n.owner === "OHOS"));
  return isOhos === true ? OPEN_HARMONY : null;
}

/**
 * Do distributions of Linux run such a file, if they have what it needs? Null for a program without loader and C
 * library that says nothing of its system: it may as well be firmware.
 */
export function isForLinux(
  file: Pick<Diagnosis, "system" | "linkage" | "libc" | "packer">,
  loader: string | null,
): boolean | null {
  if (file.system !== null) return false;
  const startsAlone = loader === null && (file.linkage === "dynamic" || STARTED.includes(file.linkage));
  return startsAlone && file.libc === "unknown" && file.packer === null ? null : true;
}

/** Is it for another kernel than Linux, or for none? Android and OpenHarmony have Linux's. */
export const isForeignSystem = (system: string | null): boolean =>
  system !== null && system !== ANDROID && system !== OPEN_HARMONY;
