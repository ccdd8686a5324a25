import type { ElfFile } from "../image/elf.js";
import { coverageRules } from "./coverage.js";
import { dynamicRules } from "./dynamic.js";
import { loadRules } from "./loads.js";
import { phdrRules } from "./phdrs.js";
import { pointerRules } from "./pointers.js";
import { protectionRules } from "./protection.js";
import { failure, READABLE, readableRule } from "./readable.js";
import { type CheckRule, type Finding, forLoadable } from "./rule.js";
import { sectionRules } from "./sections.js";
import { segmentRules } from "./segments.js";
import { stringRules } from "./strings.js";
import { loadedSymbolRules, symbolRules } from "./symbols.js";
import { versionRules } from "./versions.js";

export type { CheckRule, Finding, Severity, Violation } from "./rule.js";

/**
 * Every rule of `check`, in the order in which it tests them. Those on the layout in memory pass over relocatable
 * objects, core files and separate debug files.
 *
 * @example
 * checkRules.find((r) => r.id === "load-congruent")!.sentence
 * // "p_vaddr and p_offset of every PT_LOAD are congruent modulo p_align."
 */
export const checkRules: readonly CheckRule[] = /* @__PURE__ */ [
  [readableRule], // that the file can be read at all
  sectionRules, // the section header table, in files of every type
  symbolRules, // symbol tables, in files of every type
  forLoadable(loadRules), // what kernels and ld.so ask of PT_LOADs
  forLoadable(phdrRules), // the program header table
  forLoadable(coverageRules), // sections and PT_LOADs agree
  forLoadable(segmentRules), // where other program headers point
  forLoadable(dynamicRules), // the dynamic section and where its tags lead
  forLoadable(stringRules), // .dynstr
  forLoadable(versionRules), // symbol versions
  forLoadable(loadedSymbolRules), // symbols of what is loaded
  forLoadable(pointerRules), // addresses that code may hold
  forLoadable(protectionRules), // what may be written and executed
].flat();

/** A broken file may break one rule at each of its sections; more than this tell nobody more. */
const MOST = 1000;

/**
 * Tests a file against every rule. A broken file gives findings, never an error: what a rule cannot read is a finding
 * of the rule "readable".
 *
 * @example
 * check(readElf(bytes)).filter((f) => f.severity === "error")
 */
export function check(elf: ElfFile): Finding[] {
  const out: Finding[] = [];
  const unreadable = new Set<string>();
  for (const rule of checkRules) {
    let count = 0;
    const broken = failure(() => {
      for (const { message, at } of rule.test(elf)) {
        if (rule.id === READABLE) unreadable.add(message);
        out.push({ rule: rule.id, severity: rule.severity, message, at });
        if (++count === MOST) break;
      }
    });
    if (broken === undefined || unreadable.has(broken)) continue;

    unreadable.add(broken);
    out.push({ rule: READABLE, severity: "error", message: broken, at: `rule ${rule.id}` });
  }

  return out;
}

/** A section without a name is called by its index, which changes when one before it goes. */
const INDEXED = /^section \[\d+\]$/;

/**
 * Those of `after` that `before` has not: what a rewrite did, whatever the input was like. Rule and subject count, not
 * the message, which holds offsets.
 */
export function newFindings(before: readonly Finding[], after: readonly Finding[]): Finding[] {
  const key = (f: Finding) => `${f.rule}\n${f.at.replace(INDEXED, "section []")}`;
  const left = new Map<string, number>();
  for (const f of before) left.set(key(f), (left.get(key(f)) ?? 0) + 1);
  return after.filter((f) => {
    const n = left.get(key(f)) ?? 0;
    left.set(key(f), n - 1);
    return n <= 0;
  });
}
