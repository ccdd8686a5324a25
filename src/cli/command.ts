import { isElfError } from "../error.js";

/** Exit codes: done or nothing to do; refused, broken, or findings of level error; wrong usage. */
export const OK = 0;
export const REFUSED = 1;
export const USAGE = 2;

/** One verb of the command. Data goes to stdout, everything else to stderr. */
export interface Verb {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  readonly help: string;
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

export const print = (text: string): void => void process.stdout.write(text.endsWith("\n") || text === "" ? text : `${text}\n`);
export const warn = (text: string): void => void process.stderr.write(`elfwright: ${text}\n`);

/** Addresses above 2^53-1 are bigints in errors' details; JSON gets them as `0x…`. */
export const toJson = (value: unknown): string => JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? `0x${v.toString(16)}` : v), 2);

/** An error as JSON and as text. Anything but an ElfError is a bug and goes on. */
export function errorReport(file: string, e: unknown): { file: string; error: { code: string; message: string; detail: unknown } } {
  if (!isElfError(e)) throw e;
  return { file, error: { code: e.code, message: e.message, detail: e.detail } };
}

/** Runs one verb over several files: a file that is refused does not keep the others from their turn. */
export function eachFile<T>(files: readonly string[], json: boolean, work: (file: string) => T, text: (result: T, file: string) => void): { results: T[]; failed: boolean } {
  const results: T[] = [], reports: unknown[] = [];
  let failed = false;
  for (const file of files)
    try {
      const result = work(file);
      results.push(result);
      reports.push(result);
      if (!json) text(result, file);
    } catch (e) {
      const report = errorReport(file, e);
      failed = true;
      reports.push(report);
      warn(`${file}: ${report.error.message}`);
    }
  if (json) print(toJson(reports));
  return { results, failed };
}
