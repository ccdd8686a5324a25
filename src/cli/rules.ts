import { lines } from "../report/text/print.js";
import { print, toJson } from "./command.js";

/** A rule as `--rules` lists it. */
interface ListedRule {
  readonly id: string;
  readonly severity: string;
  readonly sentence: string;
  /** What to do, where the verb's findings have that. */
  readonly advice?: string;
}

/** Prints a verb's rules as its findings look, with what each says in general in place of what it found. */
export function printRules(rules: readonly ListedRule[], json: boolean): void {
  print(json ? toJson(rules.map(entryOf)) : lines(rules.flatMap(textOf)));
}

const entryOf = ({ id, severity, sentence, advice }: ListedRule): ListedRule => ({
  id,
  severity,
  sentence,
  ...(advice !== undefined && { advice }),
});

const textOf = ({ id, severity, sentence, advice }: ListedRule): string[] => [
  `${severity}: ${sentence} [${id}]`,
  ...(advice === undefined ? [] : [`  ${advice}`]),
];
