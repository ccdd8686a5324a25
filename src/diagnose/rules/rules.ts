import type { DiagnosisFinding, DiagnosisRule } from "../diagnosis.js";
import { NO_SYSTEM } from "../detect/system.js";
import type { Facts } from "../facts.js";
import { bindingRules } from "./bindings.js";
import { cpuRules } from "./cpu.js";
import { dlopenRules } from "./dlopen.js";
import { goRules } from "./go.js";
import { hardeningRules } from "./hardening.js";
import { importRules } from "./imports.js";
import { interpreterRules } from "./interpreter.js";
import { libcRules } from "./libcs.js";
import { kindRules } from "./kind.js";
import { libraryRules } from "./libraries.js";
import { noteRules } from "./notes.js";
import { pageSizeRules } from "./pages.js";
import { payloadRules } from "./payload.js";
import { retargetedRules } from "./retargeted.js";
import { frozen } from "../../check/rule.js";
import { findingsOf, type Rule } from "./rule.js";
import { searchPathRules } from "./search-path.js";
import { programHeaderRules } from "./segments.js";
import { startupRules } from "./startup.js";
import { staticRules } from "./static.js";
import { targetFindings, targetRules } from "./target/target.js";

// The lists below are calls that are marked as pure, without spreads, so that a bundle without `diagnose` drops the
// rules.

/** Rules on the file itself. */
const fileRules: readonly Rule[] = /* @__PURE__ */ [
  kindRules, // what kind of file, and for which machine
  interpreterRules, // PT_INTERP
  libcRules, // one process, one C library
  libraryRules, // what the libraries themselves say
  bindingRules, // symbols that libraries give each other
  startupRules, // how the program gets to its own code
  retargetedRules, // musl's programs under glibc's names
  importRules, // what references mean to another C library than that of the build
  programHeaderRules, // what may be executed, what may be written
  dlopenRules, // what dlopen makes of a library
  staticRules, // what a static program does not carry along
  searchPathRules, // DT_RUNPATH, DT_RPATH
  pageSizeRules, // page sizes
  cpuRules, // processor and kernel
  noteRules, // the file's own ELF notes
  goRules, // Go's linker
  hardeningRules, // missing protections
  payloadRules, // what is in the file beside the program
].flat();

/**
 * Every rule of `diagnose`, in the order in which it tests them. Those on a target are the last. Every finding has the
 * id of one of them.
 *
 * @example
 * diagnosisRules.find((r) => r.id === "target-version")!.sentence
 * // "The file needs a newer release of its C library than the target has."
 */
export const diagnosisRules: readonly DiagnosisRule[] = /* @__PURE__ */ frozen([fileRules, targetRules].flat());

/** All findings on a file, in the order of the rules. The diagnosis's problems say what could not be read. */
export const ruleFindings = (facts: Facts): DiagnosisFinding[] => [
  ...fileFindings(facts),
  ...(facts.tolerant.part(() => targetFindings(facts)) ?? []),
];

/** Where a rule cannot read the file, the others go on, and what it has found so far stays. */
function fileFindings(facts: Facts): DiagnosisFinding[] {
  const findings: DiagnosisFinding[] = [];
  for (const rule of rulesOn(facts)) {
    facts.tolerant.part(() => {
      for (const finding of findingsOf(rule, facts)) findings.push(finding);
    });
  }
  return findings;
}

/** Nothing loads a debug file, and no system loads a kernel or firmware: the rules on loading say nothing of them. */
function rulesOn({ hasContents, system }: Facts): readonly Rule[] {
  if (!hasContents) return kindRules;
  return system === NO_SYSTEM ? [...kindRules, ...noteRules, ...payloadRules] : fileRules;
}
