import type { DiagnosisFinding } from "../../diagnosis.js";
import type { Facts } from "../../facts.js";
import { findingOf, matchesOf } from "../rule.js";
import { interpreterRule } from "./interpreter.js";
import { forComparable, forLibcUsers, forLoaded, type TargetRule } from "./judge.js";
import { libcRule } from "./libc.js";
import { loaderRule } from "./loader.js";
import { policyRule } from "./policy.js";
import { runtimeRule } from "./runtime.js";
import { libraryRule, symbolRule } from "./symbols.js";
import { versionRule } from "./versions.js";

/** What would go wrong on a target, in the order in which kernel and loader would meet it. */
export const targetRules: readonly TargetRule[] = /* @__PURE__ */ [
  forLoaded([interpreterRule]),
  forLibcUsers([libcRule]),
  forComparable([loaderRule, versionRule, symbolRule, libraryRule, runtimeRule, policyRule]),
].flat();

/**
 * What would go wrong with the file on its target; empty without one. It is all or nothing: if a rule cannot read the
 * file, the findings of the others would look like a verdict on the whole.
 *
 * @throws ElfError `MALFORMED`, `TRUNCATED`
 */
export function targetFindings(facts: Facts): DiagnosisFinding[] {
  const placeOf = (id: string) => targetRules.findIndex((r) => r.id === id);
  const placed: { readonly place: number; readonly finding: DiagnosisFinding }[] = [];
  for (const rule of targetRules) {
    for (const found of matchesOf(rule, facts)) {
      placed.push({ place: placeOf(found.before ?? rule.id), finding: findingOf(rule, found) });
    }
  }

  // Findings in one place stay in the order of the rules.
  return placed.sort((a, b) => a.place - b.place).map(({ finding }) => finding);
}
