import { MACHINE_NAMES, machineNameOf } from "../spec/machine-names.js";
import type { Machine } from "./target.js";

/** The bit of a machine in the tables; 0 for one that they do not know. */
export function machineBit(machine: Machine): number {
  const name = machineNameOf(machine);
  return name === undefined ? 0 : 1 << MACHINE_NAMES.indexOf(name);
}
