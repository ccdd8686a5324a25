import { check, checkRules, type Finding } from "../check/check.js";
import { pageFitness, type PageFitness, pageRules } from "../check/pages.js";
import { formatFindings } from "../report/text.js";
import { eachFile, OK, print, REFUSED, USAGE, UsageError, type Verb } from "./command.js";
import { type Flags, jsonFlag, parseReadArguments, withFile } from "./read-files.js";
import { printRules } from "./rules.js";

/** A file's entry of `check`. With `--page-size` it has the answers of {@link pageFitness} too. */
type CheckEntry = { readonly file: string; readonly findings: readonly Finding[] } & Partial<
  Pick<PageFitness, "pageSize" | "fit" | "raisable" | "obstacles">
>;

function checkPages(file: string, size: number): CheckEntry {
  const { problems, ...fitness } = withFile(file, (elf) => pageFitness(elf, size));
  return { file, findings: problems, ...fitness };
}

/** What follows from the findings on pages, with the obstacles that are no findings themselves. */
function verdict({ findings, pageSize, fit, raisable, obstacles = [] }: CheckEntry): string {
  if (pageSize === undefined) return "";
  if (fit) return `fit for pages of ${pageSize} bytes\n`;
  if (raisable) {
    return `not fit for pages of ${pageSize} bytes, but can be made so without moving an address (raiseAlignment)\n`;
  }

  const said = new Set(findings.map((finding) => `${finding.at}: ${finding.message}`));
  const others = obstacles.filter((obstacle) => !said.has(obstacle));
  const lines = others.map((obstacle) => `  ${obstacle}\n`);
  return `not fit for pages of ${pageSize} bytes, and only a linker can make it so\n${lines.join("")}`;
}

function printCheck(entry: CheckEntry): void {
  const { file, findings, pageSize } = entry;
  if (findings.length > 0) print(`${file}:\n${formatFindings(findings)}${verdict(entry)}`);
  else print(`${file}: ${pageSize === undefined ? "no findings" : verdict(entry)}`);
}

function pageSizeOf(value: boolean | string | undefined): number | undefined {
  if (value === undefined) return undefined;

  const size = Number(value);
  if (!/^\d+$/.test(String(value)) || size < 4096 || !Number.isInteger(Math.log2(size))) {
    throw new UsageError(`--page-size takes a power of two from 4096 on, not ${JSON.stringify(value)}`);
  }
  return size;
}

const OPTIONS = {
  ...jsonFlag,
  "page-size": { type: "string" },
  rules: { type: "boolean" },
} as const satisfies Flags;

export const checkVerb: Verb = {
  name: "check",
  help: `usage: elfwright check [--json] [--page-size BYTES] FILE…
       elfwright check [--json] --rules

Prints each finding as "severity: subject: message [rule]". Exits with 1 when a finding is of
level error.
  --page-size BYTES  check whether the file is fit for a system with pages of this size instead:
                     16384 for Android, 65536 for the largest pages of arm64
  --rules            list every rule with its severity and what holds in a whole file; the rules of
                     --page-size come last
  --json             an array of { file, findings }, or of { id, severity, sentence }
                     (see docs/json.md)`,
  usageCode: USAGE,
  async run(args) {
    const { files, flags } = parseReadArguments(args, OPTIONS, "rules");
    const asJson = flags["json"] === true;
    if (flags["rules"] === true) {
      printRules([...checkRules, ...pageRules], asJson);
      return OK;
    }

    const size = pageSizeOf(flags["page-size"]);
    const entryOf = (file: string): CheckEntry =>
      size === undefined ? { file, findings: withFile(file, check) } : checkPages(file, size);

    const { results, failed } = await eachFile(files, asJson, entryOf, printCheck);
    const broken = results.some(({ findings }) => findings.some((finding) => finding.severity === "error"));
    return failed || broken ? REFUSED : OK;
  },
};
