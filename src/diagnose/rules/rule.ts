import type { DiagnosisFinding, DiagnosisRule, DiagnosisSeverity } from "../diagnosis.js";
import type { Facts } from "../facts.js";

/** What a rule found, once for each subject. */
export interface RuleMatch {
  /** One exact sentence, with names and offsets. */
  readonly message: string;
  /** Where what to do depends on the case; else the rule's. */
  readonly advice?: string;
  /** Where this case is worse or less bad than the rule's others. */
  readonly severity?: DiagnosisSeverity;
  /** Names it is about: symbols, libraries, directories. */
  readonly names?: readonly string[];
}

/** A rule with its test. */
export interface Rule extends DiagnosisRule {
  /** May throw an `ElfError` where the file cannot be read that far. */
  test(facts: Facts): Iterable<RuleMatch>;
}

/** A broken file may have one finding for each of its entries; more than this tell nobody more. */
export const MOST = 100;

export function* findingsOf(rule: Rule, facts: Facts): Generator<DiagnosisFinding> {
  let count = 0;
  for (const found of rule.test(facts)) {
    if (++count > MOST) return;
    yield findingOf(rule, { ...found, message: printable(found.message) });
  }
}

/** What a rule found, as a finding: the rule's own severity and advice where the case has none. */
export const findingOf = (rule: DiagnosisRule, { message, advice, severity, names }: RuleMatch): DiagnosisFinding => ({
  rule: rule.id,
  severity: severity ?? rule.severity,
  message,
  advice: advice ?? rule.advice,
  ...(names && { names }),
});

/** Names come from the file, and may hold what a terminal takes for commands. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);

/** `a, b and c`; of many the first ones and their number. */
export function list(names: readonly string[], most = 8): string {
  if (names.length > most) return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]!}`;
}

/** `1 symbol`, `2 symbols`. */
export const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : what.endsWith("y") ? "" : "s"}`;

/** Is it something that a kernel starts? */
export const isProgram = ({ linkage }: Facts): boolean =>
  linkage === "dynamic" || linkage === "interpreter-only" || linkage === "static" || linkage === "static-pie";
