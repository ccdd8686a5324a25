import { EM } from "./constants.js";

/** A machine as C libraries tell them apart: EM_* alone does not tell PowerPC's byte orders, or x32. */
export interface MachineKind {
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
}

/** Machines by the names that the kernel and distributions use. `arm` is 32-bit EABI. */
export type MachineName = "x86_64" | "i386" | "aarch64" | "arm" | "ppc64le" | "s390x" | "riscv64" | "loongarch64";

const little = (machine: number, c: 32 | 64): MachineKind => ({ machine, class: c, littleEndian: true });

const MACHINES: Readonly<Record<MachineName, MachineKind>> = {
  x86_64: little(EM.X86_64, 64), i386: little(EM["386"], 32), aarch64: little(EM.AARCH64, 64), arm: little(EM.ARM, 32), ppc64le: little(EM.PPC64, 64),
  s390x: { machine: EM.S390, class: 64, littleEndian: false }, riscv64: little(EM.RISCV, 64), loongarch64: little(EM.LOONGARCH, 64),
};

export const MACHINE_NAMES = Object.keys(MACHINES) as MachineName[];

export const machineNamed = (name: MachineName): MachineKind => MACHINES[name];

export const sameMachine = (a: MachineKind, b: MachineKind): boolean => a.machine === b.machine && a.class === b.class && a.littleEndian === b.littleEndian;

export const machineNameOf = (m: MachineKind): MachineName | undefined => MACHINE_NAMES.find((n) => sameMachine(MACHINES[n], m));

/** The machine as platform tags of Python wheels name it (`platform.machine()`), or undefined. */
export function wheelMachine(m: MachineKind): string | undefined {
  if (m.machine === EM.PPC64 && m.class === 64 && !m.littleEndian) return "ppc64";
  const name = machineNameOf(m);
  return name === "i386" ? "i686" : name === "arm" ? "armv7l" : name;
}
