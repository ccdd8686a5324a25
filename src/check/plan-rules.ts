import type { ElfFile } from "../image/elf.js";
import { coverageRules } from "./coverage.js";
import { dynamicRules } from "./dynamic.js";
import { hashRules } from "./hash.js";
import { loadRules } from "./loads.js";
import { phdrRules } from "./phdrs.js";
import { protectionRules } from "./protection.js";
import { failureOf, READABLE, readableRule } from "./readable.js";
import { type CheckRule, type Finding, forLoadable, frozen } from "./rule.js";
import { sectionRules } from "./sections.js";
import { segmentRules } from "./segments.js";
import { stringRules } from "./strings.js";
import { symbolRules } from "./symbols.js";
import { versionRules } from "./versions.js";

/**
 * The rules that a rewrite is tested by: on all that it may change, in the order of their tests. They read no table for
 * what no edit can break; `checkRules` has rules on that, too.
 */
export const planRules: readonly CheckRule[] = /* @__PURE__ */ frozen(
  [
    [readableRule], // whether the file can be read at all
    sectionRules, // the section header table, in files of every type
    symbolRules, // symbol tables, in files of every type
    forLoadable(loadRules), // what kernels and ld.so ask of PT_LOADs
    forLoadable(phdrRules), // the program header table
    forLoadable(coverageRules), // sections and PT_LOADs agree
    forLoadable(segmentRules), // where other program headers point
    forLoadable(dynamicRules), // the dynamic section and where its tags lead
    forLoadable(stringRules), // .dynstr
    forLoadable(hashRules), // hash tables
    forLoadable(versionRules), // symbol versions
    forLoadable(protectionRules), // what may be written and executed
  ].flat(),
);

/** The most findings of one rule: a broken file may break it at each of its sections, and more of them help nobody. */
const MOST = 1000;

/**
 * Tests a file against rules. A broken file gives findings, never an error: what a rule cannot read is a finding of the
 * rule "readable".
 */
export function findingsBy(elf: ElfFile, rules: readonly CheckRule[]): Finding[] {
  const findings: Finding[] = [];
  const unreadable = new Set<string>();

  for (const rule of rules) {
    let count = 0;
    const broken = failureOf(() => {
      for (const { message, at } of rule.test(elf)) {
        if (rule.id === READABLE) unreadable.add(message);
        findings.push({ rule: rule.id, severity: rule.severity, message, at });
        count++;
        if (count === MOST) break;
      }
    });
    if (broken === undefined || unreadable.has(broken)) continue;

    unreadable.add(broken);
    findings.push({ rule: READABLE, severity: "error", message: broken, at: `rule ${rule.id}` });
  }

  return findings;
}

/** A section without a name is called by its index, which changes when a section before it is dropped. */
const INDEXED = /^section \[\d+\]$/;

/** Rule and subject, without the message, which holds offsets. */
const keyOf = (finding: Finding): string => `${finding.rule}\n${finding.at.replace(INDEXED, "section []")}`;

/**
 * The findings of `after` that `before` does not have: what a rewrite did, however broken the input was. Rules and
 * subjects are compared, messages are not, since they hold offsets.
 */
export function newFindings(before: readonly Finding[], after: readonly Finding[]): Finding[] {
  const unmatched = new Map<string, number>();
  for (const finding of before) {
    const key = keyOf(finding);
    unmatched.set(key, (unmatched.get(key) ?? 0) + 1);
  }

  return after.filter((finding) => {
    const key = keyOf(finding);
    const count = unmatched.get(key) ?? 0;
    unmatched.set(key, count - 1);
    return count <= 0;
  });
}
