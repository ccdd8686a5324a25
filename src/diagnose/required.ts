import type { Diagnosis } from "./diagnosis.js";
import type { Facts } from "./facts.js";

export type Requirements = Pick<Diagnosis, "required" | "floor" | "distributions" | "wheelTag">;

/** MERGE: a stand-in for the branch `targets`. */
export function requirements(_facts: Facts): Requirements {
  return { required: {}, floor: [], distributions: null, wheelTag: null };
}
