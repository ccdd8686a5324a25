import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { serialize } from "node:v8";
import { progress } from "../corpus/print.js";
import { bundle } from "./bundle.js";
import type { Fault } from "./fault.js";
import { FAULTS } from "./faults.js";
import { allInputs } from "./inputs.js";
import { report, writePage } from "./report.js";
import { runScenarios } from "./run.js";
import { type Verdict, verdictOf } from "./verdict.js";

const HELP = `npm run sabotage -- [--only PATTERN] [--jobs N] [--json FILE] [--write]

Puts faults into the sources, one at a time, and runs the same patches with each. The table says by what each fault is
stopped: by the judges of a rewrite (prove, check), by another refusal, or by a test alone.

  --only PATTERN  only faults whose id or area matches this regular expression
  --jobs N        faults at once (2)
  --json FILE     every scenario of every fault that ended in another way than without it
  --write         puts the table into docs/sabotage.md`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      jobs: { type: "string", default: "2" },
      json: { type: "string" },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }

  const only = new RegExp(values.only ?? "");
  const faults = FAULTS.filter((f) => only.test(f.id) || only.test(f.area));
  const folder = mkdtempSync(join(tmpdir(), "elfwright-sabotage-"));
  try {
    const verdicts = await verdictsOf(faults, folder, Number(values.jobs), (so) => {
      if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(so, null, 1));
    });
    if (values.write && values.only === undefined) writePage(verdicts);
    return report(verdicts);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Tries every fault, several at once. `tell` is given all verdicts so far. */
async function verdictsOf(
  faults: readonly Fault[],
  folder: string,
  jobs: number,
  tell: (verdicts: readonly Verdict[]) => void,
): Promise<Verdict[]> {
  const inputs = join(folder, "inputs");
  writeFileSync(inputs, serialize(allInputs()));
  const clean = await runScenarios(await bundle(join(folder, "clean")), inputs);

  const verdicts: Verdict[] = [];
  let next = 0;
  let done = 0;

  const work = async (): Promise<void> => {
    while (next < faults.length) {
      const i = next++;
      const fault = faults[i]!;
      const own = join(folder, fault.id);
      const outcomes = await runScenarios(await bundle(own, fault), inputs);
      rmSync(own, { recursive: true });
      verdicts[i] = verdictOf(fault, clean, outcomes);
      tell(verdicts.filter((verdict) => verdict !== undefined));
      progress(`${++done}/${faults.length} ${fault.id}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));

  progress("");
  return verdicts;
}

process.exitCode = await main();
