import { check } from "../../check/check.js";
import { newFindings } from "../../check/plan-rules.js";
import type { Finding, Severity } from "../../check/rule.js";
import { assertOptions, refuseArgument } from "../../input.js";
import { type Answer, type ElfSubject, judge, otherFile, type Verdict } from "./verdict.js";

/** Which findings of `check` count. */
export interface LayoutCheckOptions {
  /** The mildest severity that counts. Default: "warning". */
  readonly severity?: Severity | undefined;
  /** Ids of rules whose findings do not count. */
  readonly except?: readonly string[] | undefined;
}

const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

/** A test for findings that count. */
function counting(of: string, options: LayoutCheckOptions): (finding: Finding) => boolean {
  assertOptions<LayoutCheckOptions>(of, options, { severity: true, except: true });
  const { severity = "warning", except = [] } = options;
  if (!SEVERITIES.includes(severity)) refuseArgument(of, "a severity, error, warning or note", severity);
  if (!Array.isArray(except)) refuseArgument(of, "a list of ids of rules for except", except);

  const mildest = SEVERITIES.indexOf(severity);
  return (finding) => SEVERITIES.indexOf(finding.severity) <= mildest && !except.includes(finding.rule);
}

const answerOf = (findings: readonly Finding[]): Answer => ({
  pass: findings.length === 0,
  found:
    findings.length === 0
      ? ["no finding"]
      : findings.map(({ severity, rule, at, message }) => `${severity} ${rule}, ${at}: ${message}`),
});

/** Does the file keep every rule of `check`: those of kernels, loaders and strip? */
export function toPassLayoutChecks(subject: ElfSubject, options: LayoutCheckOptions = {}): Verdict {
  const counts = counting("toPassLayoutChecks", options);
  const question = {
    to: "pass the layout checks",
    table: "rules of check",
    expected: "no finding",
    unexpected: "a finding",
  };
  return judge(subject, question, (elf) => answerOf(check(elf).filter(counts)));
}

/** Does `check` find nothing in the file that it does not find in the one it was made of? */
export function toIntroduceNoFindings(
  subject: ElfSubject,
  before: ElfSubject,
  options: LayoutCheckOptions = {},
): Verdict {
  const counts = counting("toIntroduceNoFindings", options);
  const question = {
    to: "introduce no findings",
    table: "rules of check",
    expected: "no finding that the file before has not",
    unexpected: "a new finding",
  };
  return judge(subject, question, (elf) => {
    const old = check(otherFile(before, "the file before"));
    return answerOf(newFindings(old, check(elf)).filter(counts));
  });
}
