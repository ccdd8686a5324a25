import { cardOf, cardsOf } from "./machines/card-of.js";
import type { MachineName, Port } from "./machines/kinds.js";
import { PORTS } from "./machines/lists/ports.js";

export type { MachineName };

/** A machine as C libraries have it. EM_* alone does not tell PowerPC's byte orders, or x32. */
export interface MachineKind {
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
}

/** The index of a name is the machine's bit in the tables of C libraries. */
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

function fits(port: Port, kind: MachineKind): boolean {
  if (port.class !== kind.class) return false;
  return port.littleEndian === null || port.littleEndian === kind.littleEndian;
}

const portOf = (kind: MachineKind): Port | undefined =>
  cardOf(PORTS, kind.machine)?.ports?.find((port) => fits(port, kind));

/** The machine of a name. */
export function machineNamed(name: MachineName): MachineKind {
  const all = cardsOf(PORTS).flatMap(({ machine, card }) => card.ports?.map((port) => ({ machine, port })) ?? []);
  const { machine, port } = all.find((entry) => entry.port.name === name)!;
  return { machine, class: port.class, littleEndian: port.littleEndian! };
}

export const sameMachine = (a: MachineKind, b: MachineKind): boolean =>
  a.machine === b.machine && a.class === b.class && a.littleEndian === b.littleEndian;

export const machineNameOf = (kind: MachineKind): MachineName | undefined => portOf(kind)?.name ?? undefined;

/** The machine's name in `platform.machine()` of Python. Undefined where no name is known. */
export const pythonMachine = (kind: MachineKind): string | undefined => portOf(kind)?.python;

/** The machine's name in platform tags of Python wheels. Undefined where no policy knows the machine. */
export function wheelMachine(kind: MachineKind): string | undefined {
  const port = portOf(kind);
  return port?.hasPolicies ? port.python : undefined;
}

/** The target of `zig cc` with glibc, or undefined. */
export const zigTarget = (kind: MachineKind): string | undefined => portOf(kind)?.zig ?? undefined;

/** The file name of glibc's loader, which is a library too. Undefined where the tables do not cover the machine. */
export const glibcLoaderName = (kind: MachineKind): string | undefined => portOf(kind)?.glibcLoader ?? undefined;
