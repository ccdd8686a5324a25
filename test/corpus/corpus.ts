import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { examine, type FileReport } from "./examine.js";
import { corpusFolder, filesUnder, machineName } from "./files.js";
import { Journal } from "./journal.js";
import { inPool, serve } from "./pool.js";
import { progress, spread, table, tally } from "./print.js";

const HELP = `npm run corpus -- small|full [--only PATTERN] [--jobs N] [--json FILE [--resume]]

Patches every dynamic file of a list of real files in every way, and compares the results with the inputs by means of its own:
bytes of the PT_LOADs, tables, sections, GNU readelf, \`check\`, a second identical patch. The files are fetched once by
../shared/corpus/fetch-corpus into .cache/corpus-LIST; ELFWRIGHT_CORPUS=DIR takes a folder that is there.

  --only PATTERN  only files whose path matches this regular expression
  --jobs N        processes at once (2)
  --json FILE     the whole report, one line a file
  --resume        take over what FILE holds from a run that was stopped`;

interface Task {
  readonly file: string;
  readonly scratch: string;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: "string" }, jobs: { type: "string", default: "2" }, json: { type: "string" }, resume: { type: "boolean", default: false }, help: { type: "boolean" } } });
  const [list] = positionals;
  if (values.help || positionals.length !== 1 || (list !== "small" && list !== "full")) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const root = corpusFolder(list);
  const only = new RegExp(values.only ?? ""), files = filesUnder(root).filter((f) => only.test(relative(root, f)));
  const scratch = mkdtempSync(join(tmpdir(), "elfwright-corpus-")), journal = new Journal<FileReport>(values.json, values.resume);
  try {
    // The largest first, so that no worker is left with one at the end.
    const tasks = files.filter((f) => !journal.has(relative(root, f))).map((file) => ({ file, scratch, size: statSync(file).size })).sort((a, b) => b.size - a.size);
    await inPool<Task, FileReport>(fileURLToPath(import.meta.url), Number(values.jobs), tasks, (t, r, done) => {
      journal.add({ ...r, file: relative(root, t.file) });
      progress(`${done}/${tasks.length} ${relative(root, t.file)}`);
    }, (t, why) => ({ file: t.file, size: 0, machine: 0, kind: "dynamic", outcomes: [{ wish: "all", failures: [why], notes: [] }], fullReadelf: false }));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  progress("");
  return print(list, journal.reports);
}

/** The tables. Returns the exit status: 1 where anything failed. */
function print(list: string, reports: readonly FileReport[]): number {
  const dynamic = reports.filter((r) => r.kind === "dynamic"), outcomes = dynamic.flatMap((r) => r.outcomes.map((o) => ({ ...o, file: r.file })));
  const failed = outcomes.filter((o) => o.failures.length > 0), refused = outcomes.filter((o) => o.code !== undefined);
  const unread = dynamic.filter((r) => !r.fullReadelf).length;
  console.log(`${list}: ${reports.length} files, ${dynamic.length} of them dynamic, ${reports.filter((r) => r.kind === "not dynamic").length} not, ${reports.filter((r) => r.kind === "not ELF").length} no ELF files`);
  if (unread > 0) console.log(`readelf -a was not run on ${unread} files above 24 MiB; readelf -dl was`);
  console.log(`\n${table([["machine", "dynamic files"], ...tally(dynamic.map((r) => machineName(r.machine)))])}`);
  const wishes = [...new Set(outcomes.map((o) => o.wish))].map((wish) => {
    const of = outcomes.filter((o) => o.wish === wish), done = of.filter((o) => o.growth !== undefined), { median, p90 } = spread(done.map((o) => o.growth!));
    return [wish, of.length, done.length, of.filter((o) => o.code !== undefined).length, of.filter((o) => o.failures.length > 0).length, median, p90];
  });
  console.log(`\n${table([["edit", "files", "done", "refused", "failed", "growth, median", "90th percentile"], ...wishes])}`);
  const notes = tally(outcomes.flatMap((o) => [...new Set(o.notes)]));
  if (notes.size > 0) console.log(`\n${table([["note", "results"], ...notes])}`);
  printRefusals(refused);
  for (const o of failed) console.log(`\nFAILED ${o.file}, ${o.wish}:\n  ${o.failures.slice(0, 6).join("\n  ")}`);
  console.log(`\n${outcomes.length} patches: ${outcomes.length - refused.length - failed.length} right, ${refused.length} refused, ${failed.length} failed`);
  return failed.length > 0 ? 1 : 0;
}

/** Refusals by code and reason, each with its files. */
function printRefusals(refused: readonly { file: string; wish: string; code?: string; reason?: string }[]): void {
  console.log(`\n${table([["refused with", "patches"], ...tally(refused.map((o) => o.code!))])}`);
  const masked = (o: { reason?: string }) => o.reason!.replace(/0x[0-9a-f]+|\d+/g, "#");
  for (const [reason] of tally(refused.map(masked))) {
    const of = refused.filter((o) => masked(o) === reason);
    console.log(`\n${reason}\n  ${[...tally(of.map((o) => o.file))].map(([file, n]) => `${file} (${n}: ${[...new Set(of.filter((o) => o.file === file).map((o) => o.wish))].slice(0, 3).join(", ")}${n > 3 ? ", …" : ""})`).join("\n  ")}`);
  }
}

if (!serve((t: Task, lane) => {
  const dir = join(t.scratch, String(lane));
  mkdirSync(dir, { recursive: true });
  return examine(t.file, dir);
})) process.exitCode = await main();
