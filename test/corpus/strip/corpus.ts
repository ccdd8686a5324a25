import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { corpusFolder, filesUnder, machineName } from "../files.js";
import { Journal } from "../journal.js";
import { inPool, serve } from "../pool.js";
import { progress, spread, table, tally } from "../print.js";
import { examine, type FileReport } from "./examine.js";
import { EXCEPTIONS } from "./exceptions.js";

const HELP = `npm run corpus:strip -- small|full [--only PATTERN] [--jobs N] [--json FILE [--resume]]

Strips every ELF file and static library of a list of real files with --strip-unneeded, -g and -R .comment, and compares the results with those of the file's
own GNU strip, or of llvm-strip-19 where that does not know the file: sections, symbols, size. Compares them with the input, too: bytes of
the PT_LOADs, program headers, relocations, groups, contents, warnings of readelf and llvm-readelf, a second identical strip. The files are
fetched once by ../shared/corpus/fetch-corpus into .cache/corpus-LIST; ELFWRIGHT_CORPUS=DIR takes a folder that is there.

  --only PATTERN  only files whose path matches this regular expression
  --jobs N        processes at once (2)
  --json FILE     the whole report, one line a file
  --resume        take over what FILE holds from a run that was stopped`;

interface Task {
  readonly file: string;
  readonly name: string;
  readonly scratch: string;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: "string" }, jobs: { type: "string", default: "2" }, json: { type: "string" }, resume: { type: "boolean", default: false }, help: { type: "boolean" } } });
  const [list] = positionals;
  if (values.help || positionals.length !== 1 || (list !== "small" && list !== "full")) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const root = corpusFolder(list), only = new RegExp(values.only ?? ""), scratch = mkdtempSync(join(tmpdir(), "elfwright-corpus-")), journal = new Journal<FileReport>(values.json, values.resume);
  try {
    const files = filesUnder(root).map((file) => ({ file, name: relative(root, file), scratch, size: statSync(file).size }));
    const tasks = files.filter((t) => only.test(t.name) && !journal.has(t.name)).sort((a, b) => b.size - a.size);
    await inPool<Task, FileReport>(fileURLToPath(import.meta.url), Number(values.jobs), tasks, (t, r, done) => {
      journal.add(r);
      progress(`${done}/${tasks.length} ${t.name}`);
    }, (t, why) => ({ file: t.name, machine: 0, type: 0, kind: "ELF", outcomes: [{ wish: "all", tool: "", failures: [why], excused: [] }] }));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  progress("");
  return print(list, journal.reports, values.only === undefined);
}

/** The tables. Returns the exit status: 1 where anything failed, or an exception has outlived its reason. */
function print(list: string, reports: readonly FileReport[], whole: boolean): number {
  const elf = reports.filter((r) => r.kind !== "other"), outcomes = elf.flatMap((r) => r.outcomes.map((o) => ({ ...o, file: r.file })));
  const failed = outcomes.filter((o) => o.failures.length > 0), alone = outcomes.filter((o) => o.theirs === undefined);
  console.log(`${list}: ${reports.length} files, ${elf.filter((r) => r.kind === "ELF").length} of them ELF, ${elf.filter((r) => r.type === 1).length} of these relocatable, ${elf.filter((r) => r.kind === "archive").length} static libraries`);
  console.log(`\n${table([["machine", "files"], ...tally(elf.map((r) => machineName(r.machine)))])}`);
  const rows = [...new Set(outcomes.map((o) => o.wish))].map((wish) => {
    const of = outcomes.filter((o) => o.wish === wish), both = of.filter((o) => o.ours !== undefined && o.theirs !== undefined), { median, p90 } = spread(both.map((o) => o.ours! - o.theirs!));
    return [wish, of.length, both.length, of.filter((o) => o.overlay !== undefined).length, of.filter((o) => o.excused.length > 0).length, of.filter((o) => o.failures.length > 0).length, median, p90];
  });
  console.log(`\n${table([["wish", "files", "compared", "with a payload", "excused", "failed", "ours - theirs, median", "90th percentile"], ...rows])}`);
  console.log(`\n${table([["compared with", "strips"], ...tally(outcomes.map((o) => (o.theirs === undefined ? "no tool can strip it" : o.tool)))])}`);
  for (const [why] of tally(alone.map((o) => o.tool))) console.log(`\n${why}\n  ${[...tally(alone.filter((o) => o.tool === why).map((o) => o.file)).keys()].join("\n  ")}`);
  const unused = EXCEPTIONS.filter((e) => !outcomes.some((o) => e.file.test(o.file) && o.excused.some((x) => x.startsWith(`${e.kind}:`))));
  for (const e of EXCEPTIONS) console.log(`\nexcused (${e.kind}, ${e.file.source}): ${e.reason}\n  ${[...new Set(outcomes.filter((o) => e.file.test(o.file) && o.excused.some((x) => x.startsWith(`${e.kind}:`))).map((o) => o.file))].join("\n  ")}`);
  if (whole) for (const e of unused) console.log(`\nUNUSED EXCEPTION (${e.kind}): ${e.file.source}`);
  for (const o of failed) console.log(`\nFAILED ${o.file}, ${o.wish}, beside ${o.tool}:\n  ${o.failures.slice(0, 6).join("\n  ").slice(0, 3000)}`);
  console.log(`\n${outcomes.length} strips: ${outcomes.length - failed.length} right, ${failed.length} failed`);
  return failed.length > 0 || (whole && unused.length > 0) ? 1 : 0;
}

if (!serve((t: Task, lane) => {
  const dir = join(t.scratch, String(lane));
  mkdirSync(dir, { recursive: true });
  return examine(t.file, t.name, dir);
})) process.exitCode = await main();
