import type { ElfFile } from "../image/elf.js";
import { isDebugFile } from "../image/headers/sections.js";
import { ET } from "../spec/constants.js";
import { once } from "../image/once.js";

/** "error": some loader or `strip` breaks on it. "warning": wrong, but loaders cope with it. "note": worth knowing. */
export type Severity = "error" | "warning" | "note";

/** What a rule says about one subject. */
export interface Violation {
  readonly message: string;
  /**
   * The subject, by a name that survives a rewrite that moves it: `section .dynstr`, `PT_INTERP`, `PT_LOAD 0x1000`,
   * `file`.
   */
  readonly at: string;
}

/** One place where the file breaks a rule. */
export interface Finding extends Violation {
  /** The id of the {@link CheckRule}. Findings of `pageFitness` have that of a rule on pages. */
  readonly rule: string;
  readonly severity: Severity;
}

/** A rule of `check`: one invariant of ELF files. */
export interface CheckRule {
  /** Stable id. */
  readonly id: string;
  readonly severity: Severity;
  /** What holds in a whole file. */
  readonly sentence: string;
  /** The places where it does not hold. May throw an `ElfError` where the file cannot be read that far. */
  test(elf: ElfFile): Iterable<Violation>;
}

/** The rules, which nobody can change: a program that empties the list would patch unchecked. */
export function frozen<R extends object>(rules: readonly R[]): readonly R[] {
  for (const rule of rules) Object.freeze(rule);
  return Object.freeze(rules);
}

/** Rules on what a loader maps: they find nothing in relocatable objects, core files and separate debug files. */
export const forLoadable = (rules: readonly CheckRule[]): CheckRule[] =>
  rules.map((rule) => ({ ...rule, test: (elf) => (isLoadable(elf) ? rule.test(elf) : []) }));

const isLoadable = /* @__PURE__ */ once(
  (elf) => (elf.header.type === ET.EXEC || elf.header.type === ET.DYN) && !isDebugFile(elf),
);
