import { raiseAlignment, type RaisedPageSize } from "../edit/alignment.js";
import { addDebugTag } from "../edit/debug-tag.js";
import { noDefaultLib } from "../edit/flags.js";
import { setExecstack, setOsAbi } from "../edit/header.js";
import { setInterpreter } from "../edit/interpreter.js";
import { addNeeded, removeNeeded, replaceNeeded } from "../edit/needed.js";
import { addRpath, addRunpath, removeRunpath, setRpath, setRunpath } from "../edit/runpath.js";
import { setSoname } from "../edit/soname.js";
import type { Edit } from "../request/edits.js";
import { takeValue, UsageError } from "./command.js";
import { osAbiNumber } from "./os-abi.js";
import type { Query } from "./patchelf-print.js";
import { checkFiles, overlayChoice, rewriteDefaults, type RewriteOptions } from "./rewrite.js";

/** What the arguments of one call say. */
export interface Command extends RewriteOptions {
  readonly files: string[];
  readonly queries: Set<Query>;
  force: boolean;
  interpreter: string | undefined;
  remove: boolean;
  set: string | undefined;
  readonly add: string[];
  readonly needed: Map<string, string>;
  readonly addNeeded: string[];
  readonly removeNeeded: string[];
  uses: "drop" | "weaken" | undefined;
  soname: string | undefined;
  noDefaultLib: boolean;
  execstack: boolean | undefined;
  osAbi: number | undefined;
  debugTag: boolean;
  pageSize: number | undefined;
}

const defaults = (): Command => ({
  files: [], queries: new Set(), force: false, interpreter: undefined, remove: false, set: undefined, add: [], needed: new Map(), addNeeded: [], removeNeeded: [],
  uses: undefined, soname: undefined, noDefaultLib: false, execstack: undefined, osAbi: undefined, debugTag: false, pageSize: undefined, ...rewriteDefaults(),
});

export function parse(args: readonly string[]): Command {
  const command = defaults();
  for (const rest = [...args]; rest.length > 0; ) {
    const arg = rest.shift()!;
    if (arg.startsWith("-") && arg !== "-") option(command, arg, rest);
    else command.files.push(arg);
  }
  checkFiles(command.files, "--output", command);
  return command;
}

/** Given twice, an option's last value counts, as with patchelf; what adds, removes or renames collects. */
function option(command: Command, arg: string, rest: string[]): void {
  const value = () => takeValue(arg, undefined, rest);
  switch (arg) {
    case "--set-interpreter": case "--interpreter": return void (command.interpreter = value());
    case "--set-rpath": return void (command.set = value());
    case "--add-rpath": return void command.add.push(value());
    case "--remove-rpath": return void (command.remove = true);
    case "--force-rpath": return void (command.force = true);
    case "--replace-needed": return void command.needed.set(value(), value());
    case "--add-needed": return void command.addNeeded.push(value());
    case "--remove-needed": return void command.removeNeeded.push(value());
    case "--drop-versions": return void (command.uses = "drop");
    case "--weaken-versions": return void (command.uses = "weaken");
    case "--set-soname": return void (command.soname = value());
    case "--no-default-lib": return void (command.noDefaultLib = true);
    case "--set-execstack": return void (command.execstack = true);
    case "--clear-execstack": return void (command.execstack = false);
    case "--set-os-abi": return void (command.osAbi = osAbiNumber(value()));
    case "--add-debug-tag": return void (command.debugTag = true);
    case "--raise-alignment": return void (command.pageSize = Number(value()));
    case "--output": return void (command.output = value());
    case "--overlay": return void (command.overlay = overlayChoice(value()));
    case "--json": return void (command.json = true);
    case "--dry-run": return void (command.dryRun = true);
  }
  const query = QUERIES[arg];
  if (!query) throw new UsageError(`unknown option ${arg}`);
  command.queries.add(query);
}

const QUERIES: Readonly<Record<string, Query>> = {
  "--print-interpreter": "interpreter", "--print-os-abi": "osAbi", "--print-soname": "soname", "--print-rpath": "rpath", "--print-needed": "needed", "--print-execstack": "execstack",
};

export function editsOf(c: Command): Edit[] {
  const edits: Edit[] = [];
  if (c.interpreter !== undefined) edits.push(setInterpreter(c.interpreter));
  if (c.remove) edits.push(removeRunpath());
  if (c.set !== undefined) edits.push(c.force ? setRpath(c.set) : setRunpath(c.set));
  // An empty directory would be the current one, which is hardly what an empty variable in a script meant.
  for (const path of c.add) if (path !== "") edits.push(c.force ? addRpath(path) : addRunpath(path));
  if (c.needed.size > 0) edits.push(replaceNeeded(Object.fromEntries(c.needed)));
  // patchelf keeps them in a sorted set, and puts them before the libraries that are there.
  if (c.addNeeded.length > 0) edits.push(addNeeded([...new Set(c.addNeeded)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))), { first: true }));
  if (c.removeNeeded.length > 0) edits.push(removeNeeded(c.removeNeeded, c.uses ? { uses: c.uses } : {}));
  if (c.soname !== undefined) edits.push(setSoname(c.soname));
  if (c.noDefaultLib) edits.push(noDefaultLib());
  if (c.execstack !== undefined) edits.push(setExecstack(c.execstack));
  if (c.osAbi !== undefined) edits.push(setOsAbi(c.osAbi));
  if (c.debugTag) edits.push(addDebugTag());
  // The edit itself refuses other sizes.
  if (c.pageSize !== undefined) edits.push(raiseAlignment(c.pageSize as RaisedPageSize));
  return edits;
}
