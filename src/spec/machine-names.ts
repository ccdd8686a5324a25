import { cardOf, cardsOf } from "./machines/card-of.js";
import type { MachineName, Port } from "./machines/kinds.js";
import { PORTS } from "./machines/lists/ports.js";

export type { MachineName };

/** A machine as C libraries tell them apart: EM_* alone does not tell PowerPC's byte orders, or x32. */
export interface MachineKind {
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
}

/** A name's place is the machine's bit in the tables of C libraries. */
export const MACHINE_NAMES: MachineName[] = [
  "x86_64",
  "i386",
  "aarch64",
  "arm",
  "ppc64le",
  "s390x",
  "riscv64",
  "loongarch64",
];

const portOf = (m: MachineKind): Port | undefined =>
  cardOf(PORTS, m.machine)?.ports?.find(
    (p) => p.class === m.class && (p.littleEndian ?? m.littleEndian) === m.littleEndian,
  );

/** The port of a name, with its machine. */
function portNamed(name: MachineName): { machine: number; port: Port } {
  const found = cardsOf(PORTS).flatMap(({ machine, card }) => card.ports?.map((port) => ({ machine, port })) ?? []);
  return found.find(({ port }) => port.name === name)!;
}

export function machineNamed(name: MachineName): MachineKind {
  const { machine, port } = portNamed(name);
  return { machine, class: port.class, littleEndian: port.littleEndian! };
}

export const sameMachine = (a: MachineKind, b: MachineKind): boolean =>
  a.machine === b.machine && a.class === b.class && a.littleEndian === b.littleEndian;

export const machineNameOf = (m: MachineKind): MachineName | undefined => portOf(m)?.name ?? undefined;

/** `platform.machine()`; undefined where no name is known. */
export const pythonMachine = (m: MachineKind): string | undefined => portOf(m)?.python;

/** The machine as platform tags of Python wheels name it, or undefined where no policy knows it. */
export function wheelMachine(m: MachineKind): string | undefined {
  const port = portOf(m);
  return port?.hasPolicies ? port.python : undefined;
}

/** The target of `zig cc` with glibc, or undefined. */
export const zigTarget = (m: MachineKind): string | undefined => portOf(m)?.zig ?? undefined;

/** The file name of glibc's loader, which is a library too; undefined where the tables do not cover the machine. */
export const glibcLoaderName = (m: MachineKind): string | undefined => portOf(m)?.glibcLoader ?? undefined;
