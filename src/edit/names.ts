import { fail } from "../error.js";
import { faultOf, type OptionNames } from "../input.js";
import { shown } from "./json-edit.js";

/** One name or a list of them. */
export type Names<N extends string = string> = N | readonly N[];

/** The names that a function takes: one, several, or a list. */
export type NameArguments<N extends string = string> = readonly N[] | readonly [names: readonly N[]];

/** {@link NameArguments} with options behind them. */
export type NamesThen<O, N extends string = string> =
  readonly [names: Names<N>, options?: O | undefined] | readonly [...names: N[], options: O] | readonly N[];

/** A plain object: a regular expression or a map among names is a mistake, and no options. */
function isOptions(argument: unknown): boolean {
  if (typeof argument !== "object" || argument === null) return false;
  const prototype = Object.getPrototypeOf(argument) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The names among the arguments of a call. */
export function namesAmong(args: readonly unknown[]): unknown[] {
  const names = isOptions(args.at(-1)) ? args.slice(0, -1) : args;
  return names.flat().filter((name) => name !== undefined);
}

/**
 * The options behind the names; an empty object where the last argument is a name. `BAD_EDIT` for one that the function
 * does not have.
 */
export function optionsIn<O>(args: NamesThen<O>, edit: string, names: OptionNames<O>): Partial<O> {
  const last = args.at(-1);
  if (!isOptions(last)) return {};

  assertEditOptions(edit, last, names);
  return last as Partial<O>;
}

/** `BAD_EDIT` for options that are none of the function's. */
export function assertEditOptions<O>(edit: string, options: unknown, names: OptionNames<O>): void {
  const fault = faultOf(edit, options, names);
  if (fault !== undefined) fail("BAD_EDIT", fault, { edit });
}

/** What becomes of versions that symbols use. */
export const USES: readonly string[] = ["refuse", "drop", "weaken"];

/** `BAD_EDIT` for a choice that the function does not have. */
export function assertChoice(edit: string, option: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return;
  fail("BAD_EDIT", `${edit}: ${option} is ${choices.map((c) => `"${c}"`).join(" or ")}, not ${shown(value)}`, { edit });
}

/**
 * Names that an edit can use: at least one, each a text that is not empty. `BAD_EDIT`.
 *
 * @param what what one of them is called in a message
 */
export function nonEmpty<N extends string>(args: readonly unknown[], edit: string, what: string): N[] {
  const names = namesAmong(args);
  if (names.length === 0) fail("BAD_EDIT", `${edit}: no ${what} is given`, { edit });
  if (names.includes("")) fail("BAD_EDIT", `${edit}: a ${what}'s name is empty`, { edit });

  const odd = names.find((n) => typeof n !== "string");
  if (odd !== undefined) fail("BAD_EDIT", `${edit}: ${shown(odd)} is no ${what}'s name`, { edit });
  return names as N[];
}

/** A new name that is the old name of another pair, so that the result would depend on the order. */
export function chainIn(pairs: Readonly<Record<string, string>>): string | undefined {
  const isChain = ([old, name]: readonly [string, string]): boolean =>
    name !== old && Object.hasOwn(pairs, name) && pairs[name] !== name;
  return Object.entries(pairs).find(isChain)?.[1];
}

/** Pairs of names: one old name and its new one, or an object of them. `BAD_EDIT`. */
export function namePairs(edit: string, names: unknown, name: unknown, what: string): Record<string, string> {
  const given: unknown = names instanceof Map ? Object.fromEntries(names) : names;
  const pairs = typeof names === "string" && typeof name === "string" ? { [names]: name } : given;
  const isRecord = typeof pairs === "object" && pairs !== null && !Array.isArray(pairs);
  const isWhole = isRecord && Object.values(pairs).every((v) => typeof v === "string");
  if (!isWhole) {
    fail("BAD_EDIT", `${edit} takes an old name and a new one, ${edit}("old", "new"), or { "old": "new", … }`, {
      edit,
    });
  }

  const whole = pairs as Readonly<Record<string, string>>;
  if (Object.entries(whole).flat().includes("")) fail("BAD_EDIT", `${edit}: a ${what}'s name is empty`, { edit });
  return { ...whole };
}
