import { parseArgs } from "node:util";
import { check, type Finding } from "../check/check.js";
import { type OpenElfFile, readElfFile } from "../node/index.js";
import { describe } from "../report/describe.js";
import { diff } from "../report/diff.js";
import { formatChanges, formatDescription, formatFindings } from "../report/text.js";
import { eachFile, OK, print, REFUSED, toJson, UsageError, type Verb, errorReport, warn } from "./command.js";

function withFile<T>(path: string, read: (elf: OpenElfFile) => T): T {
  const elf = readElfFile(path);
  try {
    return read(elf);
  } finally {
    elf.close();
  }
}

function parse<const O extends Record<string, { type: "boolean" }>>(verb: string, args: readonly string[], options: O, atLeast: number): { files: string[]; flags: Record<string, boolean> } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    if (positionals.length < atLeast) throw new UsageError(`${verb}: missing file name`);
    return { files: positionals, flags: values as Record<string, boolean> };
  } catch (e) {
    if (e instanceof TypeError) throw new UsageError(`${verb}: ${e.message}`);
    throw e;
  }
}

export const show: Verb = {
  name: "show",
  summary: "what is in the file: header, segments, sections, dynamic, versions, notes, overlay",
  help: `usage: elfwright show [--json] FILE…

Prints the file as the loader and the section headers describe it. Parts that cannot be read are listed as problems.
  --json   an array with one description per file (see docs/json.md)`,
  run(args) {
    const { files, flags } = parse("show", args, { json: { type: "boolean" } }, 1);
    const { failed } = eachFile(files, flags["json"] === true, (path) => ({ path, ...withFile(path, describe) }), (d, file) => print(`${files.length > 1 ? `${file}:\n` : ""}${formatDescription(d)}`));
    return failed ? REFUSED : OK;
  },
};

export const checkVerb: Verb = {
  name: "check",
  summary: "the layout invariants: what loaders, strip and other tools rely on",
  help: `usage: elfwright check [--json] FILE…

Prints each finding as "severity rule subject: message". Exits with 1 when one is of level error.
  --json   an array of { file, findings }`,
  run(args) {
    const { files, flags } = parse("check", args, { json: { type: "boolean" } }, 1);
    const { results, failed } = eachFile(files, flags["json"] === true, (file): { file: string; findings: Finding[] } => ({ file, findings: withFile(file, check) }), ({ findings }, file) =>
      print(findings.length === 0 ? `${file}: no findings` : `${file}:\n${formatFindings(findings)}`));
    return failed || results.some((r) => r.findings.some((f) => f.severity === "error")) ? REFUSED : OK;
  },
};

export const diffVerb: Verb = {
  name: "diff",
  summary: "two files, in ELF terms",
  help: `usage: elfwright diff [--json] [--layout] BEFORE AFTER

Prints what the second file says differently: libraries, search path, interpreter, versions, sections, symbols.
  --layout   also derived values: addresses, offsets, sizes of tables
  --json     an array of changes (see docs/json.md)`,
  run(args) {
    const { files, flags } = parse("diff", args, { json: { type: "boolean" }, layout: { type: "boolean" } }, 2);
    if (files.length !== 2) throw new UsageError("diff: two files are compared");
    const [before, after] = files as [string, string];
    try {
      const changes = withFile(before, (a) => withFile(after, (b) => diff(a, b, { layout: flags["layout"] === true })));
      print(flags["json"] === true ? toJson(changes) : changes.length === 0 ? "no difference" : formatChanges(changes));
      return OK;
    } catch (e) {
      warn(errorReport(before, e).error.message);
      return REFUSED;
    }
  },
};
