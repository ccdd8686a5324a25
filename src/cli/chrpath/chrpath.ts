import { setRpath, setRunpath } from "../../edit/runpath.js";
import { convertToRunpath, removeRunpath } from "../../edit/search-path.js";
import { fail } from "../../error.js";
import type { Edit } from "../../edit/family.js";
import { attemptLater, type ErrorEntry, OK, print, REFUSED, toJson, UsageError, type Verb } from "../command.js";
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

/**
 * chrpath's exit code for a file without a search path. With -k the exit code is the bitwise or of those of all files.
 */
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
  { long: "in-place", extra: true },
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
  for (const { name, value } of options) takeOption(command, name, value);

  // As in chrpath, options without files do nothing. Without any argument chrpath prints its usage.
  if (!command.version && (args.length === 0 || command.output !== undefined)) checkFiles(files, "-o", command);
  return command;
}

function takeOption(command: Command, name: string, value: string): void {
  switch (name) {
    case "delete":
      command.remove = true;
      break;
    case "convert":
      command.convert = true;
      break;
    case "replace":
      command.path = value;
      break;
    case "list":
      // As in chrpath, the last of -l and -r counts.
      command.path = undefined;
      break;
    case "keepgoing":
      command.keepGoing = true;
      break;
    case "version":
      command.version = true;
      break;
    case "output":
      command.output = value;
      break;
    case "overlay":
      command.overlay = overlayChoice(value);
      break;
    case "in-place":
      command.inPlace = true;
      break;
    case "dry-run":
      command.dryRun = true;
      break;
    case "json":
      command.json = true;
      break;
    default:
      throw new UsageError(`unknown option ${name}`);
  }
}

/** The search path that ld.so uses. */
interface Found {
  readonly tag: "DT_RPATH" | "DT_RUNPATH";
  readonly path: string;
}

/** A file's entry in JSON output: the search path that it had, and what was written, if anything. */
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

async function change(file: string, command: Command): Promise<Entry> {
  const found = searchPath(file);
  const edits = found ? editsFor(found, command) : [];
  // An output file is written where nothing changes, too.
  const writes = edits.length > 0 || (command.output !== undefined && (found !== null || command.remove));
  return { file, searchPath: found, ...(writes && (await rewriteFile(file, edits, command))) };
}

/** What chrpath prints of a file, in its words. */
function reportLines(file: string, found: Found | null, { remove, convert, path }: Command): string[] {
  if (remove) return [];
  if (!found) return [`${file}: no rpath or runpath tag found.`];

  const lines: string[] = [];
  const converts = convert && found.tag === "DT_RPATH";
  const name = converts ? "RUNPATH" : found.tag.slice("DT_".length);
  if (converts) lines.push(`${file}: RPATH converted to RUNPATH`);
  lines.push(`${file}: ${name}=${found.path}`);
  if (path !== undefined) lines.push(`${file}: new ${name}: ${path}`);

  return lines;
}

function report(entry: Entry, command: Command): void {
  print(reportLines(entry.file, entry.searchPath, command).join("\n"));
  if (isRewritten(entry)) printRewritten(entry);
}

const isRewritten = (entry: Entry): entry is Entry & Rewritten => entry.placements !== undefined;

async function runAll(command: Command): Promise<number> {
  const entries: (Entry | ErrorEntry)[] = [];
  let code = OK;
  for (const file of command.files) {
    const attempt = await attemptLater(file, () => change(file, command));
    if ("refusal" in attempt) {
      code |= REFUSED;
      entries.push(attempt.refusal);
    } else {
      const entry = attempt.result;
      if (!command.remove && !entry.searchPath) code |= NOT_FOUND;
      entries.push(entry);
      if (!command.json) report(entry, command);
    }

    if (code !== OK && !command.keepGoing) break;
  }

  if (command.json) print(toJson(entries));
  return code;
}

export const chrpath: Verb = {
  name: "chrpath",
  help: `usage: elfwright chrpath [OPTIONS] FILE…

  -l, --list          print the search path (the default)
  -r, --replace PATH  replace the search path; the new one may be longer than the old one
  -c, --convert       make a DT_RPATH a DT_RUNPATH
  -d, --delete        delete the search path
  -k, --keepgoing     go on with the next file after one that failed
  -v, --version       print the version
  -h, --help          print this help
  -o, --output FILE   write there; one input file
  --overlay=keep|keep-in-place|drop
                      what to do with bytes behind the end of the ELF file
  --in-place          write only the changed bytes, into the file itself: hard links and extended
                      attributes stay
  --dry-run           say what would change; write nothing
  --json              an array of results (see docs/json.md)

Like chrpath's, these options change a search path that exists and never make one: elfwright
patchelf --set-rpath does. A DT_RPATH beside a DT_RUNPATH is not shown, since ld.so ignores it. Exit
0 done, 1 refused or wrong usage, 2 no search path; with -k the sum of the codes that occurred.`,
  usageCode: REFUSED,
  async run(args) {
    const command = parse(args);
    if (!command.version) return await runAll(command);
    print(`elfwright ${version}, in place of chrpath version 0.16`);
    return OK;
  },
};
