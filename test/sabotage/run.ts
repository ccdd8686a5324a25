import { spawn } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Outcome } from "./outcome.js";

/** Milliseconds after which a scenario counts as one that does not end. */
const LIMIT = 20_000;
/** Scenarios that end the process, or do not end, before no more are tried. */
const MOST_DEATHS = 3;

/** Runs all scenarios with one build of the sources, in a process of their own. */
export async function runScenarios(script: string, inputsFile: string): Promise<Outcome[]> {
  const outcomesFile = join(dirname(script), "outcomes");
  const outcomes: Outcome[] = [];
  for (let deaths = 0; deaths < MOST_DEATHS; deaths++) {
    writeFileSync(outcomesFile, "");
    const why = await runFrom(script, [inputsFile, outcomesFile, String(outcomes.length)], outcomesFile);

    const lines = readFileSync(outcomesFile, "utf8").split("\n");
    outcomes.push(...lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Outcome));
    if (why === undefined) break;
    outcomes.push({ scenario: "", end: "crash", detail: why });
  }

  return outcomes;
}

/** Runs scenarios until all are done, or one is the last. Returns why it is, or undefined where all are done. */
function runFrom(script: string, args: readonly string[], outcomesFile: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--max-old-space-size=1024", script, ...args], { stdio: "ignore" });

    let isLate = false;
    let known = 0;
    const watch = setInterval(() => {
      const { size } = statSync(outcomesFile);
      isLate = size === known;
      known = size;
      if (isLate) child.kill("SIGKILL");
    }, LIMIT);

    child.on("exit", (code) => {
      clearInterval(watch);
      if (code === 0) resolve(undefined);
      else resolve(isLate ? "it does not end" : "the process died");
    });
  });
}
