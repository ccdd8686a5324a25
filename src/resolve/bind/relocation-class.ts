import { cardOf } from "../../spec/machines/card-of.js";
import { LOADING } from "../../spec/machines/lists/loading.js";

/**
 * What a relocation wants of the symbol that it is bound to. "call": a definition, and not the place that a program
 * reserves for a function's address (jump slots and thread-local storage). "copy": the definition that initialises the
 * program's own copy. "got": an address in the global offset table. "other": an address elsewhere.
 */
export type RelocationClass = "call" | "copy" | "got" | "other";

/** The class of each relocation type of a machine. All types of an unknown machine are "other". */
export function relocationClasses(machine: number): (type: number) => RelocationClass {
  const types = cardOf(LOADING, machine)?.relocations;
  const calls = new Set(types?.call);

  return (type) => {
    if (calls.has(type)) return "call";
    if (type === types?.copy) return "copy";
    return type === types?.got ? "got" : "other";
  };
}
