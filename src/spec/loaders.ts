import { EM } from "./constants.js";
import type { MachineKind } from "./machine-names.js";

const key = (machine: number, c: 32 | 64, little: boolean): string => `${machine} ${c} ${little ? "le" : "be"}`;

/** glibc's dynamic loader as PT_INTERP names it (each port's shlib-versions and ldsodefs; read from the libraries of Debian 12, loongarch64's from glibc's source). */
const GLIBC: Readonly<Record<string, string>> = {
  [key(EM.X86_64, 64, true)]: "/lib64/ld-linux-x86-64.so.2", [key(EM.X86_64, 32, true)]: "/libx32/ld-linux-x32.so.2", [key(EM["386"], 32, true)]: "/lib/ld-linux.so.2",
  [key(EM.AARCH64, 64, true)]: "/lib/ld-linux-aarch64.so.1", [key(EM.ARM, 32, true)]: "/lib/ld-linux-armhf.so.3", [key(EM.RISCV, 64, true)]: "/lib/ld-linux-riscv64-lp64d.so.1",
  [key(EM.PPC64, 64, true)]: "/lib64/ld64.so.2", [key(EM.PPC64, 64, false)]: "/lib64/ld64.so.1", [key(EM.PPC, 32, false)]: "/lib/ld.so.1", [key(EM.S390, 64, false)]: "/lib/ld64.so.1",
  [key(EM.LOONGARCH, 64, true)]: "/lib64/ld-linux-loongarch-lp64d.so.1", [key(EM.MIPS, 64, true)]: "/lib64/ld.so.1", [key(EM.MIPS, 32, true)]: "/lib/ld.so.1", [key(EM["68K"], 32, false)]: "/lib/ld.so.1",
};

/** Loaders of other float ABIs of the same machine, which are as right. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  [key(EM.ARM, 32, true)]: ["/lib/ld-linux.so.3"], [key(EM.RISCV, 64, true)]: ["/lib/ld-linux-riscv64-lp64.so.1"], [key(EM.MIPS, 32, true)]: ["/lib/ld-linux-mipsn8.so.1"], [key(EM.MIPS, 64, true)]: ["/lib64/ld-linux-mipsn8.so.1"],
};

/** What stands in `/lib/ld-musl-X.so.1` (musl's arch/X/reloc.h), without the suffix of a float ABI. */
const MUSL: Readonly<Record<string, string>> = {
  [key(EM.X86_64, 64, true)]: "x86_64", [key(EM.X86_64, 32, true)]: "x32", [key(EM["386"], 32, true)]: "i386", [key(EM.AARCH64, 64, true)]: "aarch64", [key(EM.AARCH64, 64, false)]: "aarch64_be",
  [key(EM.ARM, 32, true)]: "armhf", [key(EM.RISCV, 64, true)]: "riscv64", [key(EM.RISCV, 32, true)]: "riscv32", [key(EM.PPC64, 64, true)]: "powerpc64le", [key(EM.PPC64, 64, false)]: "powerpc64",
  [key(EM.PPC, 32, false)]: "powerpc", [key(EM.S390, 64, false)]: "s390x", [key(EM.LOONGARCH, 64, true)]: "loongarch64", [key(EM.MIPS, 64, true)]: "mips64el", [key(EM.MIPS, 64, false)]: "mips64",
  [key(EM.MIPS, 32, true)]: "mipsel", [key(EM.MIPS, 32, false)]: "mips", [key(EM["68K"], 32, false)]: "m68k",
};

const of = <T>(table: Readonly<Record<string, T>>, m: MachineKind): T | undefined => table[key(m.machine, m.class, m.littleEndian)];

/** Where a system with glibc has its dynamic loader for this machine; undefined where it is not known. */
export const glibcLoader = (m: MachineKind): string | undefined => of(GLIBC, m);

/** The same for musl. */
export const muslLoader = (m: MachineKind): string | undefined => {
  const name = of(MUSL, m);
  return name === undefined ? undefined : `/lib/ld-musl-${name}.so.1`;
};

/** All loaders' paths for this machine that a system with this C library may have. */
export function isLoaderOf(libc: "glibc" | "musl", m: MachineKind, interpreter: string): boolean | undefined {
  if (libc === "glibc") return glibcLoader(m) === undefined ? undefined : [glibcLoader(m), ...(of(OTHERS, m) ?? [])].includes(interpreter);
  const name = of(MUSL, m);
  if (name === undefined) return undefined;
  const found = /^\/lib\/ld-musl-([^/]+)\.so\.1$/.exec(interpreter)?.[1];
  return found !== undefined && (found === name || found.startsWith(`${name}-`) || (name === "armhf" && found === "arm") || (name === "mips64el" && found === "mipsn32el"));
}
