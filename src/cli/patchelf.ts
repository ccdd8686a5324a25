import { setInterpreter } from "../edit/interpreter.js";
import { replaceNeeded } from "../edit/needed.js";
import { addRpath, addRunpath, removeRunpath, setRpath, setRunpath } from "../edit/runpath.js";
import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import type { Edit } from "../request/edits.js";
import { eachFile, OK, print, REFUSED, takeValue, UsageError, type Verb } from "./command.js";
import { withFile } from "./read-verbs.js";
import { checkFiles, overlayChoice, printRewritten, rewriteDefaults, rewriteFile, type Rewritten, type RewriteOptions } from "./rewrite.js";

type Query = "interpreter" | "rpath" | "needed";

interface Command extends RewriteOptions {
  readonly files: string[];
  readonly queries: Set<Query>;
  force: boolean;
  interpreter: string | undefined;
  remove: boolean;
  set: string | undefined;
  readonly add: string[];
  readonly needed: Map<string, string>;
}

function parse(args: readonly string[]): Command {
  const command: Command = {
    files: [], queries: new Set(), force: false, interpreter: undefined, remove: false, set: undefined, add: [], needed: new Map(), ...rewriteDefaults(),
  };
  for (const rest = [...args]; rest.length > 0; ) {
    const arg = rest.shift()!;
    if (arg.startsWith("-") && arg !== "-") option(command, arg, rest);
    else command.files.push(arg);
  }
  checkFiles(command.files, "--output", command);
  return command;
}

/** Given twice, an option's last value counts, as with patchelf; only --add-rpath collects. */
function option(command: Command, arg: string, rest: string[]): void {
  const value = () => takeValue(arg, undefined, rest);
  switch (arg) {
    case "--set-interpreter": case "--interpreter": return void (command.interpreter = value());
    case "--set-rpath": return void (command.set = value());
    case "--add-rpath": return void command.add.push(value());
    case "--remove-rpath": return void (command.remove = true);
    case "--force-rpath": return void (command.force = true);
    case "--replace-needed": return void command.needed.set(value(), value());
    case "--print-interpreter": return void command.queries.add("interpreter");
    case "--print-rpath": return void command.queries.add("rpath");
    case "--print-needed": return void command.queries.add("needed");
    case "--output": return void (command.output = value());
    case "--overlay": return void (command.overlay = overlayChoice(value()));
    case "--json": return void (command.json = true);
    case "--dry-run": return void (command.dryRun = true);
  }
  throw new UsageError(`unknown option ${arg}`);
}

function editsOf(c: Command): Edit[] {
  const edits: Edit[] = [];
  if (c.interpreter !== undefined) edits.push(setInterpreter(c.interpreter));
  if (c.remove) edits.push(removeRunpath());
  if (c.set !== undefined) edits.push(c.force ? setRpath(c.set) : setRunpath(c.set));
  // An empty directory would be the current one, which is hardly what an empty variable in a script meant.
  for (const path of c.add) if (path !== "") edits.push(c.force ? addRpath(path) : addRunpath(path));
  if (c.needed.size > 0) edits.push(replaceNeeded(Object.fromEntries(c.needed)));
  return edits;
}

/** What was asked for, as it is before any edit. */
interface Printed {
  readonly interpreter?: string;
  readonly rpath?: string;
  readonly needed?: readonly string[];
}

function answer(elf: ElfFile, queries: ReadonlySet<Query>): Printed {
  const { type } = elf.header, dynamic = queries.has("rpath") || queries.has("needed");
  const interpreter = queries.has("interpreter") ? (elf.interpreter ?? fail("NO_INTERPRETER", "the file has no PT_INTERP; it is a library or a static program", { type })) : undefined;
  if (dynamic && !elf.dynamic) fail("NO_DYNAMIC", "the file has no dynamic section; it is a static program or an object", { type });
  return {
    ...(interpreter === undefined ? {} : { interpreter }),
    // ld.so ignores DT_RPATH where there is a DT_RUNPATH, and an empty text says that there is neither.
    ...(queries.has("rpath") ? { rpath: elf.runpath ?? elf.rpath ?? "" } : {}),
    ...(queries.has("needed") ? { needed: elf.needed } : {}),
  };
}

/** In patchelf's own order: one line each, an empty line for an empty path, nothing for nothing needed. */
function printAnswer({ interpreter, rpath, needed = [] }: Printed): void {
  print([interpreter, rpath, ...needed].flatMap((line) => (line === undefined ? [] : [`${line}\n`])).join(""));
}

/** A file's entry in JSON output: what was printed, what was rewritten. */
type Entry = { readonly file: string; readonly printed?: Printed } | (Rewritten & { readonly printed?: Printed });

function onFile(file: string, edits: readonly Edit[], c: Command): Entry {
  const asks = c.queries.size > 0;
  const printed = asks ? withFile(file, (elf) => answer(elf, c.queries)) : undefined;
  // Before the edits, which may be refused.
  if (printed && !c.json) printAnswer(printed);
  const rewritten = edits.length > 0 || c.output !== undefined || !asks ? rewriteFile(file, edits, c) : { file };
  return printed ? { ...rewritten, printed } : rewritten;
}

export const patchelf: Verb = {
  name: "patchelf",
  summary: "change the interpreter, search path and needed libraries; patchelf's own options",
  help: `usage: elfwright patchelf OPTIONS FILE…

  --set-interpreter PATH     the dynamic loader (PT_INTERP); also --interpreter
  --print-interpreter
  --set-rpath PATH           the library search path: DT_RUNPATH, a DT_RPATH becomes one
  --add-rpath PATH           appended to the search path; what is there already is not added again; may be repeated
  --remove-rpath             DT_RUNPATH and DT_RPATH both
  --print-rpath
  --force-rpath              --set-rpath and --add-rpath make DT_RPATH instead
  --replace-needed OLD NEW   rename a needed library, in the version needs too; may be repeated
  --print-needed
  --output FILE              write there; one input file
  --overlay keep|keep-in-place|drop   what to do with bytes behind the end of the ELF file
  --dry-run                  say what would change and where it would go, write nothing
  --json                     an array of results (see docs/json.md)

All edits of one call are one rewrite; --print-… says what was there before. Notes (an edit that matched nothing) go to
stderr. A file that is refused does not keep the others from their turn. Exit 0 done, 1 refused or wrong usage.`,
  usageCode: REFUSED,
  run(args) {
    const command = parse(args), edits = editsOf(command);
    const { failed } = eachFile(command.files, command.json, (file) => onFile(file, edits, command), (e) => ("dryRun" in e ? printRewritten(e) : undefined));
    return failed ? REFUSED : OK;
  },
};
