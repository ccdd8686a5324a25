import { assertElf } from "../input.js";
import type { ElfFile } from "../image/elf.js";
import { damageRules, loadedDamageRules } from "./damage.js";
import { hashSymbolRules } from "./hash-symbols.js";
import { findingsBy, planRules } from "./plan-rules.js";
import { pointerRules } from "./pointers.js";
import { loadedSymbolRules } from "./symbols.js";
import { type CheckRule, type Finding, forLoadable, frozen } from "./rule.js";
import { startRules } from "./start.js";

export type { CheckRule, Finding, Severity, Violation } from "./rule.js";

/**
 * Every rule of `check`, in the order of its tests. Rules on the layout in memory skip relocatable objects, core files
 * and separate debug files.
 *
 * @example
 * checkRules.find((r) => r.id === "load-congruent")!.sentence
 * // "p_vaddr and p_offset of every PT_LOAD are congruent modulo p_align."
 */
export const checkRules: readonly CheckRule[] = /* @__PURE__ */ frozen([
  ...planRules,
  ...damageRules,
  ...[loadedSymbolRules, pointerRules, loadedDamageRules, startRules, hashSymbolRules].flatMap(forLoadable),
]);

/**
 * Tests a file against every rule. A broken file gives findings, never an error: what a rule cannot read is a finding
 * of the rule "readable".
 *
 * @example
 * check(readElf(bytes)).filter((f) => f.severity === "error")
 */
export function check(elf: ElfFile): Finding[] {
  assertElf("check", elf);
  return findingsBy(elf, checkRules);
}
