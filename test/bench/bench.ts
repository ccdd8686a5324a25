import { existsSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { table } from "../corpus/print.js";
import { serveBench, Worker, type WorkerCost } from "./in-process.js";
import { cache, type Cost, measure } from "./measure.js";
import { benchStart } from "./start.js";
import { megabytes, type Subject, SUBJECTS } from "./subjects.js";

const HELP = `npm run bench -- strip [--rounds N] [--only PATTERN]
npm run bench -- start [--rounds N]

strip: cpu time (user and system) and peak memory of strips, beside GNU strip, eu-strip and
llvm-strip-19. All take turns in each round; medians of the rounds, and of each round's ratio to
GNU strip. "in process" is a process that stripped the file twice before, "warm" one that stripped
it for two seconds and twenty times at least, as a build does that has many files: V8 has compiled
then what it compiles. What it used before the operation stands behind its peak. "command" is
elfwright's own, Node's start included; what that alone costs is a line of its own.

start: cpu time of imports over an empty module, and of the command over \`node -e 0\`.

  --rounds N      rounds (strip 7, start 21)
  --only PATTERN  only subjects whose name or option matches this regular expression`;

interface Contender {
  readonly name: string;
  run(): Promise<Cost | string>;
}

const OUT = cache("out");
const CLI = resolve("dist", "cjs", "cli.js");

/** Strips and milliseconds before the first round, by which V8 has seen what it needs to optimize. */
const WARM = { strips: 20, milliseconds: 2000 };

function contenders(s: Subject, input: string, [worker, warm]: readonly [Worker, Worker]): Contender[] {
  const command = (name: string, file: string, args: readonly string[]): Contender => ({
    name,
    run: () => Promise.resolve(measure(file, args) ?? "it failed"),
  });
  const eu = s.option === "-g" ? ["-g", "-o", OUT, input] : ["-o", OUT, input];
  return [
    command("GNU strip", "strip", [s.option, "-o", OUT, input]),
    command("eu-strip", "eu-strip", eu),
    command("llvm-strip-19", "llvm-strip-19", [s.option, "-o", OUT, input]),
    { name: "elfwright in process", run: () => worker.do({ input, output: OUT, option: s.option }) },
    { name: "elfwright in process, warm", run: () => warm.do({ input, output: OUT, option: s.option }) },
    command("elfwright command", process.execPath, [CLI, "strip", s.option, "-o", OUT, input]),
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

async function bench(s: Subject, rounds: number): Promise<void> {
  const input = s.path();
  const workers = [new Worker(fileURLToPath(import.meta.url)), new Worker(fileURLToPath(import.meta.url))] as const;
  const all = contenders(s, input, workers);
  const results = new Map<string, Result>(all.map((c) => [c.name, { costs: [], size: 0 }]));

  for (let i = 0, start = performance.now(); i < WARM.strips || performance.now() - start < WARM.milliseconds; i++) {
    await workers[1].do({ input, output: OUT, option: s.option });
  }

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
  console.log(`\n${s.name}, ${s.option} (${megabytes(input)}, ${rounds} rounds)`);
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
  if (values.help || positionals.length !== 1 || (what !== "strip" && what !== "start")) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }

  if (what === "start") {
    benchStart(Number(values.rounds ?? 21));
    return 0;
  }

  const only = new RegExp(values.only);
  const rounds = Number(values.rounds ?? 7);
  for (const s of SUBJECTS) if (only.test(`${s.name} ${s.option}`)) await bench(s, rounds);
  return 0;
}

if (!serveBench()) process.exitCode = await main();
