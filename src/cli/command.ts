import { stripVTControlCharacters } from "node:util";
import { type ElfError, isElfError } from "../error.js";

/** Exit codes: done or nothing to do; refused, broken, or findings of level error; wrong usage. */
export const OK = 0;
export const REFUSED = 1;
export const USAGE = 2;

/** One verb of the command. Data goes to stdout, everything else to stderr. */
export interface Verb {
  readonly name: string;
  readonly help: string;
  /** The exit code for wrong usage: a drop-in verb exits as its model does. */
  readonly usageCode: number;
  /** Does it look for --help itself, as its model does, so that a value may be `-h`? */
  readonly findsHelp?: boolean;
  run(args: readonly string[]): number;
}

/** Wrong usage: the message goes to stderr with a hint to --help. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** An option's value: the rest behind `=`, or the next argument. */
export function takeValue(name: string, inline: string | undefined, rest: string[]): string {
  const value = inline ?? rest.shift();
  if (value === undefined) throw new UsageError(`option ${name} requires an argument`);
  return value;
}

/** `--name=value` apart; other arguments as they are. */
export function splitOption(arg: string): { name: string; inline: string | undefined } {
  const at = arg.startsWith("--") ? arg.indexOf("=") : -1;
  return at < 0 ? { name: arg, inline: undefined } : { name: arg.slice(0, at), inline: arg.slice(at + 1) };
}

export const print = (text: string): void =>
  void process.stdout.write(text.endsWith("\n") || text === "" ? text : `${text}\n`);
/** Messages quote names out of files, which may hold what a terminal obeys. */
export const warn = (text: string): void => void process.stderr.write(`elfwright: ${stripVTControlCharacters(text)}\n`);

/** Addresses above 2^53-1 are bigints in errors' details; JSON gets them as `0x…`. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? `0x${v.toString(16)}` : v), 2);

/** What JSON output says of a file that was refused. */
export interface ErrorEntry {
  readonly file: string;
  readonly error: { readonly code: string; readonly message: string; readonly detail: unknown };
}

/**
 * Runs the work on a file. A refusal goes to stderr and gives its entry; anything but an ElfError is a bug and goes on.
 */
export function attemptFile<T>(file: string, work: () => T): { result: T } | { refusal: ErrorEntry } {
  try {
    return { result: work() };
  } catch (e) {
    if (!isElfError(e)) throw e;
    warn(refusalText(file, e));
    return { refusal: { file, error: { code: e.code, message: e.message, detail: e.detail } } };
  }
}

/** Failed system calls name their file themselves. */
function refusalText(file: string, e: ElfError): string {
  const own = `IO: ${file}: `;
  return `${file}: ${e.message.startsWith(own) ? e.message.slice(own.length) : e.message}`;
}

/** Runs one verb over several files: a file that is refused does not keep the others from their turn. */
export function eachFile<T>(
  files: readonly string[],
  json: boolean,
  work: (file: string) => T,
  text: (result: T) => void,
): { results: T[]; failed: boolean } {
  const results: T[] = [];
  const entries: (T | ErrorEntry)[] = [];
  for (const file of files) {
    const a = attemptFile(file, () => work(file));
    if ("result" in a) {
      results.push(a.result);
      if (!json) text(a.result);
    }
    entries.push("result" in a ? a.result : a.refusal);
  }

  if (json) print(toJson(entries));
  return { results, failed: results.length < files.length };
}
