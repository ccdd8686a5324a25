import type { ElfClass, Encoding } from "../codec/encoding.js";
import { fail } from "../error.js";
import { EM } from "../spec/constants.js";

/** Machines that {@link BuildOptions.machine} names. */
export type BuildMachine =
  | "x86-64"
  | "i386"
  | "aarch64"
  | "arm"
  | "riscv64"
  | "riscv32"
  | "ppc64le"
  | "ppc64"
  | "ppc"
  | "s390x"
  | "s390"
  | "mips"
  | "mipsel"
  | "mips64"
  | "mips64el"
  | "loongarch64"
  | "sparc"
  | "sparc64"
  | "m68k"
  | "sh4"
  | "alpha"
  | "hppa";

/** The machine, the class and the byte order that a file is for. */
export interface BuildTarget {
  readonly encoding: Encoding;
  readonly machine: number;
  /** e_flags where the options have none. */
  readonly flags: number;
  /** For messages. */
  readonly name: string;
}

type ByteOrder = "little" | "big";

/** What a name stands for. The first class and byte order are the default. */
interface NamedMachine {
  readonly machine: number;
  readonly classes: readonly ElfClass[];
  readonly orders: readonly ByteOrder[];
  /** e_flags as compilers set them for Linux (the psABIs; binutils `include/elf`). */
  readonly flags?: number;
}

const namedMachines = (): Readonly<Record<BuildMachine, NamedMachine>> => ({
  // Class 32 is x32.
  "x86-64": { machine: EM.X86_64, classes: [64, 32], orders: ["little"] },
  i386: { machine: EM["386"], classes: [32], orders: ["little"] },
  // Class 32 is ILP32.
  aarch64: { machine: EM.AARCH64, classes: [64, 32], orders: ["little", "big"] },
  // Version 5 of the EABI, floating-point arguments in registers.
  arm: { machine: EM.ARM, classes: [32], orders: ["little", "big"], flags: 0x05000400 },
  // Compressed instructions, double-precision registers.
  riscv64: { machine: EM.RISCV, classes: [64], orders: ["little"], flags: 5 },
  riscv32: { machine: EM.RISCV, classes: [32], orders: ["little"], flags: 5 },
  // ELFv2.
  ppc64le: { machine: EM.PPC64, classes: [64], orders: ["little"], flags: 2 },
  // ELFv2 as well: in version 1, a function's symbol and e_entry are addresses of descriptors.
  ppc64: { machine: EM.PPC64, classes: [64], orders: ["big"], flags: 2 },
  ppc: { machine: EM.PPC, classes: [32], orders: ["big", "little"] },
  s390x: { machine: EM.S390, classes: [64], orders: ["big"] },
  s390: { machine: EM.S390, classes: [32], orders: ["big"] },
  // PIC and CPIC; the o32 ABI of MIPS32 release 2, the n64 ABI of MIPS64 release 2.
  mips: { machine: EM.MIPS, classes: [32], orders: ["big"], flags: 0x70001006 },
  mipsel: { machine: EM.MIPS, classes: [32], orders: ["little"], flags: 0x70001006 },
  mips64: { machine: EM.MIPS, classes: [64], orders: ["big"], flags: 0x80000006 },
  mips64el: { machine: EM.MIPS, classes: [64], orders: ["little"], flags: 0x80000006 },
  // Double-precision registers, version 1 of the object ABI.
  loongarch64: { machine: EM.LOONGARCH, classes: [64], orders: ["little"], flags: 0x43 },
  sparc: { machine: EM.SPARC, classes: [32], orders: ["big"] },
  sparc64: { machine: EM.SPARCV9, classes: [64], orders: ["big"] },
  m68k: { machine: EM["68K"], classes: [32], orders: ["big"] },
  // SH-4.
  sh4: { machine: EM.SH, classes: [32], orders: ["little", "big"], flags: 9 },
  alpha: { machine: EM.ALPHA, classes: [64], orders: ["little"] },
  // PA-RISC 1.1.
  hppa: { machine: EM.PARISC, classes: [32], orders: ["big"], flags: 0x210 },
});

/** The names that `machine` takes, with the classes and byte orders that each one has; the first is its default. */
export function buildMachines(): {
  readonly name: BuildMachine;
  readonly classes: readonly ElfClass[];
  readonly byteOrders: readonly ByteOrder[];
}[] {
  return Object.entries(namedMachines()).map(([name, { classes, orders }]) => ({
    name: name as BuildMachine,
    classes,
    byteOrders: orders,
  }));
}

/** The part of the options that says which machine a file is for. */
export interface TargetOptions {
  readonly machine?: BuildMachine | number | undefined;
  readonly class?: ElfClass | undefined;
  readonly byteOrder?: ByteOrder | undefined;
}

const refuse = (message: string): never => fail("BAD_EDIT", message, { edit: "buildElf" });

/** The target of options; `of` is the function that has them. */
export function targetOf(of: string, { machine, class: elfClass, byteOrder }: TargetOptions): BuildTarget {
  if (elfClass !== undefined && elfClass !== 32 && elfClass !== 64) {
    refuse(`${of}: class is 32 or 64, not ${String(elfClass)}`);
  }
  if (byteOrder !== undefined && byteOrder !== "little" && byteOrder !== "big") {
    refuse(`${of}: byteOrder is "little" or "big", not ${String(byteOrder)}`);
  }

  if (typeof machine !== "string") {
    const encoding: Encoding = { class: elfClass ?? 64, littleEndian: byteOrder !== "big" };
    const number = machine ?? usualMachine(encoding);
    return { encoding, machine: number, flags: 0, name: `machine ${number}` };
  }

  const all = namedMachines();
  if (!Object.hasOwn(all, machine)) refuse(`${of}: no machine ${machine}; there are ${Object.keys(all).join(", ")}`);
  const named = all[machine];
  const chosenClass = elfClass ?? named.classes[0]!;
  const chosenOrder = byteOrder ?? named.orders[0]!;
  if (!named.classes.includes(chosenClass)) refuse(`${of}: ${machine} has no class ${chosenClass}`);
  if (!named.orders.includes(chosenOrder)) refuse(`${of}: ${machine} is not ${chosenOrder}-endian`);
  return {
    encoding: { class: chosenClass, littleEndian: chosenOrder === "little" },
    machine: named.machine,
    flags: named.flags ?? 0,
    name: machine,
  };
}

function usualMachine(encoding: Encoding): number {
  if (encoding.class === 64) return encoding.littleEndian ? EM.X86_64 : EM.S390;
  return encoding.littleEndian ? EM["386"] : EM.PPC;
}
