import type { DiagnosisFinding } from "../diagnosis.js";
import type { Facts } from "../facts.js";
import { bindingRules } from "./bindings.js";
import { cpuRules } from "./cpu.js";
import { goRules } from "./go.js";
import { hardeningRules } from "./hardening.js";
import { importRules } from "./imports.js";
import { interpreterRules } from "./interpreter.js";
import { libcRules } from "./libcs.js";
import { libraryRules } from "./libraries.js";
import { noteRules } from "./notes.js";
import { pageRules } from "./pages.js";
import { payloadRules } from "./payload.js";
import { retargetedRules } from "./retargeted.js";
import { type DiagnosisRule, findingsOf } from "./rule.js";
import { searchPathRules } from "./search-path.js";
import { segmentRules } from "./segments.js";
import { startupRules } from "./startup.js";
import { staticRules } from "./static.js";
import { targetRules } from "./target.js";

export type { DiagnosisRule } from "./rule.js";

/** Every rule on what there is to know of a file, in the order of findings. */
export const diagnosisRules: readonly DiagnosisRule[] = [
  ...targetRules, ...interpreterRules, ...libcRules, ...libraryRules, ...bindingRules, ...startupRules, ...retargetedRules, ...importRules, ...segmentRules, ...staticRules, ...searchPathRules,
  ...pageRules, ...cpuRules, ...noteRules, ...goRules, ...hardeningRules, ...payloadRules,
];

/** What there is to know of the file itself. What a rule cannot read is among the diagnosis' problems, and the others go on. */
export function ruleFindings(facts: Facts): DiagnosisFinding[] {
  return (facts.hasContents ? diagnosisRules : targetRules).flatMap((rule) => {
    const out: DiagnosisFinding[] = [];
    facts.tolerant.part(() => {
      for (const finding of findingsOf(rule, facts)) out.push(finding);
    });
    return out;
  });
}
