import { expect } from "vitest";
import { scratch } from "../../support/fixtures.js";
import { itWithTools, must } from "../../support/tools.js";
import { cases, SOURCES, TEXTS } from "./gnu-cases.js";
import { type Difference, differences, type Pair } from "./gnu-differences.js";
import { both, leftOf } from "./gnu-sides.js";

const TOOLS = ["strip", "readelf", "gcc", "g++"], files = scratch(), seen = new Set<Difference>();
/** Bytes that ours may be larger by: padding, and a table of section names with its strings in another order. */
const LARGER = 64;

const without = (a: readonly string[], b: readonly string[]): string[] => {
  const rest = [...b];
  return a.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
};

/** What is different, in lines; none where nothing is. */
function compare({ theirs, ours }: Pair): string[] {
  if (theirs.status !== ours.status) return [`exit ${theirs.status} and ${ours.status}: ${theirs.stderr.trim()} | ${ours.stderr.trim()}`];
  if (ours.status !== 0) return ours.changed ? ["refused, and written"] : [];
  const lines = (["sections", "symbols"] as const).flatMap((what) => [
    ...without(theirs.left[what], ours.left[what]).map((line) => `${what}: GNU's alone: ${line}`), ...without(ours.left[what], theirs.left[what]).map((line) => `${what}: ours alone: ${line}`),
  ]);
  if (ours.size > theirs.size + LARGER) lines.push(`size ${ours.size}, GNU's ${theirs.size}`);
  return lines;
}

itWithTools(TOOLS, "files, and GNU strip", () => {
  expect(must("strip", ["--version"])).toMatch(/^GNU strip /);
  for (const [name, text] of Object.entries(TEXTS)) files.write(name, Buffer.from(text));
  files.write("versions", Buffer.from("V1 { global: used; data; main; local: unused; };\n"));
  for (const { name, compiler, source, args } of SOURCES)
    must(compiler, [...args.map((a) => a.replace("VERSIONS", files.path("versions"))), source, "-o", name, ...(args.includes("-shared") ? ["-Wl,--unresolved-symbols=ignore-all"] : [])], { cwd: files.path(".") });
  const { sections, symbols } = leftOf(files.path("pie"));
  expect(sections).toContain(".symtab SYMTAB ");
  expect(sections).toContain(".text PROGBITS AX");
  expect(symbols.filter((line) => line.startsWith("used FUNC GLOBAL DEFAULT .text "))).toHaveLength(1);
  expect(leftOf(files.path("comdat.o")).sections.filter((line) => line.startsWith(".group GROUP")).length).toBeGreaterThan(5);
});

for (const { args, force } of cases)
  itWithTools(TOOLS, `strip ${args.join(" ") || "without an option"}${force ? ", forced" : ""}`, () => {
    const wrong: string[] = [];
    for (const { name: file } of SOURCES) {
      const pair = { args, file, ...(force && { force }), ...both(files.path(file), args, force === true, files.path("work")) }, lines = compare(pair);
      const known = lines.length > 0 ? differences.find((d) => d.holds(pair)) : undefined;
      if (known) seen.add(known);
      else wrong.push(...lines.map((line) => `${file}: ${line}`));
    }
    expect(wrong).toEqual([]);
  });

itWithTools(TOOLS, "each difference of the table was seen", () => expect(differences.filter((d) => !seen.has(d)).map((d) => d.name)).toEqual([]));
