import { fail } from "../error.js";
import { type Edit } from "../request/edits.js";
import { setInterpreter } from "../edit/interpreter.js";
import { replaceNeeded } from "../edit/needed.js";
import { addRpath, addRunpath, removeRunpath, setRpath, setRunpath } from "../edit/runpath.js";
import { readElfFile } from "../node/index.js";
import type { ElfFile } from "../image/elf.js";
import { errorReport, OK, print, REFUSED, takeValue, UsageError, type Verb, warn } from "./command.js";
import { overlayChoice, rewriteFiles, type RewriteOptions } from "./rewrite.js";

type Query = "interpreter" | "rpath" | "needed";

interface Command extends RewriteOptions {
  readonly files: string[];
  readonly queries: Query[];
  readonly edits: Edit[];
}

function parse(args: readonly string[]): Command {
  const files: string[] = [], queries: Query[] = [], needed: Record<string, string> = {};
  const edits: Edit[] = [], paths: { verb: "set" | "add"; path: string }[] = [];
  const options: { json: boolean; dryRun: boolean; output: string | undefined; overlay: RewriteOptions["overlay"] } = { json: false, dryRun: false, output: undefined, overlay: undefined };
  let force = false;
  for (const rest = [...args]; rest.length > 0; ) {
    const arg = rest.shift()!;
    const value = () => takeValue(arg, undefined, rest);
    switch (arg) {
      case "--set-interpreter": case "--interpreter": edits.push(setInterpreter(value())); break;
      case "--set-rpath": paths.push({ verb: "set", path: value() }); break;
      case "--add-rpath": paths.push({ verb: "add", path: value() }); break;
      case "--remove-rpath": edits.push(removeRunpath()); break;
      case "--force-rpath": force = true; break;
      case "--replace-needed": { const old = value(); needed[old] = value(); break; }
      case "--print-interpreter": queries.push("interpreter"); break;
      case "--print-rpath": queries.push("rpath"); break;
      case "--print-needed": queries.push("needed"); break;
      case "--output": options.output = value(); break;
      case "--overlay": options.overlay = overlayChoice(value()); break;
      case "--json": options.json = true; break;
      case "--dry-run": options.dryRun = true; break;
      default:
        if (arg.startsWith("-") && arg !== "-") throw new UsageError(`patchelf: unknown option ${arg}`);
        files.push(arg);
    }
  }
  for (const { verb, path } of paths)
    if (verb === "set") edits.push(force ? setRpath(path) : setRunpath(path));
    else if (path !== "") edits.push(force ? addRpath(path) : addRunpath(path));
  if (Object.keys(needed).length > 0) edits.push(replaceNeeded(needed));
  if (files.length === 0) throw new UsageError("patchelf: missing filename");
  if (options.output !== undefined && files.length > 1) throw new UsageError("patchelf: --output takes one input file");
  return { files, queries, edits, ...options };
}

/** Prints what was asked for, in patchelf's own order, as it is before any edit. */
function answer(elf: ElfFile, queries: readonly Query[]): void {
  if (queries.includes("interpreter"))
    print(elf.interpreter ?? fail("NO_INTERPRETER", "the file has no PT_INTERP; it is a library or a static program", { type: elf.header.type }));
  if ((queries.includes("rpath") || queries.includes("needed")) && !elf.dynamic) fail("NO_DYNAMIC", "the file has no dynamic section; it is a static program or an object", { type: elf.header.type });
  // ld.so ignores DT_RPATH where there is a DT_RUNPATH, and an empty line says that there is neither.
  if (queries.includes("rpath")) print(`${elf.runpath ?? elf.rpath ?? ""}\n`);
  if (queries.includes("needed")) print(elf.needed.map((n) => `${n}\n`).join(""));
}

export const patchelf: Verb = {
  name: "patchelf",
  summary: "change the interpreter, search path and needed libraries; patchelf's own options",
  help: `usage: elfwright patchelf OPTIONS FILE…

  --set-interpreter PATH     the dynamic loader (PT_INTERP); also --interpreter
  --print-interpreter
  --set-rpath PATH           the library search path: DT_RUNPATH, a DT_RPATH becomes one
  --add-rpath PATH           appended to the search path; what is there already is not added again
  --remove-rpath             DT_RUNPATH and DT_RPATH both
  --print-rpath
  --force-rpath              --set-rpath and --add-rpath make DT_RPATH instead
  --replace-needed OLD NEW   rename a needed library, in the version needs too; may be repeated
  --print-needed
  --output FILE              write there; one input file
  --overlay keep|keep-in-place|drop   what to do with bytes behind the end of the ELF file
  --dry-run                  say what would change and where it would go, write nothing
  --json                     an array of results (see docs/json.md)

All edits of one call are one rewrite. Notes (an edit that matched nothing) go to stderr. Exit 0 done, 1 refused.`,
  run(args) {
    const command = parse(args);
    for (const file of command.queries.length > 0 ? command.files : [])
      try {
        const elf = readElfFile(file);
        try {
          answer(elf, command.queries);
        } finally {
          elf.close();
        }
      } catch (e) {
        warn(`${file}: ${errorReport(file, e).error.message}`);
        return REFUSED;
      }
    return command.edits.length > 0 || command.output !== undefined ? rewriteFiles(command.files, command.edits, command) : OK;
  },
};
