import { parseArgs } from "node:util";
import { check, checkRules, type Finding } from "../check/check.js";
import { pageFitness, type PageFitness, pageRules } from "../check/pages.js";
import { type OpenElfFile, readElfFile } from "../node/index.js";
import { type Change, diff } from "../report/diff.js";
import { formatChanges, formatFindings } from "../report/text.js";
import { attempt, eachFile, OK, print, REFUSED, toJson, USAGE, UsageError, type Verb } from "./command.js";
import { printRules } from "./rules.js";

export function withFile<T>(path: string, read: (elf: OpenElfFile) => T): T {
  const elf = readElfFile(path);
  try {
    return read(elf);
  } finally {
    elf.close();
  }
}

export type Flags = Record<string, { type: "boolean" | "string" }>;

export interface Parsed {
  readonly files: string[];
  readonly flags: Record<string, boolean | string>;
}

/** Options and files. An option that is `alone` says all by itself: with it there is no file. */
export function parse(args: readonly string[], options: Flags, alone?: string): Parsed {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const parsed = { files: positionals, flags: values as Record<string, boolean | string> };
    if (alone !== undefined && parsed.flags[alone] === true) return onlyOption(alone, parsed);
    if (positionals.length === 0) throw new UsageError("missing file name");
    return parsed;
  } catch (e) {
    // Node says more than one line of help needs.
    if (e instanceof TypeError) throw new UsageError(e.message.split(". ")[0]!);
    throw e;
  }
}

function onlyOption(name: string, parsed: Parsed): Parsed {
  const others = Object.keys(parsed.flags).filter((flag) => flag !== name && flag !== "json");
  if (parsed.files.length > 0) throw new UsageError(`--${name} takes no file`);
  if (others.length > 0) throw new UsageError(`--${name} does not go with --${others[0]!}`);
  return parsed;
}

export const json = { json: { type: "boolean" } } as const satisfies Flags;

/** A file's entry of `check`; with `--page-size`, what {@link pageFitness} says in addition. */
type CheckEntry = { readonly file: string; readonly findings: readonly Finding[] } & Partial<Pick<PageFitness, "pageSize" | "fit" | "raisable" | "obstacles">>;

function checkPages(file: string, size: number): CheckEntry {
  const { problems, ...fitness } = withFile(file, (elf) => pageFitness(elf, size));
  return { file, findings: problems, ...fitness };
}

/** What follows from the findings on pages, with the reasons that are no finding themselves. */
function verdict({ findings, pageSize, fit, raisable, obstacles = [] }: CheckEntry): string {
  if (pageSize === undefined) return "";
  if (fit) return `fit for pages of ${pageSize} bytes\n`;
  if (raisable) return `not fit for pages of ${pageSize} bytes, but can be made so without moving an address (raiseAlignment)\n`;
  const said = new Set(findings.map((f) => `${f.at}: ${f.message}`)), more = obstacles.filter((o) => !said.has(o)).map((o) => `  ${o}\n`);
  return `not fit for pages of ${pageSize} bytes, and only a linker can make it so\n${more.join("")}`;
}

function printCheck(e: CheckEntry): void {
  const { file, findings } = e;
  if (findings.length === 0) print(`${file}: ${e.pageSize === undefined ? "no findings" : verdict(e)}`);
  else print(`${file}:\n${formatFindings(findings)}${verdict(e)}`);
}

function pageSizeOf(value: boolean | string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const size = Number(value);
  if (!/^\d+$/.test(String(value)) || size < 4096 || !Number.isInteger(Math.log2(size))) throw new UsageError(`--page-size takes a power of two from 4096 on, not ${JSON.stringify(value)}`);
  return size;
}

export const checkVerb: Verb = {
  name: "check",
  help: `usage: elfwright check [--json] [--page-size BYTES] FILE…
       elfwright check [--json] --rules

Prints each finding as "severity: subject: message [rule]". Exits with 1 when one is of level error.
  --page-size BYTES   whether the file is fit for a system with such pages, instead: 16384 for Android, 65536 for the
                      largest of arm64
  --rules             list every rule with its severity and what holds in a whole file, those of --page-size last
  --json              an array of { file, findings }, or of { id, severity, sentence } (see docs/json.md)`,
  usageCode: USAGE,
  run(args) {
    const { files, flags } = parse(args, { ...json, "page-size": { type: "string" }, rules: { type: "boolean" } }, "rules");
    if (flags["rules"] === true) {
      printRules([...checkRules, ...pageRules], flags["json"] === true);
      return OK;
    }

    const size = pageSizeOf(flags["page-size"]);
    const entry = (file: string): CheckEntry => (size === undefined ? { file, findings: withFile(file, check) } : checkPages(file, size));
    const { results, failed } = eachFile(files, flags["json"] === true, entry, printCheck);
    return failed || results.some((r) => r.findings.some((f) => f.severity === "error")) ? REFUSED : OK;
  },
};

/** Each file is opened on its own, so that a refusal names the right one. */
function compare(before: string, after: string, layout: boolean) {
  const a = attempt(before, () => readElfFile(before));
  if ("refusal" in a) return a;
  try {
    return attempt(after, () => withFile(after, (elf): Change[] => diff(a.result, elf, { layout })));
  } finally {
    a.result.close();
  }
}

export const diffVerb: Verb = {
  name: "diff",
  help: `usage: elfwright diff [--json] [--layout] BEFORE AFTER

Prints what the second file says differently: libraries, search path, interpreter, versions, sections, symbols.
Bytes of code and data are not compared. Exits with 0 whether there are differences or not.
  --layout   also derived values: addresses, offsets, sizes of tables
  --json     an array of changes (see docs/json.md)`,
  usageCode: USAGE,
  run(args) {
    const { files, flags } = parse(args, { ...json, layout: { type: "boolean" } }), [before, after] = files;
    if (before === undefined || after === undefined || files.length !== 2) throw new UsageError("two files are compared");
    const a = compare(before, after, flags["layout"] === true);
    if (flags["json"] === true) print(toJson("result" in a ? a.result : [a.refusal]));
    else if ("result" in a) print(a.result.length === 0 ? "no difference" : formatChanges(a.result));
    return "result" in a ? OK : REFUSED;
  },
};
