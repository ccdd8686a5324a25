import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { must, run } from "../support/run.js";
import { isProgram } from "../support/system-files.js";
import { LOADER, OPENER } from "./observe.js";
import { Journal } from "./journal.js";
import { inPool, serve } from "./pool.js";
import { progress, type Row, spread, table, tally } from "./print.js";
import { type SystemReport, type Tool, type Tried, trySystem } from "./try-system.js";

const HELP = `npm run system -- [--sample N] [--only PATTERN] [--limit N] [--jobs N] [--json FILE [--resume]]

Patches copies of the x86-64 programs under /usr/bin and libraries under /usr/lib (a longer RUNPATH, a longer
interpreter, five more needed libraries, all together), by elfwright and by patchelf, and runs, loads or lists each: as
before, also after \`strip --strip-unneeded\` and \`eu-strip\`. Programs are only started with --version, in an empty
folder, without input, for 5 seconds.

  --sample N      one file of N, chosen by the hash of its path (2: about ten minutes on two cores; 1: all)
  --only PATTERN  only files whose path matches this regular expression
  --limit N       at most N files
  --jobs N        processes at once (2)
  --json FILE     the whole report, one line a file
  --resume        take over what FILE holds from a run that was stopped`;

/** Larger files take more time than they are worth. */
const LARGEST = 200 << 20;

interface Task {
  readonly file: string;
  readonly scratch: string;
}

/** Regular files, each inode once. Links are left out, since the files that they lead to are here themselves. */
function filesUnder(dir: string, deep: boolean, seen: Set<string>): string[] {
  const isNew = (path: string): boolean => {
    const { dev, ino, size } = statSync(path);
    const key = `${dev} ${ino}`;
    if (seen.has(key) || size > LARGEST || size < 64) return false;

    seen.add(key);
    return true;
  };

  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return deep ? filesUnder(path, deep, seen) : [];
    return entry.isFile() && isNew(path) ? [path] : [];
  });
}

function candidates(): string[] {
  const seen = new Set<string>();
  const isLibrary = (f: string) => /\.so(\.|$)/.test(basename(f)) || /\.(node|so\.debug)$/.test(f);
  const all = [...filesUnder("/usr/bin", false, seen), ...filesUnder("/usr/lib", true, seen).filter(isLibrary)];
  return all.filter(isProgram);
}

async function main(): Promise<number> {
  const options = {
    sample: { type: "string", default: "2" },
    only: { type: "string" },
    limit: { type: "string" },
    jobs: { type: "string", default: "2" },
    json: { type: "string" },
    resume: { type: "boolean", default: false },
    help: { type: "boolean" },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(HELP);
    return 0;
  }

  const only = new RegExp(values.only ?? "");
  const every = Number(values.sample);
  const limit = values.limit === undefined ? undefined : Number(values.limit);
  const isInSample = (file: string) => createHash("sha256").update(file).digest().readUInt32BE(0) % every === 0;
  const all = candidates().filter((f) => only.test(f));
  const chosen = all.filter(isInSample).slice(0, limit);

  const scratch = mkdtempSync(join(tmpdir(), "elfwright-system-"));
  const journal = new Journal<SystemReport>(values.json, values.resume);
  const broken: string[] = [];
  try {
    writeFileSync(join(scratch, "open.c"), OPENER);
    must("gcc", ["-O1", "-o", join(scratch, "open"), join(scratch, "open.c"), "-ldl"]);

    const open = chosen.filter((f) => !journal.has(f));
    const tasks = open.map((file) => ({ file, scratch, size: statSync(file).size })).sort((a, b) => b.size - a.size);
    const onResult = (task: Task, result: SystemReport | string, done: number) => {
      if (typeof result === "string") broken.push(result);
      else journal.add(result);
      progress(`${done}/${tasks.length} ${task.file}`);
    };
    const script = fileURLToPath(import.meta.url);
    await inPool(script, Number(values.jobs), tasks, onResult, (task, why) => `${task.file}: ${why}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }

  progress("");
  const sample = chosen.length < all.length ? " (a sample)" : "";
  const patchelf = run("patchelf", ["--version"]).stdout.trim();
  console.log(`${chosen.length} of ${all.length} files tried${sample}, against ${LOADER} and ${patchelf}`);
  return print(journal.reports, broken);
}

const TOOLS: readonly Tool[] = ["elfwright", "patchelf"];

type TriedFile = Tried & { readonly file: string };

const isBroken = (t: Tried): boolean => Object.keys(t.brokenAfter).length > 0;
const isWrong = (t: Tried): boolean => t.wrong !== undefined || isBroken(t);

/** Prints the tables. Returns the exit status: 1 where elfwright did anything wrong. */
function print(reports: readonly SystemReport[], broken: readonly string[]): number {
  const tried = reports.flatMap((r) => r.tried.map((t): TriedFile => ({ ...t, file: r.file })));
  printKinds(reports);
  printChanges(tried);
  printRefusals(tried);

  const strips = reports.filter((r) => r.brokenStrips.length > 0);
  if (strips.length > 0) {
    const files = strips.map((r) => `${r.file} (${r.brokenStrips.join(", ")})`);
    console.log(`\nnot stripped, as that breaks the file as it is: ${files.join(" ")}`);
  }

  for (const t of tried.filter(isWrong).sort((a, b) => a.tool.localeCompare(b.tool))) {
    const afterStrips = Object.entries(t.brokenAfter).map(([strip, why]) => `after ${strip}: ${why}`);
    const title = `${t.tool === "elfwright" ? "FAILED" : "patchelf:"} ${t.file}, ${t.change}`;
    console.log(`\n${title}: ${t.wrong ?? afterStrips.join("\n  ")}`.slice(0, 600));
  }

  for (const b of broken) console.log(`\nNOT EXAMINED ${b}`);
  const ours = tried.filter((t) => t.tool === "elfwright");
  const bugs = ours.filter((t) => isWrong(t) || t.refused?.startsWith("BUG")).length;
  console.log(`\nelfwright: ${bugs} failures, ${broken.length} files not examined`);

  return bugs + broken.length > 0 ? 1 : 0;
}

function printKinds(reports: readonly SystemReport[]): void {
  const kinds = tally(reports.map((r) => `${r.kind}\t${r.ways.join(" and ") || "nothing"}`));
  const rows = [...kinds].map(([key, n]) => [...key.split("\t"), n]);
  console.log(`\n${table([["kind", "tried by", "files"], ...rows])}`);
}

function printChanges(tried: readonly TriedFile[]): void {
  const changes = [...new Set(tried.map((t) => t.change))];
  const row = (tool: Tool, change: string): Row => {
    const of = tried.filter((t) => t.tool === tool && t.change === change);
    const refused = of.filter((t) => t.refused !== undefined).length;
    const wrong = of.filter((t) => t.wrong !== undefined).length;
    const { median, p90, total } = spread(of.flatMap((t) => t.growth ?? []));
    return [tool, change, of.length, refused, wrong, of.filter(isBroken).length, median, p90, total];
  };

  const head = ["tool", "change", "tried", "refused", "wrong", "broken after strip"];
  const rows = TOOLS.flatMap((tool) => changes.map((change) => row(tool, change)));
  console.log(`\n${table([[...head, "growth, median", "90th percentile", "total"], ...rows])}`);
}

/** Prints what each tool refused, by reason, each with up to 40 files. */
function printRefusals(tried: readonly TriedFile[]): void {
  const masked = (s: string) => s.replace(/0x[0-9a-f]+|\d+/g, "#").slice(0, 300);
  for (const tool of TOOLS) {
    const refused = tried.flatMap(({ tool: by, file, refused: why }) =>
      by === tool && why !== undefined ? [{ file, reason: masked(why) }] : [],
    );
    for (const [reason] of tally(refused.map((r) => r.reason))) {
      const files = [...new Set(refused.filter((r) => r.reason === reason).map((r) => r.file))];
      const more = files.length > 40 ? ` and ${files.length - 40} more` : "";
      console.log(`\n${tool} refused: ${reason}\n  ${files.slice(0, 40).join(" ")}${more}`);
    }
  }
}

const isWorker = serve((task: Task, lane) => {
  const home = join(task.scratch, String(lane));
  const bench = { folder: join(home, "file"), cwd: join(home, "work"), opener: join(task.scratch, "open") };
  for (const folder of [bench.folder, bench.cwd]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  try {
    return trySystem(task.file, bench);
  } catch (e) {
    return `${task.file}: ${e instanceof Error ? e.stack : String(e)}`;
  }
});
if (!isWorker) process.exitCode = await main();
