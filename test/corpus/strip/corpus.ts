import { fileURLToPath } from "node:url";
import { machineName } from "../files.js";
import { OPTIONS_HELP, overCorpus } from "../over-corpus.js";
import { ET } from "../../../src/index.js";
import { type Row, spread, table, tally } from "../print.js";
import { examine, type FileReport, type Outcome } from "./examine.js";
import { type Exception, EXCEPTIONS } from "./exceptions.js";

const HELP = `npm run corpus:strip -- small|full [--only PATTERN] [--jobs N] [--json FILE [--resume]]

Strips every ELF file and static library of a list of real files with --strip-unneeded, -g and -R .comment, and compares
the results with those of the file's own GNU strip, or of llvm-strip-19 where GNU strip does not know the file:
sections, symbols, size. Compares them with the input, too: bytes of the PT_LOADs, program headers, relocations, groups,
contents, warnings of readelf and llvm-readelf, a second identical strip. The files are fetched once by
../shared/corpus/fetch-corpus into .cache/corpus-LIST; ELFWRIGHT_CORPUS=DIR takes a folder that is there.

${OPTIONS_HELP}`;

type FileOutcome = Outcome & { readonly file: string };

/** Prints the tables. Returns the exit status: 1 where anything failed, or an exception has outlived its reason. */
function print(list: string, reports: readonly FileReport[], whole: boolean): number {
  const stripped = reports.filter((r) => r.kind !== "other");
  const outcomes = stripped.flatMap((r) => r.outcomes.map((o): FileOutcome => ({ ...o, file: r.file })));
  const failed = outcomes.filter((o) => o.failures.length > 0);
  printCounts(list, reports, stripped);
  printWishes(outcomes);
  printUncompared(outcomes.filter((o) => o.theirs === undefined));

  const excused = EXCEPTIONS.map((exception) => ({ exception, files: filesExcusedBy(exception, outcomes) }));
  for (const { exception: e, files } of excused) {
    console.log(`\nexcused (${e.kind}, ${e.file.source}): ${e.reason}\n  ${files.join("\n  ")}`);
  }

  const unused = whole ? excused.filter((e) => e.files.length === 0) : [];
  for (const { exception: e } of unused) console.log(`\nUNUSED EXCEPTION (${e.kind}): ${e.file.source}`);

  for (const o of failed) {
    const failures = o.failures.slice(0, 6).join("\n  ").slice(0, 3000);
    console.log(`\nFAILED ${o.file}, ${o.wish}, beside ${o.tool}:\n  ${failures}`);
  }

  console.log(`\n${outcomes.length} strips: ${outcomes.length - failed.length} right, ${failed.length} failed`);
  return failed.length > 0 || unused.length > 0 ? 1 : 0;
}

function printCounts(list: string, reports: readonly FileReport[], stripped: readonly FileReport[]): void {
  const elf = stripped.filter((r) => r.kind === "ELF").length;
  const relocatable = stripped.filter((r) => r.type === ET.REL).length;
  const archives = stripped.filter((r) => r.kind === "archive").length;

  console.log(
    `${list}: ${reports.length} files, ${elf} of them ELF, ${relocatable} of these relocatable, ` +
      `${archives} static libraries`,
  );
  console.log(`\n${table([["machine", "files"], ...tally(stripped.map((r) => machineName(r.machine)))])}`);
}

function printWishes(outcomes: readonly FileOutcome[]): void {
  const rows = [...new Set(outcomes.map((o) => o.wish))].map((wish): Row => {
    const of = outcomes.filter((o) => o.wish === wish);
    const both = of.filter((o) => o.ours !== undefined && o.theirs !== undefined);
    const { median, p90 } = spread(both.map((o) => o.ours! - o.theirs!));
    const overlays = of.filter((o) => o.overlay !== undefined).length;
    const excused = of.filter((o) => o.excused.length > 0).length;
    const failed = of.filter((o) => o.failures.length > 0).length;
    return [wish, of.length, both.length, overlays, excused, failed, median, p90];
  });
  const head = ["wish", "files", "compared", "with a payload", "excused", "failed"];
  console.log(`\n${table([[...head, "ours - theirs, median", "90th percentile"], ...rows])}`);

  const tools = tally(outcomes.map((o) => (o.theirs === undefined ? "no tool can strip it" : o.tool)));
  console.log(`\n${table([["compared with", "strips"], ...tools])}`);
}

/** The files that no other tool strips, by what the tools say. */
function printUncompared(alone: readonly FileOutcome[]): void {
  for (const [why] of tally(alone.map((o) => o.tool))) {
    const files = tally(alone.filter((o) => o.tool === why).map((o) => o.file));
    console.log(`\n${why}\n  ${[...files.keys()].join("\n  ")}`);
  }
}

function filesExcusedBy({ file, kind }: Exception, outcomes: readonly FileOutcome[]): string[] {
  const excused = outcomes.filter((o) => file.test(o.file) && o.excused.some((e) => e.startsWith(`${kind}:`)));
  return [...new Set(excused.map((o) => o.file))];
}

await overCorpus<FileReport>({
  script: fileURLToPath(import.meta.url),
  help: HELP,
  examine,
  print,
  failed: (file, why) => ({
    file,
    machine: 0,
    type: 0,
    kind: "ELF",
    outcomes: [{ wish: "all", tool: "", failures: [why], excused: [] }],
  }),
});
