import { UsageError } from "../command.js";
import { getopt, type OptionName } from "../getopt.js";
import { withResponseFiles } from "../response-file.js";
import { checkFiles, commonOption, overlayChoice, rewriteDefaults, type RewriteOptions } from "../rewrite.js";
import { elfFormat, namesIn } from "./strip-values.js";

/** What is stripped. The last option counts, as with GNU strip. */
export type StripPurpose = "all" | "unneeded" | "debug" | "dwo" | "onlyKeepDebug";

/** What the arguments of one call say. */
export interface StripCommand extends RewriteOptions {
  readonly files: readonly string[];
  /** Print this and do nothing. */
  info: "help" | "version" | undefined;
  mode: StripPurpose | undefined;
  /** Names and patterns of sections. */
  readonly sections: string[];
  readonly keepSections: string[];
  readonly relocations: string[];
  /** Names of symbols, or with `wildcard` patterns. */
  readonly keepSymbols: string[];
  readonly stripSymbols: string[];
  /** An option named symbols to drop, if only by an empty name or list. */
  someSymbols: boolean;
  wildcard: boolean;
  discard: "all" | "temporary" | undefined;
  fileSymbols: boolean;
  dropHeaders: boolean;
  /** The debug file that .gnu_debuglink shall name. */
  debugLink: string | undefined;
  force: boolean;
  verbose: boolean;
  /** 32 or 64, where an option names a format. */
  outputClass: number | undefined;
}

const defaults = (files: readonly string[]): StripCommand => ({
  files,
  info: undefined,
  mode: undefined,
  sections: [],
  keepSections: [],
  relocations: [],
  keepSymbols: [],
  stripSymbols: [],
  someSymbols: false,
  wildcard: false,
  discard: undefined,
  fileSymbols: false,
  dropHeaders: false,
  debugLink: undefined,
  force: false,
  verbose: false,
  outputClass: undefined,
  preserveDates: false,
  deterministic: true,
  ...rewriteDefaults(),
});

type Take = (command: StripCommand, value: string) => void;
type Option = OptionName & { readonly take: Take };

/** The fields that options without a value set. */
type Field =
  | "mode"
  | "discard"
  | "wildcard"
  | "fileSymbols"
  | "dropHeaders"
  | "force"
  | "verbose"
  | "deterministic"
  | "preserveDates";

const flag = (long: string, short: string | undefined, take: Take): Option => ({
  long,
  ...(short !== undefined && { short }),
  take,
});
const valued = (long: string, short: string | undefined, take: Take): Option => ({
  ...flag(long, short, take),
  takesValue: true,
});
const sets = <F extends Field>(long: string, short: string | undefined, field: F, value: StripCommand[F]): Option =>
  flag(long, short, (command) => {
    command[field] = value;
  });
const accepted = (long: string, short?: string): Option => flag(long, short, () => {});

/** An option that GNU strip does not have. */
const extra = (option: Option): Option => ({ ...option, extra: true });
const common = (long: string): Option =>
  extra(flag(long, undefined, (command, value) => commonOption(command, `--${long}${value}`)));

/** No section has an empty name: GNU strip finds nothing by it. */
function addSection(list: string[], name: string): void {
  if (name !== "" && name !== "!") list.push(name);
}

const isName = (name: string): boolean => name !== "";

function keep(command: StripCommand, names: readonly string[]): void {
  for (const name of names) if (isName(name)) command.keepSymbols.push(name);
}

function drop(command: StripCommand, names: readonly string[]): void {
  for (const name of names) if (isName(name)) command.stripSymbols.push(name);
  command.someSymbols = true;
}

const outputFormat: Take = (command, value) => {
  command.outputClass = elfFormat(value) ?? command.outputClass;
};

/** Of --help and --version the first counts. */
const info = (long: "help" | "version", short: string): Option =>
  flag(long, short, (command) => {
    command.info ??= long;
  });

const OPTIONS: readonly Option[] = [
  sets("strip-all", "s", "mode", "all"),
  sets("strip-debug", "g", "mode", "debug"),
  sets("strip-debug", "S", "mode", "debug"),
  sets("strip-debug", "d", "mode", "debug"),
  sets("strip-unneeded", undefined, "mode", "unneeded"),
  sets("strip-dwo", undefined, "mode", "dwo"),
  sets("only-keep-debug", undefined, "mode", "onlyKeepDebug"),
  valued("remove-section", "R", (command, value) => addSection(command.sections, value)),
  valued("keep-section", undefined, (command, value) => addSection(command.keepSections, value)),
  valued("remove-relocations", undefined, (command, value) => addSection(command.relocations, value)),
  valued("keep-symbol", "K", (command, value) => keep(command, [value])),
  valued("strip-symbol", "N", (command, value) => drop(command, [value])),
  sets("wildcard", "w", "wildcard", true),
  sets("discard-all", "x", "discard", "all"),
  sets("discard-locals", "X", "discard", "temporary"),
  sets("keep-file-symbols", undefined, "fileSymbols", true),
  // Section symbols that are used stay anyway. GNU strip 2.40 keeps no others, and with -g makes some that a program
  // never had.
  accepted("keep-section-symbols"),
  // Notes are never merged.
  accepted("merge-notes", "M"),
  accepted("no-merge-notes"),
  sets("enable-deterministic-archives", "D", "deterministic", true),
  sets("disable-deterministic-archives", "U", "deterministic", false),
  sets("preserve-dates", "p", "preserveDates", true),
  sets("verbose", "v", "verbose", true),
  valued("output-file", "o", (command, value) => {
    command.output = outputName(value);
  }),
  valued("input-target", "I", (_, value) => elfFormat(value)),
  valued("input-format", "I", (_, value) => elfFormat(value)),
  valued("output-target", "O", outputFormat),
  valued("output-format", "O", outputFormat),
  valued("target", "F", outputFormat),
  valued("format", "F", outputFormat),
  info("help", "h"),
  info("version", "V"),
  extra(valued("keep-symbols", undefined, (command, value) => keep(command, namesIn(value, "--keep-symbols")))),
  extra(valued("strip-symbols", undefined, (command, value) => drop(command, namesIn(value, "--strip-symbols")))),
  extra(sets("strip-section-headers", undefined, "dropHeaders", true)),
  extra(
    valued("add-gnu-debuglink", undefined, (command, value) => {
      command.debugLink = value;
    }),
  ),
  extra(sets("force", undefined, "force", true)),
  extra(
    valued("overlay", undefined, (command, value) => {
      command.overlay = overlayChoice(value);
    }),
  ),
  common("in-place"),
  { ...common("backup"), takesValue: "optional" },
  common("dry-run"),
  common("json"),
];

const BY_NAME = new Map(OPTIONS.map((option) => [option.long, option.take]));

/** GNU strip cannot open a file without a name either. It says so later, in other words. */
function outputName(value: string): string {
  if (value === "") throw new UsageError("-o takes a file's name");
  return value;
}

export function parseStrip(args: readonly string[]): StripCommand {
  const { options, files } = getopt(withResponseFiles(args), OPTIONS);
  const command = defaults(files);
  for (const { name, value } of options) BY_NAME.get(name)!(command, value);
  if (command.info === undefined) checkFiles(files, "-o", command);
  return command;
}
