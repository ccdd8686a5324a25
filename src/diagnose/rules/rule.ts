import type { DiagnosisFinding, DiagnosisRule, DiagnosisSeverity } from "../diagnosis.js";
import type { Facts } from "../facts.js";

/** What a rule found, once for each subject. */
export interface RuleMatch {
  /** One exact sentence, with names and offsets. */
  readonly message: string;
  /** Only where what to do depends on the case; else the rule's advice holds. */
  readonly advice?: string;
  /** Only where this case is worse or less bad than the rule's others. */
  readonly severity?: DiagnosisSeverity;
  /** The names that the message is about: symbols, libraries, directories. */
  readonly names?: readonly string[];
}

/** A rule with its test. */
export interface Rule extends DiagnosisRule {
  /** May throw an `ElfError` where the file cannot be read that far. */
  test(facts: Facts): Iterable<RuleMatch>;
}

/** A broken file may have one finding for each of its entries. More than this help nobody. */
export const MOST_FINDINGS = 100;

export function* findingsOf(rule: Rule, facts: Facts): Generator<DiagnosisFinding> {
  for (const found of matchesOf(rule, facts)) yield findingOf(rule, found);
}

/** What a rule finds, not too often, and with messages that can be printed. */
export function* matchesOf<M extends RuleMatch>(rule: { test(facts: Facts): Iterable<M> }, facts: Facts): Generator<M> {
  let number = 0;
  for (const found of rule.test(facts)) {
    number++;
    if (number > MOST_FINDINGS) return;
    const { message, advice } = found;
    yield { ...found, message: printable(message), ...(advice !== undefined && { advice: printable(advice) }) };
  }
}

/** What a rule found, as a finding. It has the rule's severity and advice where the case has none of its own. */
export const findingOf = (rule: DiagnosisRule, { message, advice, severity, names }: RuleMatch): DiagnosisFinding => ({
  rule: rule.id,
  severity: severity ?? rule.severity,
  message,
  advice: advice ?? rule.advice,
  ...(names && { names }),
});

/** Names come from the file, and may hold characters that a terminal takes for commands. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);

/** `a, b and c`; of many names the first ones, and how many more there are. */
export function inWords(names: readonly string[], most = 8): string {
  if (names.length > most) return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]!}`;
}

/** `1 symbol`, `2 symbols`, `2 libraries`. */
export function plural(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  return noun.endsWith("y") ? `${number} ${noun.slice(0, -1)}ies` : `${number} ${noun}s`;
}

/** Is it something that a kernel starts? */
export const isProgram = ({ linkage }: Facts): boolean =>
  linkage === "dynamic" || linkage === "interpreter-only" || linkage === "static" || linkage === "static-pie";
