import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { table } from "../corpus/print.js";
import { cache, type Cost, measure } from "./measure.js";

const PROGRAM = resolve("fixtures", "bin", "x86_64-glibc-pie");
const CLI = resolve("dist", "cjs", "cli.js");

interface Start {
  readonly name: string;
  /** The name of the start that it is compared with. */
  readonly over: string;
  /** How many milliseconds of cpu time it may cost more than that; undefined where nothing is promised. */
  readonly aim?: number;
  readonly args: readonly string[];
}

/** A script in a file, as users have it. It lies in the package, so that `elfwright` leads to what is built. */
function script(name: string, text: string): string[] {
  const path = cache(name);
  writeFileSync(path, text);
  return [path];
}

function starts(): Start[] {
  const bytes = `readFileSync(${JSON.stringify(PROGRAM)})`;
  const readScript = `
    import { readFileSync } from "node:fs";
    import { readElf } from "elfwright";
    readElf(${bytes}).needed;
  `;
  const patchScript = `
    import { readFileSync } from "node:fs";
    import { patch, setRunpath } from "elfwright";
    patch(${bytes}, setRunpath("/opt/lib"));
  `;

  return [
    { name: "empty module", over: "empty module", args: script("empty.mjs", "") },
    { name: "import elfwright", over: "empty module", aim: 12, args: script("main.mjs", 'import "elfwright";') },
    { name: "import elfwright/node", over: "empty module", args: script("files.mjs", 'import "elfwright/node";') },
    { name: "import elfwright, readElf", over: "empty module", args: script("read.mjs", readScript) },
    { name: "import elfwright, patch", over: "empty module", args: script("patch.mjs", patchScript) },
    { name: "node -e 0", over: "node -e 0", args: ["-e", "0"] },
    { name: "require elfwright", over: "node -e 0", args: script("main.cjs", 'require("elfwright");') },
    { name: "elfwright show", over: "node -e 0", aim: 20, args: [CLI, "show", PROGRAM] },
    { name: "elfwright check", over: "node -e 0", args: [CLI, "check", PROGRAM] },
    { name: "elfwright diagnose", over: "node -e 0", args: [CLI, "diagnose", PROGRAM] },
    {
      name: "elfwright patchelf --print-needed",
      over: "node -e 0",
      args: [CLI, "patchelf", "--print-needed", PROGRAM],
    },
  ];
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}

/** Prints what starts cost in processor time. All take turns in each round; the figures are medians. */
export function benchStart(rounds: number): void {
  const all = starts();
  const costs = new Map<string, Cost[]>(all.map((s) => [s.name, []]));

  // The first two rounds fill the page cache.
  for (let round = -2; round < rounds; round++) {
    for (const { name, args } of all) {
      const cost = measure(process.execPath, args);
      if (!cost) throw new Error(`${name} failed`);
      if (round >= 0) costs.get(name)!.push(cost);
    }
  }

  const cpu = (name: string): number => median(costs.get(name)!.map((c) => c.cpu));
  const rows = all.map(({ name, over, aim }) => [
    name,
    cpu(name).toFixed(1),
    name === over ? "" : (cpu(name) - cpu(over)).toFixed(1),
    name === over ? "" : over,
    aim ?? "",
  ]);
  console.log(table([["", "cpu ms", "more than", "", "aim"], ...rows]));
}
