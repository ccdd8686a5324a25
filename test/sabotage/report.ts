import { readFileSync, writeFileSync } from "node:fs";
import { type Row, table } from "../corpus/print.js";
import type { Fault } from "./fault.js";
import { STOPS } from "./outcome.js";
import { isReached, stopperOf, total, type Verdict } from "./verdict.js";

/** So many faults that change bytes may go through, each with a reason: two, or one of twenty where there are more. */
const mostThrough = (faults: number): number => Math.max(2, Math.floor(faults / 20));

const KINDS: readonly Fault["kind"][] = ["bytes", "skipped check"];

const isThrough = ({ through }: Verdict): boolean => through.length > 0;

/** Prints the tables. Returns the exit status. */
export function report(verdicts: readonly Verdict[]): number {
  console.log(table([["fault", "area", "stopped by", ...STOPS, "through", "what is wrong"], ...verdicts.map(rowOf)]));
  console.log(`\n${table(sumsOf(verdicts))}`);

  const problems = problemsOf(verdicts);
  for (const problem of problems) console.log(problem);
  return problems.length === 0 ? 0 : 1;
}

function rowOf(verdict: Verdict): Row {
  const { fault, stopped, through } = verdict;
  return [fault.id, fault.area, stopperOf(verdict), ...STOPS.map((stop) => stopped[stop]), through.length, fault.about];
}

/** How many faults of each kind are stopped by what. */
function sumsOf(verdicts: readonly Verdict[]): Row[] {
  const rows = KINDS.map((kind): Row => {
    const own = verdicts.filter((v) => v.fault.kind === kind);
    const stopped = own.filter((v) => !isThrough(v));
    const by = STOPS.map((stop) => stopped.filter((v) => v.stopped[stop] > 0).length);
    return [kind, own.length, stopped.length, ...by, own.length - stopped.length];
  });
  return [["faults", "all", "stopped", ...STOPS.map((stop) => `by ${stop}`), "only a test"], ...rows];
}

/** What makes the sabotage fail. */
function problemsOf(verdicts: readonly Verdict[]): string[] {
  const dead = verdicts.filter((v) => !isReached(v)).map(({ fault }) => `${fault.id}: no scenario reaches it`);
  const through = verdicts.filter((v) => isThrough(v) && v.fault.kind === "bytes");
  const unexplained = through
    .filter(({ fault }) => fault.reason === undefined || fault.test === undefined)
    .map(({ fault, through }) => `${fault.id}: nothing stops it (${through[0]!}), and no reason and test are given`);
  const all = verdicts.filter((v) => v.fault.kind === "bytes").length;
  const tooMany =
    through.length > mostThrough(all) ? [`${through.length} faults that change bytes go through`] : [];
  return [...dead, ...unexplained, ...tooMany];
}

/** The page that has the table. */
export const PAGE = "docs/sabotage.md";
const START = "<!-- table -->";
const END = "<!-- end of the table -->";

/** Writes the table into its page, between the markers. */
export function writePage(verdicts: readonly Verdict[]): void {
  const [head, rest] = readFileSync(PAGE, "utf8").split(START);
  const [, tail] = rest!.split(END);
  const lines = KINDS.flatMap((kind) => [
    "",
    kind === "bytes" ? "| fault | stopped by | what is wrong |" : "| skipped check | stopped by | what is wrong |",
    "|---|---|---|",
    ...verdicts.filter((v) => v.fault.kind === kind).map(lineOf),
  ]);
  writeFileSync(PAGE, `${head}${START}\n${lines.join("\n").trimStart()}\n\n${END}${tail}`);
}

function lineOf(verdict: Verdict): string {
  const { fault, stopped, through } = verdict;
  const count = total(stopped);
  const by = isThrough(verdict) ? `a test (at run time ${count} of ${count + through.length})` : stopperOf(verdict);
  const why = isThrough(verdict) && fault.reason !== undefined ? ` (${fault.reason})` : "";
  return `| \`${fault.id}\` | ${by} | ${fault.about}${why} |`;
}
