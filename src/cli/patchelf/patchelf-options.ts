import { takeValue, UsageError } from "../command.js";
import type { Query } from "./patchelf-print.js";
import { addRenames, textOfValue } from "./patchelf-values.js";
import { checkFiles, commonOption, overlayChoice, rewriteDefaults, type RewriteOptions } from "../rewrite.js";

/** A version of a library. Without a file it is a version of the library that the symbol is bound to already. */
export interface FileVersion {
  readonly file: string | undefined;
  readonly version: string;
}

/** A version to be needed, and the symbols that get it. */
export interface Need extends FileVersion {
  readonly symbols: string[];
}

/** What the arguments of one call say. */
export interface PatchelfCommand extends RewriteOptions {
  readonly files: string[];
  readonly queries: Set<Query>;
  /** Print this and do nothing. */
  info: "help" | "version" | undefined;
  debug: boolean;
  force: boolean;
  interpreter: string | undefined;
  remove: boolean;
  shrink: boolean;
  allowedPrefixes: readonly string[];
  set: string | undefined;
  readonly add: string[];
  readonly needed: Map<string, string>;
  readonly addNeeded: Set<string>;
  readonly removeNeeded: Set<string>;
  uses: "drop" | "weaken" | undefined;
  soname: string | undefined;
  noDefaultLib: boolean;
  setExecstack: boolean;
  clearExecstack: boolean;
  osAbi: string | undefined;
  debugTag: boolean;
  /** The value of --page-size, or 0: new tables shall be laid out for pages of this size or larger ones. */
  pages: number;
  raisePages: number | undefined;
  readonly renames: Map<string, string>;
  readonly clearVersion: Set<string>;
  readonly setVersion: [symbol: string, version: FileVersion][];
  readonly addNeeds: Need[];
  readonly removeNeeds: FileVersion[];
  readonly weakenNeeds: FileVersion[];
  hash: boolean;
  gnuHash: boolean;
}

const defaults = (): PatchelfCommand => ({
  files: [],
  queries: new Set(),
  info: undefined,
  debug: process.env["PATCHELF_DEBUG"] !== undefined,
  force: false,
  interpreter: undefined,
  remove: false,
  shrink: false,
  allowedPrefixes: [],
  set: undefined,
  add: [],
  needed: new Map(),
  addNeeded: new Set(),
  removeNeeded: new Set(),
  uses: undefined,
  soname: undefined,
  noDefaultLib: false,
  setExecstack: false,
  clearExecstack: false,
  osAbi: undefined,
  debugTag: false,
  pages: 0,
  raisePages: undefined,
  renames: new Map(),
  clearVersion: new Set(),
  setVersion: [],
  addNeeds: [],
  removeNeeds: [],
  weakenNeeds: [],
  hash: false,
  gnuHash: false,
  ...rewriteDefaults(),
});

/** Options without a value, and the field that each sets. */
const FLAGS: Readonly<Record<string, BooleanField>> = {
  "--remove-rpath": "remove",
  "--shrink-rpath": "shrink",
  "--force-rpath": "force",
  "--no-default-lib": "noDefaultLib",
  "--set-execstack": "setExecstack",
  "--clear-execstack": "clearExecstack",
  "--add-debug-tag": "debugTag",
  "--debug": "debug",
  // patchelf has none of these.
  "--add-hash": "hash",
  "--add-gnu-hash": "gnuHash",
};
type BooleanField =
  | "remove"
  | "shrink"
  | "force"
  | "noDefaultLib"
  | "setExecstack"
  | "clearExecstack"
  | "debugTag"
  | "debug"
  | "hash"
  | "gnuHash";

const QUERIES: Readonly<Record<string, Query>> = {
  "--print-interpreter": "interpreter",
  "--print-os-abi": "osAbi",
  "--print-soname": "soname",
  "--print-rpath": "rpath",
  "--print-execstack": "execstack",
  "--print-needed": "needed",
};

/** Options with a text, or an `@file` that holds it. The last text counts, as with patchelf. */
const TEXTS: Readonly<Record<string, "interpreter" | "set" | "soname" | "osAbi">> = {
  "--set-interpreter": "interpreter",
  "--interpreter": "interpreter",
  "--set-rpath": "set",
  "--set-soname": "soname",
  "--set-os-abi": "osAbi",
};

/** Options with a text, or an `@file` that holds it. All texts count. */
const COLLECTED: Readonly<Record<string, "addNeeded" | "removeNeeded" | "clearVersion">> = {
  "--add-needed": "addNeeded",
  "--remove-needed": "removeNeeded",
  "--clear-symbol-version": "clearVersion",
};

export function parsePatchelf(args: readonly string[]): PatchelfCommand {
  const command = defaults();

  // As with patchelf, nothing behind --help and --version is read.
  const rest = [...args];
  while (rest.length > 0 && command.info === undefined) {
    const arg = rest.shift()!;
    if (arg.startsWith("-") && arg !== "-") takeOption(command, arg, rest);
    else command.files.push(arg);
  }
  if (command.info !== undefined) return command;

  checkFiles(command.files, "--output", command);
  if (command.set !== undefined && command.add.length > 0) {
    throw new UsageError("--set-rpath is not allowed with --add-rpath");
  }

  return command;
}

function takeOption(command: PatchelfCommand, arg: string, rest: string[]): void {
  if (commonOption(command, arg)) return;

  const flag = FLAGS[arg];
  const query = QUERIES[arg];
  const text = TEXTS[arg];
  const collected = COLLECTED[arg];
  if (flag) command[flag] = true;
  else if (query) command.queries.add(query);
  else if (text) command[text] = textValue(arg, rest);
  else if (collected) command[collected].add(textValue(arg, rest));
  else takeOther(command, arg, rest);
}

/** The option's value, or the text of the `@file` that it names. */
const textValue = (arg: string, rest: string[]): string => textOfValue(takeValue(arg, undefined, rest), arg);

/** Takes an option with a meaning of its own. */
function takeOther(command: PatchelfCommand, arg: string, rest: string[]): void {
  const value = () => takeValue(arg, undefined, rest);
  const fileVersion = (): FileVersion => ({ file: value(), version: value() });

  switch (arg) {
    case "--help":
    case "-h":
      command.info = "help";
      break;
    case "--version":
      command.info = "version";
      break;
    case "--add-rpath":
      command.add.push(textValue(arg, rest));
      break;
    case "--allowed-rpath-prefixes":
      command.allowedPrefixes = value()
        .split(":")
        .filter((prefix) => prefix !== "");
      break;
    case "--replace-needed":
      command.needed.set(value(), value());
      break;
    case "--drop-versions":
      command.uses = "drop";
      break;
    case "--weaken-versions":
      command.uses = "weaken";
      break;
    case "--rename-dynamic-symbols":
      addRenames(command.renames, value());
      break;
    case "--page-size":
      command.pages = pagesOf(value());
      break;
    case "--output":
      command.output = textValue(arg, rest) || undefined;
      break;
    case "--no-sort":
    case "--no-clobber-old-sections":
      // Both hold anyway: nothing is sorted, and bytes that a table leaves behind stay as they are.
      break;

    // patchelf has none of these.
    case "--set-symbol-version":
      command.setVersion.push([value(), versionAt(value())]);
      break;
    case "--add-version-need":
      command.addNeeds.push({ ...fileVersion(), symbols: [] });
      break;
    case "--bind":
      boundTo(command).symbols.push(value());
      break;
    case "--remove-version-need":
      command.removeNeeds.push(fileVersion());
      break;
    case "--weaken-version-need":
      command.weakenNeeds.push(fileVersion());
      break;
    case "--raise-alignment":
      command.raisePages = Number(value());
      break;
    case "--overlay":
      command.overlay = overlayChoice(value());
      break;
    default:
      throw new UsageError(`unknown option ${arg}`);
  }
}

/** patchelf reads it with atoi(3), which ignores what follows the digits. */
function pagesOf(value: string): number {
  const size = Number.parseInt(value, 10);
  if (!(size > 0)) throw new UsageError(`--page-size takes a number of bytes above 0, not ${JSON.stringify(value)}`);
  return size;
}

/** `GLIBC_2.3@libc.so.6`, or the version alone. */
function versionAt(value: string): FileVersion {
  const at = value.indexOf("@");
  return at < 0 ? { file: undefined, version: value } : { file: value.slice(at + 1), version: value.slice(0, at) };
}

function boundTo({ addNeeds }: PatchelfCommand): Need {
  const need = addNeeds.at(-1);
  if (!need) throw new UsageError("--bind comes behind the --add-version-need whose version the symbol shall have");
  return need;
}
