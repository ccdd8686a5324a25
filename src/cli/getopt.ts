import { takeValue, UsageError } from "./command.js";

/** An option that a drop-in verb takes, by its names without dashes. */
export interface OptionName {
  readonly short?: string;
  readonly long: string;
  /** `optional`: only behind `=`, which then stands before the value. */
  readonly takesValue?: boolean | "optional";
  /**
   * One that the model has not: its long name is not cut short, so that the model's own short forms keep their meaning.
   */
  readonly extra?: boolean;
}

/** The options in their order, by long name, and the other arguments. */
export interface ParsedOptions {
  readonly options: readonly { readonly name: string; readonly value: string }[];
  readonly files: readonly string[];
}

/**
 * Takes arguments apart as GNU getopt_long does: options among and behind the files, `-lk`, `-rPATH`, `--replace=PATH`,
 * long names cut short; `--` ends them.
 */
export function getopt(args: readonly string[], names: readonly OptionName[]): ParsedOptions {
  const options: { name: string; value: string }[] = [];
  const files: string[] = [];
  for (const rest = [...args]; rest.length > 0;) {
    const arg = rest.shift()!;
    if (arg === "--") files.push(...rest.splice(0));
    else if (arg.startsWith("--")) options.push(long(arg, rest, names));
    else if (arg.startsWith("-") && arg !== "-") options.push(...cluster(arg, rest, names));
    else files.push(arg);
  }

  return { options, files };
}

function long(arg: string, rest: string[], names: readonly OptionName[]): { name: string; value: string } {
  const at = arg.indexOf("=");
  const given = arg.slice(2, at < 0 ? undefined : at);
  const inline = at < 0 ? undefined : arg.slice(at + 1);
  const found = names.filter((n) => n.long === given || (!n.extra && n.long.startsWith(given)));
  const one = found.find((n) => n.long === given) ?? (isOne(found) ? found[0] : undefined);
  if (!one) throw new UsageError(`${found.length === 0 ? "unknown" : "ambiguous"} option --${given}`);
  if (inline !== undefined && !one.takesValue) throw new UsageError(`option --${one.long} takes no argument`);
  if (one.takesValue === "optional") return { name: one.long, value: inline === undefined ? "" : `=${inline}` };
  return { name: one.long, value: one.takesValue ? takeValue(`--${one.long}`, inline, rest) : "" };
}

/** Long names of one short option mean the same, so a text that could be either is not ambiguous. */
const isOne = (found: readonly OptionName[]): boolean => new Set(found.map((n) => n.short ?? n)).size === 1;

function* cluster(
  arg: string,
  rest: string[],
  names: readonly OptionName[],
): Generator<{ name: string; value: string }> {
  for (let i = 1; i < arg.length; i++) {
    const one = names.find((n) => n.short === arg[i]);
    if (!one) throw new UsageError(`unknown option -${arg[i]!}`);
    if (!one.takesValue) yield { name: one.long, value: "" };
    else return yield { name: one.long, value: takeValue(`-${arg[i]!}`, arg.slice(i + 1) || undefined, rest) };
  }
}
