import { fileURLToPath } from "node:url";
import { examine, type FileReport } from "./examine.js";
import { machineName } from "./files.js";
import { OPTIONS_HELP, overCorpus } from "./over-corpus.js";
import { spread, table, tally } from "./print.js";

const HELP = `npm run corpus -- small|full [--only PATTERN] [--jobs N] [--json FILE [--resume]]

Patches every dynamic file of a list of real files in every way, and compares the results with the inputs by means of its own:
bytes of the PT_LOADs, tables, sections, GNU readelf, \`check\`, a second identical patch. The files are fetched once by
../shared/corpus/fetch-corpus into .cache/corpus-LIST; ELFWRIGHT_CORPUS=DIR takes a folder that is there.

${OPTIONS_HELP}`;

/** The tables. Returns the exit status: 1 where anything failed. */
function print(list: string, reports: readonly FileReport[]): number {
  const dynamic = reports.filter((r) => r.kind === "dynamic");
  const outcomes = dynamic.flatMap((r) => r.outcomes.map((o) => ({ ...o, file: r.file })));
  const failed = outcomes.filter((o) => o.failures.length > 0);
  const refused = outcomes.filter((o) => o.code !== undefined);
  const unread = dynamic.filter((r) => !r.fullReadelf).length;
  console.log(
    `${list}: ${reports.length} files, ${dynamic.length} of them dynamic, ${reports.filter((r) => r.kind === "not dynamic").length} not, ${reports.filter((r) => r.kind === "not ELF").length} no ELF files`,
  );
  if (unread > 0) console.log(`readelf -a was not run on ${unread} files above 24 MiB; readelf -dl was`);
  console.log(`\n${table([["machine", "dynamic files"], ...tally(dynamic.map((r) => machineName(r.machine)))])}`);
  const wishes = [...new Set(outcomes.map((o) => o.wish))].map((wish) => {
    const of = outcomes.filter((o) => o.wish === wish);
    const done = of.filter((o) => o.growth !== undefined);
    const { median, p90 } = spread(done.map((o) => o.growth!));

    return [
      wish,
      of.length,
      done.length,
      of.filter((o) => o.code !== undefined).length,
      of.filter((o) => o.failures.length > 0).length,
      median,
      p90,
    ];
  });
  console.log(
    `\n${table([["edit", "files", "done", "refused", "failed", "growth, median", "90th percentile"], ...wishes])}`,
  );
  const notes = tally(outcomes.flatMap((o) => [...new Set(o.notes)]));
  if (notes.size > 0) console.log(`\n${table([["note", "results"], ...notes])}`);
  printRefusals(refused);
  for (const o of failed) console.log(`\nFAILED ${o.file}, ${o.wish}:\n  ${o.failures.slice(0, 6).join("\n  ")}`);
  console.log(
    `\n${outcomes.length} patches: ${outcomes.length - refused.length - failed.length} right, ${refused.length} refused, ${failed.length} failed`,
  );

  return failed.length > 0 ? 1 : 0;
}

/** Refusals by code and reason, each with its files. */
function printRefusals(refused: readonly { file: string; wish: string; code?: string; reason?: string }[]): void {
  console.log(`\n${table([["refused with", "patches"], ...tally(refused.map((o) => o.code!))])}`);
  const masked = (o: { reason?: string }) => o.reason!.replace(/0x[0-9a-f]+|\d+/g, "#");
  for (const [reason] of tally(refused.map(masked))) {
    const of = refused.filter((o) => masked(o) === reason);
    console.log(
      `\n${reason}\n  ${[...tally(of.map((o) => o.file))].map(([file, n]) => `${file} (${n}: ${[...new Set(of.filter((o) => o.file === file).map((o) => o.wish))].slice(0, 3).join(", ")}${n > 3 ? ", …" : ""})`).join("\n  ")}`,
    );
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
