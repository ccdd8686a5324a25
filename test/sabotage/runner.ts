import { appendFileSync, readFileSync } from "node:fs";
import { deserialize } from "node:v8";
import type { Input } from "./inputs.js";
import { outcomeOf } from "./outcome.js";
import { scenariosOf } from "./scenarios.js";

// Arguments: the file with the inputs, the file for the outcomes, and how many scenarios were run already.
const [inputsFile, outcomesFile, done] = process.argv.slice(2);
const inputs = deserialize(readFileSync(inputsFile!)) as readonly Input[];

// Each outcome is written as soon as it is there: where a scenario does not end, it is known which one.
for (const { name, input, run } of inputs.flatMap(scenariosOf).slice(Number(done))) {
  appendFileSync(outcomesFile!, `${JSON.stringify(outcomeOf(name, input, run))}\n`);
}
