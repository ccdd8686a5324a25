import { cardOf } from "../../spec/machines/card-of.js";
import { LOADING } from "../../spec/machines/lists/loading.js";

/**
 * What a relocation wants of the symbol that it is bound to. "call": a definition, so not the place that a program
 * reserves for a function's address (jump slots and thread-local storage). "copy": the definition that initialises the
 * program's own copy. "got": an address in the global offset table. "other": an address elsewhere.
 */
export type RelocationClass = "call" | "copy" | "got" | "other";

/** The class of each relocation type of a machine; "other" for all of a machine that is not known. */
export function relocationClasses(machine: number): (type: number) => RelocationClass {
  const t = cardOf(LOADING, machine)?.relocations;
  const call = new Set(t?.call);
  return (type) => (call.has(type) ? "call" : type === t?.copy ? "copy" : type === t?.got ? "got" : "other");
}
