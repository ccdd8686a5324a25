import { cardOf } from "./machines/card-of.js";
import { NAMES_BY_MACHINE } from "./machines/lists/names.js";

const byMachine = new Map<number, ReadonlyMap<number, string>>();

function typesOf(machine: number): ReadonlyMap<number, string> {
  const known = byMachine.get(machine);
  if (known) return known;

  const names = new Map<number, string>();
  const types = cardOf(NAMES_BY_MACHINE, machine)?.relocations;
  let next = 0;

  for (const word of types?.names.split(" ") ?? []) {
    if (word.startsWith("@")) next = Number(word.slice(1));
    else names.set(next++, types!.prefix + word);
  }

  byMachine.set(machine, names);
  return names;
}

/** `R_X86_64_RELATIVE`; `R_0x2a` for a type without a name. */
export const relocationTypeName = (type: number, machine: number): string =>
  typesOf(machine).get(type) ?? `R_0x${type.toString(16)}`;
