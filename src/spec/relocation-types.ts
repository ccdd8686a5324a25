import { cardOf } from "./machines/card-of.js";
import type { RelocationTypes } from "./machines/kinds.js";
import { NAMES_BY_MACHINE } from "./machines/lists/names.js";

const byMachine = new Map<number, ReadonlyMap<number, string>>();

function typesOf(machine: number): ReadonlyMap<number, string> {
  const known = byMachine.get(machine);
  if (known) return known;

  const types = cardOf(NAMES_BY_MACHINE, machine)?.relocations;
  const names = types ? namesByNumber(types) : new Map<number, string>();
  byMachine.set(machine, names);
  return names;
}

function namesByNumber({ prefix, names }: RelocationTypes): Map<number, string> {
  const byNumber = new Map<number, string>();
  let next = 0;
  for (const word of names.split(" ")) {
    if (word.startsWith("@")) {
      next = Number(word.slice(1));
    } else {
      byNumber.set(next, prefix + word);
      next++;
    }
  }

  return byNumber;
}

/** The number of a name without its prefix, such as `RELATIVE`. Undefined for a name that the machine does not have. */
export function relocationTypeNamed(name: string, machine: number): number | undefined {
  const prefix = cardOf(NAMES_BY_MACHINE, machine)?.relocations?.prefix ?? "";
  return [...typesOf(machine)].find(([, text]) => text === prefix + name)?.[0];
}

/** `R_X86_64_RELATIVE`, or `R_0x2a` for a type without a name. */
export const relocationTypeName = (type: number, machine: number): string =>
  typesOf(machine).get(type) ?? `R_0x${type.toString(16)}`;
