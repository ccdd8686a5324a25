import { existsSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { table } from "../corpus/print.js";
import { serveBench, type Work, Worker, type WorkerCost } from "./in-process.js";
import { cache, type Cost, measure } from "./measure.js";
import { benchStart } from "./start.js";
import { megabytes, type Subject, SUBJECTS } from "./subjects.js";

const HELP = `npm run bench -- strip [--rounds N] [--only PATTERN]
npm run bench -- start [--rounds N]

strip: cpu time (user and system) and peak memory of strips, beside GNU strip, eu-strip and
llvm-strip-19. All take turns in each round. The figures are medians of the rounds, and of the
ratios to GNU strip in each round. "in process" is a process that has stripped the file twice
before; "warm" is one that has stripped it for at least two seconds and twenty times, as a build
with many files does, so that V8 has compiled all that it compiles. Behind the peak memory stands
what the process used before the operation. "command" is elfwright's command with the start of
Node, whose cost alone is a line of its own.

start: cpu time of imports over an empty module, and of the command over \`node -e 0\`.

  --rounds N      rounds (strip 7, start 21)
  --only PATTERN  only subjects whose name or option matches this regular expression`;

interface Contender {
  readonly name: string;
  run(): Promise<Cost | string>;
}

const OUT = cache("out");
const CLI = resolve("dist", "cjs", "cli.js");

/** How many strips, and milliseconds, the warm worker has behind it before the first round. */
const WARM = { strips: 20, milliseconds: 2000 };

function contenders({ option }: Subject, input: string, [worker, warm]: readonly [Worker, Worker]): Contender[] {
  const command = (name: string, file: string, args: readonly string[]): Contender => ({
    name,
    run: () => Promise.resolve(measure(file, args) ?? "it failed"),
  });
  const work = { input, output: OUT, option };
  const files = ["-o", OUT, input];

  return [
    command("GNU strip", "strip", [option, ...files]),
    // eu-strip has no option for what it does without -g.
    command("eu-strip", "eu-strip", option === "-g" ? ["-g", ...files] : files),
    command("llvm-strip-19", "llvm-strip-19", [option, ...files]),
    { name: "elfwright in process", run: () => worker.do(work) },
    { name: "elfwright in process, warm", run: () => warm.do(work) },
    command("elfwright command", process.execPath, [CLI, "strip", option, ...files]),
    command("(Node's start)", process.execPath, ["-e", "0"]),
  ];
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

interface Result {
  readonly costs: Cost[];
  size: number;
  failed?: string;
}

/** Strips until V8 has compiled what it compiles. */
async function warmUp(worker: Worker, work: Work): Promise<void> {
  const start = performance.now();
  for (let i = 0; i < WARM.strips || performance.now() - start < WARM.milliseconds; i++) await worker.do(work);
}

async function bench(subject: Subject, rounds: number): Promise<void> {
  const { name, option } = subject;
  const input = subject.path();
  const script = fileURLToPath(import.meta.url);
  const workers = [new Worker(script), new Worker(script)] as const;
  await warmUp(workers[1], { input, output: OUT, option });

  const all = contenders(subject, input, workers);
  const results = new Map<string, Result>(all.map((c) => [c.name, { costs: [], size: 0 }]));
  // The first two rounds warm the other worker and the page cache.
  for (let round = -2; round < rounds; round++) {
    for (const c of all) {
      const r = results.get(c.name)!;
      if (r.failed !== undefined) continue;

      rmSync(OUT, { force: true });
      const cost = await c.run();
      if (typeof cost === "string") {
        r.failed = cost;
      } else {
        r.size = existsSync(OUT) ? statSync(OUT).size : 0;
        if (round >= 0) r.costs.push(cost);
      }
    }
  }

  for (const w of workers) w.end();
  rmSync(OUT, { force: true });

  const head = ["", "cpu ms", "of GNU's", "wall ms", "peak MiB", "of which idle", "result, bytes"];
  console.log(`\n${name}, ${option} (${megabytes(input)}, ${rounds} rounds)`);
  console.log(table([head, ...rows(results)]));
}

function rows(results: ReadonlyMap<string, Result>): (string | number)[][] {
  const gnu = results.get("GNU strip")!.costs;
  return [...results].map(([name, { costs, size, failed }]) => {
    if (failed !== undefined) return [name, "", "", "", "", "", failed.slice(0, 90)];

    const of = (f: (c: Cost) => number) => median(costs.map(f));
    const ratio = median(costs.map((c, i) => c.cpu / (gnu[i]?.cpu ?? NaN)));
    const idle = costs.every((c): c is WorkerCost => "idle" in c) ? median(costs.map((c) => c.idle)).toFixed(0) : "";

    return [
      name,
      of((c) => c.cpu).toFixed(1),
      ratio.toFixed(2),
      of((c) => c.wall).toFixed(1),
      of((c) => c.peak).toFixed(0),
      idle,
      size,
    ];
  });
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: "string" },
      only: { type: "string", default: "" },
      help: { type: "boolean" },
    },
  });
  const [what] = positionals;
  const isKnown = positionals.length === 1 && (what === "strip" || what === "start");
  if (values.help || !isKnown) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }

  if (what === "start") {
    benchStart(Number(values.rounds ?? 21));
    return 0;
  }

  const only = new RegExp(values.only);
  const rounds = Number(values.rounds ?? 7);
  for (const subject of SUBJECTS) {
    if (only.test(`${subject.name} ${subject.option}`)) await bench(subject, rounds);
  }
  return 0;
}

if (!serveBench()) process.exitCode = await main();
