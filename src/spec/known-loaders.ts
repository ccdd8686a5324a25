import { EM } from "./constants.js";

/** A program interpreter that is known by its file name. */
export interface KnownLoader {
  readonly libc: "glibc" | "musl" | "bionic" | "uclibc" | "klibc";
  /** EM_* of the machines it exists for; null for one whose name does not say so. */
  readonly machines: readonly number[] | null;
  readonly class: 32 | 64 | null;
}

type Row = readonly [name: RegExp, libc: KnownLoader["libc"], machines: readonly number[] | null, elfClass: 32 | 64 | null];

/** By file name: glibc's `shlib-versions` and gcc's `GLIBC_DYNAMIC_LINKER`, musl's `LDSO_ARCH` (`arch/*\/reloc.h`), bionic's, uClibc-ng's and klibc's own. */
const ROWS: readonly Row[] = [
  [/^ld-linux-x86-64\.so\.2$/, "glibc", [EM.X86_64], 64],
  [/^ld-linux-x32\.so\.2$/, "glibc", [EM.X86_64], 32],
  [/^ld-linux\.so\.2$/, "glibc", [EM["386"], EM.SPARC, EM.SPARC32PLUS, EM.SPARCV9, EM.ALPHA, EM.ALPHA_OLD], null],
  [/^ld-linux(-armhf)?\.so\.3$/, "glibc", [EM.ARM], 32],
  [/^ld-linux-aarch64(_be)?\.so\.1$/, "glibc", [EM.AARCH64], 64],
  [/^ld-linux-riscv64-[\w]+\.so\.1$/, "glibc", [EM.RISCV], 64],
  [/^ld-linux-riscv32-[\w]+\.so\.1$/, "glibc", [EM.RISCV], 32],
  [/^ld-linux-loongarch-[\w]+\.so\.1$/, "glibc", [EM.LOONGARCH], null],
  [/^ld-linux-ia64\.so\.2$/, "glibc", [EM.IA_64], 64],
  [/^ld-linux-mipsn8\.so\.1$/, "glibc", [EM.MIPS], null],
  [/^ld64\.so\.2$/, "glibc", [EM.PPC64], 64],
  [/^ld64\.so\.1$/, "glibc", [EM.PPC64, EM.S390, EM.S390_OLD], 64],
  [/^ld(?:-linux(?:-[\w-]+)?|-lsb-[\w-]+)?\.so\.\d$/, "glibc", null, null],
  [/^ld-musl-x86_64\.so\.1$/, "musl", [EM.X86_64], 64],
  [/^ld-musl-x32\.so\.1$/, "musl", [EM.X86_64], 32],
  [/^ld-musl-i386\.so\.1$/, "musl", [EM["386"]], 32],
  [/^ld-musl-aarch64(_be)?\.so\.1$/, "musl", [EM.AARCH64], 64],
  [/^ld-musl-arm(eb)?(hf)?\.so\.1$/, "musl", [EM.ARM], 32],
  [/^ld-musl-riscv64(-s[fp])?\.so\.1$/, "musl", [EM.RISCV], 64],
  [/^ld-musl-riscv32(-s[fp])?\.so\.1$/, "musl", [EM.RISCV], 32],
  [/^ld-musl-powerpc64(le)?(-sf)?\.so\.1$/, "musl", [EM.PPC64], 64],
  [/^ld-musl-powerpc(-sf)?\.so\.1$/, "musl", [EM.PPC], 32],
  [/^ld-musl-s390x\.so\.1$/, "musl", [EM.S390], 64],
  [/^ld-musl-loongarch64(-s[fp])?\.so\.1$/, "musl", [EM.LOONGARCH], 64],
  [/^ld-musl-mips[\w]*(-sf)?\.so\.1$/, "musl", [EM.MIPS], null],
  [/^ld-musl-m68k(-[\w]+)?\.so\.1$/, "musl", [EM["68K"]], 32],
  [/^ld-musl-[\w-]+\.so\.1$/, "musl", null, null],
  [/^linker$/, "bionic", null, 32],
  [/^linker64$/, "bionic", null, 64],
  [/^ld(64)?-uClibc([-.][\w.]+)?\.so(\.\d)?$/, "uclibc", null, null],
  [/^klibc-[\w-]+\.so$/, "klibc", null, null],
];

/** Which C library's loader a PT_INTERP names, and for which machine; undefined for one that nobody knows. */
export function knownLoader(path: string): KnownLoader | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1), row = ROWS.find(([r]) => r.test(name));
  return row && { libc: row[1], machines: row[2], class: row[3] };
}

/** The name that Alpine gives musl's libc.so: for dependencies of packages. */
export const ALPINE_LIBC = /^libc\.musl-[^.]+\.so\.1$/;
