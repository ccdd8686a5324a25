import { stripVTControlCharacters } from "node:util";
import { type ElfError, isElfError } from "../error.js";

/** Exit code: done, or nothing to do. */
export const OK = 0;
/** Exit code: a file was refused or is broken, or there are findings of level error. */
export const REFUSED = 1;
/** Exit code: wrong usage. */
export const USAGE = 2;

/** One verb of the command. Data goes to stdout, everything else to stderr. */
export interface Verb {
  readonly name: string;
  readonly help: string;
  /** The exit code for wrong usage: a drop-in verb exits as its model does. */
  readonly usageCode: number;
  /** True where the verb looks for --help itself, as its model does: an option's value may be `-h`. */
  readonly findsHelp?: boolean;
  run(args: readonly string[]): number | Promise<number>;
}

/** Wrong usage. The message goes to stderr, with a hint to --help. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Tests by name, not by class: a verb that is built as one file has a class of its own. */
export const isUsageError = (e: unknown): e is UsageError => e instanceof Error && e.name === "UsageError";

/** An option's value: the text behind `=`, or the next argument. */
export function takeValue(name: string, inline: string | undefined, rest: string[]): string {
  const value = inline ?? rest.shift();
  if (value === undefined) throw new UsageError(`option ${name} requires an argument`);
  return value;
}

/** Splits `--name=value`. Other arguments stay as they are. */
export function splitOption(arg: string): { name: string; inline: string | undefined } {
  const at = arg.startsWith("--") ? arg.indexOf("=") : -1;
  if (at < 0) return { name: arg, inline: undefined };
  return { name: arg.slice(0, at), inline: arg.slice(at + 1) };
}

export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") || text === "" ? text : `${text}\n`);
}

/** Messages quote names from files, which may hold escape sequences of terminals. */
export function warn(text: string): void {
  process.stderr.write(`elfwright: ${stripVTControlCharacters(text)}\n`);
}

/** Details of errors hold addresses above 2^53-1 as bigints. JSON gets them as `0x…`. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? `0x${v.toString(16)}` : v), 2);

/** The entry of a refused file in JSON output. */
export interface ErrorEntry {
  readonly file: string;
  readonly error: { readonly code: string; readonly message: string; readonly detail: unknown };
}

/**
 * Runs the work on a file. A refusal goes to stderr and gives its entry. An error that is no ElfError is a bug and is
 * thrown on.
 */
export function attemptFile<T>(file: string, work: () => T): Attempt<T> {
  try {
    return { result: work() };
  } catch (e) {
    return refused(file, e);
  }
}

/** {@link attemptFile} for work that waits. */
export async function attemptLater<T>(file: string, work: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    return { result: await work() };
  } catch (e) {
    return refused(file, e);
  }
}

type Attempt<T> = { result: T } | { refusal: ErrorEntry };

function refused(file: string, e: unknown): { refusal: ErrorEntry } {
  if (!isElfError(e)) throw e;
  warn(refusalText(file, e));
  return { refusal: { file, error: { code: e.code, message: e.message, detail: e.detail } } };
}

/** The message behind the name of the file. Failed system calls name the file themselves. */
function refusalText(file: string, e: ElfError): string {
  const own = `IO: ${file}: `;
  const message = e.message.startsWith(own) ? e.message.slice(own.length) : e.message;
  return `${file}: ${message}`;
}

/** Runs one verb over several files. After a refused file the verb goes on with the next one. */
export async function eachFile<T>(
  files: readonly string[],
  json: boolean,
  work: (file: string) => T | Promise<T>,
  text: (result: T) => void,
): Promise<{ results: T[]; failed: boolean }> {
  const results: T[] = [];
  const entries: (T | ErrorEntry)[] = [];
  for (const file of files) {
    const attempt = await attemptLater(file, () => work(file));
    if ("refusal" in attempt) {
      entries.push(attempt.refusal);
      continue;
    }

    results.push(attempt.result);
    if (!json) text(attempt.result);
    entries.push(attempt.result);
  }

  if (json) print(toJson(entries));
  return { results, failed: results.length < files.length };
}
