import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { scratch } from "../../support/fixtures.js";
import { itWithTools, must } from "../../support/tools.js";
import { cases } from "./cases.js";
import { type Difference, differences, type Pair } from "./differences.js";
import { sample } from "./sample.js";
import { Sides } from "./sides.js";

const TOOLS = ["patchelf", "readelf", "bash"];
const files = scratch();
const value = files.write("value", Buffer.from("/from/a/file"));
const pool = files.path("pool");
const seen = new Set<Difference>();
let names: readonly string[] = [];
let sides: Sides | undefined;

/** One line for what is different, and for which files. */
function unexpected(name: string, { theirs, ours }: Pair): string {
  const shown = ({ status, stdout, stderr, values }: Pair["ours"]) =>
    JSON.stringify({ status, stdout, stderr: stderr.slice(0, 200), ...values, symbols: values?.symbols.length });

  return `${name}\n  patchelf:  ${shown(theirs)}\n  elfwright: ${shown(ours)}`;
}

/** An argument as a title shows it: long names are cut, and names of files are not shown. */
function titleOf(arg: string): string {
  if (arg === "") return "''";
  return arg.startsWith("@") ? "@FILE" : arg.slice(0, 40);
}

/** Whether both tools ended alike, and left alike files. */
function isSame({ theirs, ours }: Pick<Pair, "theirs" | "ours">): boolean {
  return (
    theirs.status === ours.status &&
    theirs.stdout === ours.stdout &&
    JSON.stringify(theirs.values) === JSON.stringify(ours.values)
  );
}

/** Whether a case does something, if only to the files that were given a search path. */
function changesFiles(args: readonly string[]): boolean {
  return (
    args.some((arg) => /^--(set|add|no-default|interpreter|replace|remove-rpath|shrink|clear)/.test(arg)) &&
    !args.includes("") &&
    !args.some((arg) => /libnone|no_such/.test(arg))
  );
}

itWithTools(TOOLS, "300 files of the system, of other machines and of the fixtures, and patchelf 0.14.3", () => {
  expect(must("patchelf", ["--version"])).toBe("patchelf 0.14.3\n");
  names = sample(pool);
  expect(names.length).toBeGreaterThanOrEqual(300);
  sides = new Sides(pool, files.path("."), names);
});

for (const { args, symbols } of cases(value)) {
  const title = args.map(titleOf).join(" ") || "without an option";

  itWithTools(TOOLS, `patchelf ${title}`, async () => {
    const wrong: string[] = [];
    let changed = 0;
    for (const [i, both] of (await sides!.run(args, symbols === true)).entries()) {
      const name = names[i]!;
      if (both.ours.changed) changed++;
      if (isSame(both)) continue;

      const pair = { args, before: readFileSync(join(pool, name)), ...both };
      const known = differences.find((difference) => difference.holds(pair));
      if (known) seen.add(known);
      else wrong.push(unexpected(name, pair));
    }

    expect(wrong).toEqual([]);
    if (changesFiles(args)) expect(changed).toBeGreaterThan(5);
  });
}

itWithTools(TOOLS, "each difference of the table was seen", () =>
  expect(differences.filter((d) => !d.optional && !seen.has(d)).map((d) => d.name)).toEqual([]),
);
