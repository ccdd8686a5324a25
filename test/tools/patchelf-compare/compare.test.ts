import { join } from "node:path";
import { expect } from "vitest";
import { scratch } from "../../support/fixtures.js";
import { itWithTools } from "../../support/tools.js";
import { cases } from "./cases.js";
import { differences } from "./differences.js";
import { sample } from "./sample.js";
import { bothSides } from "./sides.js";

const files = scratch(), value = files.write("value", Buffer.from("/from/a/file")), pool = files.path("pool");
let names: readonly string[] = [];
const seen = new Set<string>();

itWithTools(["patchelf", "readelf"], "300 files", () => {
  names = sample(pool);
  expect(names.length).toBeGreaterThanOrEqual(300);
});

for (const { args, symbols } of cases(value))
  itWithTools(["patchelf", "readelf"], `patchelf ${args.join(" ") || "without an option"}`.slice(0, 150), async () => {
    const t=Date.now(); const all = await bothSides(pool, files.path("."), names, args, symbols === true), wrong: unknown[] = [];
    for (const [i, { theirs, ours }] of all.entries()) {
      const same = theirs.status === ours.status && theirs.stdout === ours.stdout && theirs.values === ours.values;
      if (same) continue;
      const known = differences.find((d) => d.holds({ args, file: join(pool, names[i]!), theirs, ours }));
      if (known) seen.add(known.name);
      else wrong.push({ file: names[i], theirs, ours });
    }
    console.log(args.join(" ").slice(0, 100), Date.now()-t, names.length, wrong.length);
    expect(wrong).toEqual([]);
  });
