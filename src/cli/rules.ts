import { lines } from "../report/text/print.js";
import { print, toJson } from "./command.js";

/** A rule as `--rules` lists it. */
interface ListedRule {
  readonly id: string;
  readonly severity: string;
  readonly sentence: string;
  /** What to do, where findings of the verb say it. */
  readonly advice?: string;
}

/** Prints rules in the format of findings, each with its sentence in place of a message. */
export function printRules(rules: readonly ListedRule[], json: boolean): void {
  print(json ? toJson(rules.map(entryOf)) : lines(rules.flatMap(textOf)));
}

const entryOf = ({ id, severity, sentence, advice }: ListedRule): ListedRule => ({
  id,
  severity,
  sentence,
  ...(advice !== undefined && { advice }),
});

function textOf({ id, severity, sentence, advice }: ListedRule): string[] {
  const line = `${severity}: ${sentence} [${id}]`;
  return advice === undefined ? [line] : [line, `  ${advice}`];
}
