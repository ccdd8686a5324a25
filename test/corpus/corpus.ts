import { fileURLToPath } from "node:url";
import { examine, type FileReport, type Outcome } from "./examine.js";
import { machineName } from "./files.js";
import { OPTIONS_HELP, overCorpus } from "./over-corpus.js";
import { type Row, spread, table, tally } from "./print.js";

const HELP = `npm run corpus -- small|full [--only PATTERN] [--jobs N] [--json FILE [--resume]]

Patches every dynamic file of a list of real files in every way, and compares the results with the inputs by means of
its own: bytes of the PT_LOADs, tables, sections, GNU readelf, \`check\`, a second identical patch. The files are
fetched once by ../shared/corpus/fetch-corpus into .cache/corpus-LIST; ELFWRIGHT_CORPUS=DIR takes a folder that is
there.

${OPTIONS_HELP}`;

type FileOutcome = Outcome & { readonly file: string };

/** Prints the tables. Returns the exit status: 1 where anything failed. */
function print(list: string, reports: readonly FileReport[]): number {
  const dynamic = reports.filter((r) => r.kind === "dynamic");
  const outcomes = dynamic.flatMap((r) => r.outcomes.map((o): FileOutcome => ({ ...o, file: r.file })));
  const failed = outcomes.filter((o) => o.failures.length > 0);
  const refused = outcomes.filter((o) => o.code !== undefined);
  printCounts(list, reports, dynamic);
  printWishes(outcomes);
  printRefusals(refused);

  for (const o of failed) console.log(`\nFAILED ${o.file}, ${o.wish}:\n  ${o.failures.slice(0, 6).join("\n  ")}`);
  const right = outcomes.length - refused.length - failed.length;
  console.log(`\n${outcomes.length} patches: ${right} right, ${refused.length} refused, ${failed.length} failed`);

  return failed.length > 0 ? 1 : 0;
}

function printCounts(list: string, reports: readonly FileReport[], dynamic: readonly FileReport[]): void {
  const notDynamic = reports.filter((r) => r.kind === "not dynamic").length;
  const notElf = reports.filter((r) => r.kind === "not ELF").length;
  console.log(
    `${list}: ${reports.length} files, ${dynamic.length} of them dynamic, ${notDynamic} not, ${notElf} no ELF files`,
  );

  const unread = dynamic.filter((r) => !r.fullReadelf).length;
  if (unread > 0) console.log(`readelf -a was not run on ${unread} files above 24 MiB; readelf -dl was`);
  console.log(`\n${table([["machine", "dynamic files"], ...tally(dynamic.map((r) => machineName(r.machine)))])}`);
}

function printWishes(outcomes: readonly FileOutcome[]): void {
  const rows = [...new Set(outcomes.map((o) => o.wish))].map((wish): Row => {
    const of = outcomes.filter((o) => o.wish === wish);
    const growths = of.flatMap((o) => o.growth ?? []);
    const refused = of.filter((o) => o.code !== undefined).length;
    const failed = of.filter((o) => o.failures.length > 0).length;
    const { median, p90 } = spread(growths);
    return [wish, of.length, growths.length, refused, failed, median, p90];
  });
  const head = ["edit", "files", "done", "refused", "failed", "growth, median", "90th percentile"];
  console.log(`\n${table([head, ...rows])}`);

  const notes = tally(outcomes.flatMap((o) => [...new Set(o.notes)]));
  if (notes.size > 0) console.log(`\n${table([["note", "results"], ...notes])}`);
}

/** Prints refusals by code and reason, each with its files. */
function printRefusals(refused: readonly FileOutcome[]): void {
  console.log(`\n${table([["refused with", "patches"], ...tally(refused.map((o) => o.code!))])}`);

  const masked = (o: FileOutcome) => o.reason!.replace(/0x[0-9a-f]+|\d+/g, "#");
  for (const [reason] of tally(refused.map(masked))) {
    const of = refused.filter((o) => masked(o) === reason);
    const files = [...tally(of.map((o) => o.file))].map(([file, n]) => {
      const wishes = new Set(of.filter((o) => o.file === file).map((o) => o.wish));
      return `${file} (${n}: ${[...wishes].slice(0, 3).join(", ")}${n > 3 ? ", …" : ""})`;
    });
    console.log(`\n${reason}\n  ${files.join("\n  ")}`);
  }
}

await overCorpus<FileReport>({
  script: fileURLToPath(import.meta.url),
  help: HELP,
  print,
  examine: (path, file, scratch) => ({ ...examine(path, scratch), file }),
  failed: (file, why) => ({
    file,
    size: 0,
    machine: 0,
    kind: "dynamic",
    outcomes: [{ wish: "all", failures: [why], notes: [] }],
    fullReadelf: false,
  }),
});
