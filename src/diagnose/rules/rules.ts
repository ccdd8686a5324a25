import type { DiagnosisFinding } from "../diagnosis.js";
import type { Facts } from "../facts.js";

/** MERGE: a stand-in for the branch `rules`. What there is to know of the file itself, whatever the target. */
export function ruleFindings(_facts: Facts): DiagnosisFinding[] {
  return [];
}
