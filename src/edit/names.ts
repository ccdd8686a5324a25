import { fail } from "../error.js";

/** One name or a list of them. */
export type Names<N extends string = string> = N | readonly N[];

/** The names that a function takes: one, several, or a list. */
export type NameArguments<N extends string = string> = readonly N[] | readonly [names: readonly N[]];

/** {@link NameArguments} with options behind them. */
export type NamesThen<O, N extends string = string> =
  readonly [names: Names<N>, options?: O | undefined] | readonly [...names: N[], options: O] | readonly N[];

const isOptions = (argument: unknown): boolean =>
  typeof argument === "object" && argument !== null && !Array.isArray(argument);

/** The names among the arguments of a call. */
export function namesAmong(args: readonly unknown[]): unknown[] {
  const names = isOptions(args.at(-1)) ? args.slice(0, -1) : args;
  return names.flat().filter((name) => name !== undefined);
}

/** The options behind the names; an empty object where the last argument is a name. */
export function optionsIn<O>(args: NamesThen<O>): Partial<O> {
  const last = args.at(-1);
  return isOptions(last) ? (last as Partial<O>) : {};
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
  if (odd !== undefined) fail("BAD_EDIT", `${edit}: ${JSON.stringify(odd)} is no ${what}'s name`, { edit });
  return names as N[];
}

/** Pairs of names: one old name and its new one, or an object of them. `BAD_EDIT`. */
export function namePairs(edit: string, names: unknown, name: unknown, what: string): Record<string, string> {
  const pairs = typeof names === "string" && typeof name === "string" ? { [names]: name } : names;
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
