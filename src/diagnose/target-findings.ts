import type { DiagnosisFinding } from "./diagnosis.js";
import type { Facts } from "./facts.js";
import type { Requirements } from "./required.js";

/** MERGE: a stand-in for the branch `targets`. Judges the file against `facts.target`; empty without one. */
export function targetFindings(_facts: Facts, _requirements: Requirements): DiagnosisFinding[] {
  return [];
}
