import { EM } from "../../spec/constants.js";
import type { Header } from "../../image/elf.js";

/** What loaders know of a machine, and files do not say. */
export interface LoaderMachine {
  /** glibc's loader in its usual places, the likeliest first (each port's shlib-versions). */
  readonly loaders: readonly string[];
  /** The flags of entries in ld.so.cache that this machine's loader takes (sysdeps: dl-cache.h); undefined where nothing is known. */
  readonly cacheFlags: readonly number[] | undefined;
  /** AT_PLATFORM. */
  readonly platform: string;
  /** Debian's directory below /lib. */
  readonly multiarch: string | undefined;
  /** The directory beside /lib where other distributions have this kind of libraries. */
  readonly libraryDirectory: "lib" | "lib32" | "lib64" | "libx32";
  /** LDSO_ARCH of musl's loader, without its variants. */
  readonly muslArch: string | undefined;
}

/** FLAG_ELF, FLAG_ELF_LIBC6 (ldconfig.h); what tells ABIs of one system apart stands above them. */
const PLAIN = [3, 1];

const machine = (loaders: readonly string[], platform: string, more: Partial<LoaderMachine> = {}): LoaderMachine => ({
  loaders, platform, cacheFlags: PLAIN, multiarch: undefined, libraryDirectory: "lib", muslArch: platform, ...more,
});

/** e_flags that tell ABIs apart (each psABI). */
const ARM_FLOAT_SOFT = 0x200, ARM_FLOAT_HARD = 0x400;
const MIPS_ABI2 = 0x20, MIPS_NAN2008 = 0x400;
const RISCV_FLOAT = 6, RISCV_DOUBLE = 4;
const LOONGARCH_FLOAT = 7, LOONGARCH_SOFT = 1;

type Of = (h: Header) => LoaderMachine;

const arm: Of = (h) => {
  const hard = machine(["/lib/ld-linux-armhf.so.3"], "v7l", { cacheFlags: [0x903, 3], multiarch: "arm-linux-gnueabihf", muslArch: "armhf" });
  const soft = machine(["/lib/ld-linux.so.3"], "v5l", { cacheFlags: [0xb03, 3], multiarch: "arm-linux-gnueabi", muslArch: "arm" });
  if (h.flags & ARM_FLOAT_HARD) return hard;
  return h.flags & ARM_FLOAT_SOFT ? soft : { ...hard, loaders: [...hard.loaders, ...soft.loaders], cacheFlags: [0x903, 0xb03, 3] };
};

const mips: Of = (h) => {
  const el = h.littleEndian ? "el" : "", nan = (h.flags & MIPS_NAN2008) !== 0, name = nan ? "ld-linux-mipsn8.so.1" : "ld.so.1";
  if (h.class === 64) return machine([`/lib64/${name}`], "mips64", { cacheFlags: [nan ? 0xe03 : 0x703], multiarch: `mips64${el}-linux-gnuabi64`, libraryDirectory: "lib64", muslArch: `mips64${el}` });
  if (h.flags & MIPS_ABI2) return machine([`/lib32/${name}`], "mips64", { cacheFlags: [nan ? 0xd03 : 0x603], multiarch: `mips64${el}-linux-gnuabin32`, libraryDirectory: "lib32", muslArch: `mipsn32${el}` });
  return machine([`/lib/${name}`], "mips", { cacheFlags: nan ? [0xc03] : PLAIN, multiarch: `mips${el}-linux-gnu`, muslArch: `mips${el}` });
};

const riscv: Of = (h) => {
  const float = h.flags & RISCV_FLOAT, bits = h.class, abi = `${bits === 64 ? "lp64" : "ilp32"}${float === RISCV_DOUBLE ? "d" : ""}`;
  return machine([`/lib/ld-linux-riscv${bits}-${abi}.so.1`], `riscv${bits}`, {
    cacheFlags: [float === RISCV_DOUBLE ? 0x1003 : 0xf03], multiarch: bits === 64 ? "riscv64-linux-gnu" : undefined, libraryDirectory: bits === 64 ? "lib64" : "lib32", muslArch: `riscv${bits}${float === 0 ? "-sf" : ""}`,
  });
};

const loongarch: Of = (h) => {
  const soft = (h.flags & LOONGARCH_FLOAT) === LOONGARCH_SOFT;
  return machine([`/lib64/ld-linux-loongarch-lp64${soft ? "s" : "d"}.so.1`], "loongarch64", { cacheFlags: [soft ? 0x1103 : 0x1203], multiarch: "loongarch64-linux-gnu", libraryDirectory: "lib64" });
};

const ppc64: Of = (h) => (h.littleEndian
  ? machine(["/lib64/ld64.so.2"], "power8", { cacheFlags: [0x503], multiarch: "powerpc64le-linux-gnu", libraryDirectory: "lib64", muslArch: "powerpc64le" })
  : machine(["/lib64/ld64.so.1"], "ppc64", { cacheFlags: [0x503], multiarch: "powerpc64-linux-gnu", libraryDirectory: "lib64", muslArch: "powerpc64" }));

const x86: Of = (h) => (h.class === 64
  ? machine(["/lib64/ld-linux-x86-64.so.2"], "x86_64", { cacheFlags: [0x303], multiarch: "x86_64-linux-gnu", libraryDirectory: "lib64" })
  : machine(["/libx32/ld-linux-x32.so.2"], "x86_64", { cacheFlags: [0x803], multiarch: "x86_64-linux-gnux32", libraryDirectory: "libx32", muslArch: "x32" }));

const aarch64: Of = (h) => {
  const be = h.littleEndian ? "" : "_be";
  return machine([`/lib/ld-linux-aarch64${be}.so.1`], `aarch64${be}`, { cacheFlags: [0xa03], multiarch: `aarch64${be}-linux-gnu`, libraryDirectory: "lib64" });
};

const s390: Of = (h) => (h.class === 64
  ? machine(["/lib/ld64.so.1"], "z900", { cacheFlags: [0x403], multiarch: "s390x-linux-gnu", libraryDirectory: "lib64", muslArch: "s390x" })
  : machine(["/lib/ld.so.1"], "g5", { multiarch: "s390-linux-gnu", muslArch: undefined }));

/** A function, so that a bundle without the resolver has no table. */
const table = (): Readonly<Record<number, Of>> => ({
  [EM.X86_64]: x86, [EM.AARCH64]: aarch64, [EM.ARM]: arm, [EM.MIPS]: mips, [EM.RISCV]: riscv, [EM.LOONGARCH]: loongarch, [EM.PPC64]: ppc64, [EM.S390]: s390,
  [EM["386"]]: () => machine(["/lib/ld-linux.so.2"], "i686", { multiarch: "i386-linux-gnu", muslArch: "i386" }),
  [EM.PPC]: () => machine(["/lib/ld.so.1"], "powerpc", { multiarch: "powerpc-linux-gnu" }),
  [EM["68K"]]: () => machine(["/lib/ld.so.1"], "m68k", { multiarch: "m68k-linux-gnu" }),
  [EM.SPARCV9]: () => machine(["/lib64/ld-linux.so.2"], "sun4u", { cacheFlags: [0x103], multiarch: "sparc64-linux-gnu", libraryDirectory: "lib64", muslArch: undefined }),
  [EM.SPARC]: () => machine(["/lib/ld-linux.so.2"], "sun4u", { multiarch: "sparc-linux-gnu", muslArch: undefined }),
  [EM.SPARC32PLUS]: () => machine(["/lib/ld-linux.so.2"], "sun4u", { multiarch: "sparc-linux-gnu", muslArch: undefined }),
  [EM.ALPHA]: () => machine(["/lib/ld-linux.so.2"], "ev67", { multiarch: "alpha-linux-gnu", muslArch: undefined }),
  [EM.PARISC]: () => machine(["/lib/ld.so.1"], "parisc", { multiarch: "hppa-linux-gnu", muslArch: undefined }),
  [EM.IA_64]: () => machine(["/lib/ld-linux-ia64.so.2"], "ia64", { cacheFlags: [0x203, 3], multiarch: "ia64-linux-gnu", muslArch: undefined }),
  [EM.SH]: (h) => machine(["/lib/ld-linux.so.2"], "sh4", { multiarch: "sh4-linux-gnu", muslArch: h.littleEndian ? "sh" : "sheb" }),
  [EM.MICROBLAZE]: (h) => machine(["/lib/ld.so.1"], "microblaze", { muslArch: h.littleEndian ? "microblazeel" : "microblaze" }),
  [EM.OPENRISC]: () => machine(["/lib/ld-linux-or1k.so.1"], "or1k"),
  [EM.NIOS2]: () => machine(["/lib/ld-linux-nios2.so.1"], "nios2", { muslArch: undefined }),
  [EM.ARC_COMPACT2]: () => machine(["/lib/ld-linux-arc.so.2"], "arc", { muslArch: undefined }),
});

const UNKNOWN: LoaderMachine = { loaders: [], cacheFlags: undefined, platform: "", multiarch: undefined, libraryDirectory: "lib", muslArch: undefined };

/** The machine of a file, its ABI told by class, byte order and e_flags. */
export const loaderMachine = (h: Header): LoaderMachine => table()[h.machine]?.(h) ?? UNKNOWN;

/** What of e_flags must be alike in all files of one process (glibc's elf_machine_matches_host). */
export function abiFlags(h: Header): number {
  if (h.machine === EM.RISCV) return h.flags & RISCV_FLOAT;
  if (h.machine === EM.MIPS) return h.class === 32 ? h.flags & MIPS_ABI2 : 0;
  return 0;
}
