import { setRpath, setRunpath } from "../../edit/runpath.js";
import { convertToRunpath, removeRunpath } from "../../edit/runpath-tag.js";
import { fail } from "../../error.js";
import type { Edit } from "../../edit/family.js";
import { attemptFile, type ErrorEntry, OK, print, REFUSED, toJson, UsageError, type Verb } from "../command.js";
import { getopt, type OptionName } from "../getopt.js";
import { withFile } from "../read-files.js";
import {
  checkFiles,
  overlayChoice,
  printRewritten,
  rewriteDefaults,
  rewriteFile,
  type RewriteOptions,
  type Rewritten,
} from "../rewrite.js";
import { version } from "../version.js";

/** chrpath's exit code for a file without a search path. With -k the codes of all files are or-ed. */
const NOT_FOUND = 2;

const OPTIONS: readonly OptionName[] = [
  { short: "l", long: "list" },
  { short: "r", long: "replace", takesValue: true },
  { short: "d", long: "delete" },
  { short: "c", long: "convert" },
  { short: "k", long: "keepgoing" },
  { short: "v", long: "version" },
  { short: "h", long: "help" },
  { short: "o", long: "output", takesValue: true, extra: true },
  { long: "overlay", takesValue: true, extra: true },
  { long: "dry-run", extra: true },
  { long: "json", extra: true },
];

interface Command extends RewriteOptions {
  files: readonly string[];
  remove: boolean;
  convert: boolean;
  path: string | undefined;
  keepGoing: boolean;
  version: boolean;
}

function parse(args: readonly string[]): Command {
  const { options, files } = getopt(args, OPTIONS);
  const command: Command = {
    ...rewriteDefaults(),
    files,
    remove: false,
    convert: false,
    path: undefined,
    keepGoing: false,
    version: false,
  };
  for (const { name, value } of options) option(command, name, value);
  // chrpath takes a list of files that came out empty for nothing to do; without any argument it says how it is used.
  if (!command.version && (args.length === 0 || command.output !== undefined)) checkFiles(files, "-o", command);

  return command;
}

function option(command: Command, name: string, value: string): void {
  switch (name) {
    case "delete":
      return void (command.remove = true);
    case "convert":
      return void (command.convert = true);
    case "replace":
      return void (command.path = value);
    // As in chrpath, the last of -l and -r counts.
    case "list":
      return void (command.path = undefined);
    case "keepgoing":
      return void (command.keepGoing = true);
    case "version":
      return void (command.version = true);
    case "output":
      return void (command.output = value);
    case "overlay":
      return void (command.overlay = overlayChoice(value));
    case "dry-run":
      return void (command.dryRun = true);
    case "json":
      return void (command.json = true);
  }
  throw new UsageError(`unknown option ${name}`);
}

/** The search path that counts. */
interface Found {
  readonly tag: "DT_RPATH" | "DT_RUNPATH";
  readonly path: string;
}

/** A file's entry in JSON output: what it had, and what was done where something was asked for. */
type Entry = { readonly file: string; readonly searchPath: Found | null } & Partial<Rewritten>;

function searchPath(file: string): Found | null {
  return withFile(file, ({ dynamic, header, runpath, rpath }) => {
    if (!dynamic) fail("NO_DYNAMIC", "the file has no dynamic section", { type: header.type });
    if (runpath !== null) return { tag: "DT_RUNPATH", path: runpath };
    return rpath === null ? null : { tag: "DT_RPATH", path: rpath };
  });
}

function editsFor(found: Found, { remove, convert, path }: Command): Edit[] {
  if (remove) return [removeRunpath()];
  const isRunpath = convert || found.tag === "DT_RUNPATH";
  if (path !== undefined) return [isRunpath ? setRunpath(path) : setRpath(path)];
  return convert && found.tag === "DT_RPATH" ? [convertToRunpath()] : [];
}

function change(file: string, command: Command): Entry {
  const found = searchPath(file);
  const edits = found ? editsFor(found, command) : [];
  // A result of another name is written also where nothing changes.
  const writes = edits.length > 0 || (command.output !== undefined && (found !== null || command.remove));
  return { file, searchPath: found, ...(writes && rewriteFile(file, edits, command)) };
}

/** In chrpath's words. */
function report({ searchPath: found, ...entry }: Entry, command: Command): void {
  const { file } = entry;
  const lines: string[] = [];
  if (!command.remove && !found) {
    lines.push(`${file}: no rpath or runpath tag found.`);
  } else if (!command.remove && found) {
    const converts = command.convert && found.tag === "DT_RPATH";
    const name = converts ? "RUNPATH" : found.tag.slice("DT_".length);
    if (converts) lines.push(`${file}: RPATH converted to RUNPATH`);
    lines.push(`${file}: ${name}=${found.path}`);
    if (command.path !== undefined) lines.push(`${file}: new ${name}: ${command.path}`);
  }

  print(lines.join("\n"));
  if (isRewritten(entry)) printRewritten(entry);
}

const isRewritten = (entry: Partial<Rewritten>): entry is Rewritten => entry.placements !== undefined;

function runAll(command: Command): number {
  const entries: (Entry | ErrorEntry)[] = [];
  let code = OK;
  for (const file of command.files) {
    const a = attemptFile(file, () => change(file, command));
    if ("refusal" in a) code |= REFUSED;
    else if (!command.remove && !a.result.searchPath) code |= NOT_FOUND;
    entries.push("refusal" in a ? a.refusal : a.result);
    if (!command.json && "result" in a) report(a.result, command);
    if (code !== OK && !command.keepGoing) break;
  }

  if (command.json) print(toJson(entries));
  return code;
}

export const chrpath: Verb = {
  name: "chrpath",
  help: `usage: elfwright chrpath [OPTIONS] FILE…

  -l, --list          print the search path (the default)
  -r, --replace PATH  replace the search path; it may be longer than the old one
  -c, --convert       make a DT_RPATH a DT_RUNPATH
  -d, --delete        delete the search path
  -k, --keepgoing     go on with the next file after one that failed
  -v, --version       print the version
  -o, --output FILE   write there; one input file
  --overlay=keep|keep-in-place|drop   what to do with bytes behind the end of the ELF file
  --dry-run           say what would change, write nothing
  --json              an array of results (see docs/json.md)

As chrpath's, these options replace a search path and never make one: elfwright patchelf --set-rpath does. Of a DT_RPATH beside a
DT_RUNPATH it says nothing, as ld.so ignores it. Exit 0 done, 1 refused or wrong usage, 2 no search path; with -k the sum of what occurred.`,
  usageCode: REFUSED,
  run(args) {
    const command = parse(args);
    if (!command.version) return runAll(command);
    print(`elfwright ${version}, in place of chrpath version 0.16`);
    return OK;
  },
};
