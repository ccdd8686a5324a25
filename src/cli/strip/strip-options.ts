import { UsageError } from "../command.js";
import { getopt, type OptionName } from "../getopt.js";
import { withResponseFiles } from "../response-file.js";
import { checkFiles, commonOption, overlayChoice, rewriteDefaults, type RewriteOptions } from "../rewrite.js";
import { elfFormat, namesIn } from "./strip-values.js";

/** What a strip is for; of several the last counts, as with GNU strip. */
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
  /** Symbols to drop were spoken of, if only by an empty name or list. */
  someSymbols: boolean;
  wildcard: boolean;
  discard: "all" | "temporary" | undefined;
  fileSymbols: boolean;
  dropHeaders: boolean;
  /** The debug file to be named. */
  debugLink: string | undefined;
  force: boolean;
  verbose: boolean;
  /** 32 or 64, where a format was asked for. */
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

type Take = (c: StripCommand, value: string) => void;
type Option = OptionName & { readonly take: Take };

const flag = (long: string, short: string | undefined, take: Take): Option => ({
  long,
  ...(short !== undefined && { short }),
  take,
});
const valued = (long: string, short: string | undefined, take: Take): Option => ({
  ...flag(long, short, take),
  takesValue: true,
});
/** One that GNU strip has not. */
const ours = (option: Option): Option => ({ ...option, extra: true });
const mode = (long: string, short: string | undefined, m: StripPurpose): Option =>
  flag(long, short, (c) => void (c.mode = m));
const common = (long: string): Option =>
  ours(flag(long, undefined, (c, value) => void commonOption(c, `--${long}${value}`)));

/** An empty name is no section's: GNU strip finds nothing by it. */
const add = (list: string[], name: string): void => void (name !== "" && name !== "!" && list.push(name));
function drop(c: StripCommand, names: readonly string[]): void {
  c.stripSymbols.push(...names.filter((name) => name !== ""));
  c.someSymbols = true;
}

const target: Take = (c, value) => void (c.outputClass = elfFormat(value) ?? c.outputClass);

const OPTIONS: readonly Option[] = [
  mode("strip-all", "s", "all"),
  mode("strip-debug", "g", "debug"),
  mode("strip-debug", "S", "debug"),
  mode("strip-debug", "d", "debug"),
  mode("strip-unneeded", undefined, "unneeded"),
  mode("strip-dwo", undefined, "dwo"),
  mode("only-keep-debug", undefined, "onlyKeepDebug"),
  valued("remove-section", "R", (c, value) => add(c.sections, value)),
  valued("keep-section", undefined, (c, value) => add(c.keepSections, value)),
  valued("remove-relocations", undefined, (c, value) => add(c.relocations, value)),
  valued("keep-symbol", "K", (c, value) => void (value !== "" && c.keepSymbols.push(value))),
  valued("strip-symbol", "N", (c, value) => drop(c, [value])),
  flag("wildcard", "w", (c) => void (c.wildcard = true)),
  flag("discard-all", "x", (c) => void (c.discard = "all")),
  flag("discard-locals", "X", (c) => void (c.discard = "temporary")),
  flag("keep-file-symbols", undefined, (c) => void (c.fileSymbols = true)),
  // Those that are used stay anyway; GNU strip 2.40 keeps no others, and with -g makes some that a program never had.
  flag("keep-section-symbols", undefined, () => {}),
  // Notes are never merged.
  flag("merge-notes", "M", () => {}),
  flag("no-merge-notes", undefined, () => {}),
  flag("enable-deterministic-archives", "D", (c) => void (c.deterministic = true)),
  flag("disable-deterministic-archives", "U", (c) => void (c.deterministic = false)),
  flag("preserve-dates", "p", (c) => void (c.preserveDates = true)),
  flag("verbose", "v", (c) => void (c.verbose = true)),
  valued("output-file", "o", (c, value) => void (c.output = outputName(value))),
  valued("input-target", "I", (_, value) => void elfFormat(value)),
  valued("input-format", "I", (_, value) => void elfFormat(value)),
  valued("output-target", "O", target),
  valued("output-format", "O", target),
  valued("target", "F", target),
  valued("format", "F", target),
  flag("help", "h", (c) => void (c.info ??= "help")),
  flag("version", "V", (c) => void (c.info ??= "version")),
  ours(valued("keep-symbols", undefined, (c, value) => void c.keepSymbols.push(...namesIn(value, "--keep-symbols")))),
  ours(valued("strip-symbols", undefined, (c, value) => drop(c, namesIn(value, "--strip-symbols")))),
  ours(flag("strip-section-headers", undefined, (c) => void (c.dropHeaders = true))),
  ours(valued("add-gnu-debuglink", undefined, (c, value) => void (c.debugLink = value))),
  ours(flag("force", undefined, (c) => void (c.force = true))),
  ours(valued("overlay", undefined, (c, value) => void (c.overlay = overlayChoice(value)))),
  common("in-place"),
  { ...common("backup"), takesValue: "optional" },
  common("dry-run"),
  common("json"),
];

const BY_NAME = new Map(OPTIONS.map((o) => [o.long, o.take]));

/** GNU strip cannot open it, which comes out late and in other words. */
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
