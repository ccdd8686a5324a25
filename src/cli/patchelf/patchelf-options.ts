import { takeValue, UsageError } from "../command.js";
import type { Query } from "./patchelf-print.js";
import { addRenames, resolved } from "./patchelf-values.js";
import { checkFiles, commonOption, overlayChoice, rewriteDefaults, type RewriteOptions } from "../rewrite.js";

/** A version of a library; without a file, of the one that the symbol has already. */
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
  readonly allowedPrefixes: string[];
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
  /** What new tables are laid out for at least, as far as --page-size goes. */
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

/** `value` gives the option's next argument as it stands, `text` what an `@file` there holds. */
type Take = (c: PatchelfCommand, value: () => string, text: () => string) => void;

const fileVersion = (value: () => string): FileVersion => ({ file: value(), version: value() });

/** Given twice, an option's last value counts, as with patchelf; what adds, removes or renames collects. */
const OPTIONS: Readonly<Record<string, Take>> = {
  "--set-interpreter": (c, _, text) => void (c.interpreter = text()),
  "--interpreter": (c, _, text) => void (c.interpreter = text()),
  "--set-rpath": (c, _, text) => void (c.set = text()),
  "--add-rpath": (c, _, text) => void c.add.push(text()),
  "--remove-rpath": (c) => void (c.remove = true),
  "--shrink-rpath": (c) => void (c.shrink = true),
  "--allowed-rpath-prefixes": (c, value) =>
    void c.allowedPrefixes.splice(
      0,
      Infinity,
      ...value()
        .split(":")
        .filter((p) => p !== ""),
    ),
  "--force-rpath": (c) => void (c.force = true),
  "--replace-needed": (c, value) => void c.needed.set(value(), value()),
  "--add-needed": (c, _, text) => void c.addNeeded.add(text()),
  "--remove-needed": (c, _, text) => void c.removeNeeded.add(text()),
  "--drop-versions": (c) => void (c.uses = "drop"),
  "--weaken-versions": (c) => void (c.uses = "weaken"),
  "--set-soname": (c, _, text) => void (c.soname = text()),
  "--no-default-lib": (c) => void (c.noDefaultLib = true),
  "--set-execstack": (c) => void (c.setExecstack = true),
  "--clear-execstack": (c) => void (c.clearExecstack = true),
  "--set-os-abi": (c, _, text) => void (c.osAbi = text()),
  "--add-debug-tag": (c) => void (c.debugTag = true),
  "--rename-dynamic-symbols": (c, value) => addRenames(c.renames, value()),
  "--clear-symbol-version": (c, _, text) => void c.clearVersion.add(text()),
  "--page-size": (c, value) => void (c.pages = pagesOf(value())),
  // What they ask for is so anyway: nothing is sorted anew, and what a move leaves behind stays as it was.
  "--no-sort": () => {},
  "--no-clobber-old-sections": () => {},
  "--output": (c, _, text) => void (c.output = text() || undefined),
  "--debug": (c) => void (c.debug = true),
  "--help": (c) => void (c.info = "help"),
  "-h": (c) => void (c.info = "help"),
  "--version": (c) => void (c.info = "version"),
  "--print-interpreter": (c) => void c.queries.add("interpreter"),
  "--print-os-abi": (c) => void c.queries.add("osAbi"),
  "--print-soname": (c) => void c.queries.add("soname"),
  "--print-rpath": (c) => void c.queries.add("rpath"),
  "--print-execstack": (c) => void c.queries.add("execstack"),
  "--print-needed": (c) => void c.queries.add("needed"),
  // patchelf has none of these.
  "--set-symbol-version": (c, value) => void c.setVersion.push([value(), versionAt(value())]),
  "--add-version-need": (c, value) => void c.addNeeds.push({ ...fileVersion(value), symbols: [] }),
  "--bind": (c, value) => boundTo(c).symbols.push(value()),
  "--remove-version-need": (c, value) => void c.removeNeeds.push(fileVersion(value)),
  "--weaken-version-need": (c, value) => void c.weakenNeeds.push(fileVersion(value)),
  "--add-hash": (c) => void (c.hash = true),
  "--add-gnu-hash": (c) => void (c.gnuHash = true),
  "--raise-alignment": (c, value) => void (c.raisePages = Number(value())),
  "--overlay": (c, value) => void (c.overlay = overlayChoice(value())),
};

export function parsePatchelf(args: readonly string[]): PatchelfCommand {
  const command = defaults();
  // As with patchelf, help and version end the reading where they stand.
  for (const rest = [...args]; rest.length > 0 && command.info === undefined;) {
    const arg = rest.shift()!;
    if (arg.startsWith("-") && arg !== "-") option(command, arg, rest);
    else command.files.push(arg);
  }

  if (command.info !== undefined) return command;

  checkFiles(command.files, "--output", command);
  if (command.set !== undefined && command.add.length > 0) {
    throw new UsageError("--set-rpath is not allowed with --add-rpath");
  }

  return command;
}

function option(command: PatchelfCommand, arg: string, rest: string[]): void {
  if (commonOption(command, arg)) return;
  const take = Object.hasOwn(OPTIONS, arg) ? OPTIONS[arg]! : undefined;
  const value = () => takeValue(arg, undefined, rest);
  if (!take) throw new UsageError(`unknown option ${arg}`);
  take(command, value, () => resolved(value(), arg));
}

/** patchelf reads it with atoi(3), which leaves out what follows the digits. */
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
