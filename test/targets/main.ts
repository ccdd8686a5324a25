import { writeFileSync } from "node:fs";
import { MEASURED, modules } from "./generate.js";
import { measured } from "./measure.js";

// npm run targets [-- --measure]: makes the data modules of src/targets. With --measure, it first makes measured.txt
// from the libraries of this machine.
if (process.argv.includes("--measure")) writeFileSync(MEASURED, measured());
for (const [file, text] of Object.entries(modules())) {
  writeFileSync(`src/targets/data/${file}`, text);
  console.log(`src/targets/data/${file}: ${text.length} bytes`);
}
