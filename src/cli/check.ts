import { check, checkRules, type Finding } from "../check/check.js";
import { pageFitness, type PageFitness, pageRules } from "../check/pages.js";
import { formatFindings } from "../report/text.js";
import { eachFile, OK, print, REFUSED, USAGE, UsageError, type Verb } from "./command.js";
import { json, parseReadArguments, withFile } from "./read-files.js";
import { printRules } from "./rules.js";

/** A file's entry of `check`; with `--page-size`, what {@link pageFitness} says in addition. */
type CheckEntry = { readonly file: string; readonly findings: readonly Finding[] } & Partial<
  Pick<PageFitness, "pageSize" | "fit" | "raisable" | "obstacles">
>;

function checkPages(file: string, size: number): CheckEntry {
  const { problems, ...fitness } = withFile(file, (elf) => pageFitness(elf, size));
  return { file, findings: problems, ...fitness };
}

/** What follows from the findings on pages, with the reasons that are no finding themselves. */
function verdict({ findings, pageSize, fit, raisable, obstacles = [] }: CheckEntry): string {
  if (pageSize === undefined) return "";
  if (fit) return `fit for pages of ${pageSize} bytes\n`;
  if (raisable) {
    return `not fit for pages of ${pageSize} bytes, but can be made so without moving an address (raiseAlignment)\n`;
  }
  const said = new Set(findings.map((f) => `${f.at}: ${f.message}`));
  const more = obstacles.filter((o) => !said.has(o)).map((o) => `  ${o}\n`);
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
  if (!/^\d+$/.test(String(value)) || size < 4096 || !Number.isInteger(Math.log2(size))) {
    throw new UsageError(`--page-size takes a power of two from 4096 on, not ${JSON.stringify(value)}`);
  }
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
    const { files, flags } = parseReadArguments(
      args,
      { ...json, "page-size": { type: "string" }, rules: { type: "boolean" } },
      "rules",
    );
    if (flags["rules"] === true) {
      printRules([...checkRules, ...pageRules], flags["json"] === true);
      return OK;
    }

    const size = pageSizeOf(flags["page-size"]);
    const entry = (file: string): CheckEntry =>
      size === undefined ? { file, findings: withFile(file, check) } : checkPages(file, size);
    const { results, failed } = eachFile(files, flags["json"] === true, entry, printCheck);
    return failed || results.some((r) => r.findings.some((f) => f.severity === "error")) ? REFUSED : OK;
  },
};
