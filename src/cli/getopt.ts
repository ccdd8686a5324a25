import { splitOption, takeValue, UsageError } from "./command.js";

/** An option that a drop-in verb takes, by its names without dashes. */
export interface OptionName {
  readonly short?: string;
  readonly long: string;
  /** `optional`: a value only behind `=`. The value is then told with the `=` in front. */
  readonly takesValue?: boolean | "optional";
  /** Not an option of the model. Its long name cannot be abbreviated: abbreviations of the model keep their meaning. */
  readonly extra?: boolean;
}

interface ParsedOption {
  readonly name: string;
  readonly value: string;
}

/** The options in their order, by long name, and the other arguments. */
export interface ParsedOptions {
  readonly options: readonly ParsedOption[];
  readonly files: readonly string[];
}

/**
 * Parses arguments as GNU getopt_long does: options among and behind the files, `-lk`, `-rPATH`, `--replace=PATH`,
 * abbreviated long names. `--` ends the options.
 */
export function getopt(args: readonly string[], names: readonly OptionName[]): ParsedOptions {
  const options: ParsedOption[] = [];
  const files: string[] = [];

  const rest = [...args];
  while (rest.length > 0) {
    const arg = rest.shift()!;
    if (arg === "--") files.push(...rest.splice(0));
    else if (arg.startsWith("--")) options.push(longOption(arg, rest, names));
    else if (arg.startsWith("-") && arg !== "-") options.push(...shortOptions(arg, rest, names));
    else files.push(arg);
  }

  return { options, files };
}

function longOption(arg: string, rest: string[], names: readonly OptionName[]): ParsedOption {
  const { name: dashed, inline } = splitOption(arg);
  const { long: name, takesValue } = findLong(dashed.slice(2), names);

  if (inline !== undefined && !takesValue) throw new UsageError(`option --${name} takes no argument`);
  if (takesValue === "optional") return { name, value: inline === undefined ? "" : `=${inline}` };
  return { name, value: takesValue ? takeValue(`--${name}`, inline, rest) : "" };
}

/** The option of this name, or the only one whose name begins with it. */
function findLong(given: string, names: readonly OptionName[]): OptionName {
  const found = names.filter((n) => n.long === given || (!n.extra && n.long.startsWith(given)));
  const option = found.find((n) => n.long === given) ?? (areOne(found) ? found[0] : undefined);
  if (!option) throw new UsageError(`${found.length === 0 ? "unknown" : "ambiguous"} option --${given}`);
  return option;
}

/** Long names of one short option mean the same: an abbreviation of several of them is not ambiguous. */
const areOne = (found: readonly OptionName[]): boolean => new Set(found.map((n) => n.short ?? n)).size === 1;

/** `-lk`, `-rPATH`, `-r PATH`. */
function* shortOptions(arg: string, rest: string[], names: readonly OptionName[]): Generator<ParsedOption> {
  for (let i = 1; i < arg.length; i++) {
    const letter = arg[i]!;
    const option = names.find((n) => n.short === letter);
    if (!option) throw new UsageError(`unknown option -${letter}`);

    if (option.takesValue) {
      yield { name: option.long, value: takeValue(`-${letter}`, arg.slice(i + 1) || undefined, rest) };
      return;
    }
    yield { name: option.long, value: "" };
  }
}
