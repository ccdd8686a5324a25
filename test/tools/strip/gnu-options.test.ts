import { copyFileSync } from "node:fs";
import { expect } from "vitest";
import { scratch } from "../../support/fixtures.js";
import { itWithTools, must } from "../../support/tools.js";
import { cases, SOURCES, TEXTS } from "./gnu-cases.js";
import { compare, type Difference, differences, explained } from "./gnu-differences.js";
import { both, leftOf } from "./gnu-sides.js";

const TOOLS = ["strip", "readelf", "gcc", "g++"];
const files = scratch();
const seen = new Set<Difference>();

itWithTools(TOOLS, "files, and GNU strip", () => {
  expect(must("strip", ["--version"])).toMatch(/^GNU strip /);

  for (const [name, text] of Object.entries(TEXTS)) files.write(name, Buffer.from(text));
  files.write("versions", Buffer.from("V1 { global: used; data; main; local: unused; };\n"));
  for (const { name, compiler, source, args } of SOURCES) {
    const flags = args.map((arg) => arg.replace("VERSIONS", files.path("versions")));
    if (args.includes("-shared")) flags.push("-Wl,--unresolved-symbols=ignore-all");
    must(compiler, [...flags, source, "-o", name], { cwd: files.path(".") });
  }

  // Linkers of before 2020 left a symbol for each section.
  copyFileSync(files.path("emit-relocs"), files.path("section-symbols"));
  must("strip", ["--remove-relocations=*", "-N", "nothing", files.path("section-symbols")]);

  const { sections, symbols } = leftOf(files.path("pie"));

  expect(sections).toContain(".symtab SYMTAB ");
  expect(sections).toContain(".text PROGBITS AX");
  expect(symbols.filter((line) => line.startsWith("used FUNC GLOBAL DEFAULT .text "))).toHaveLength(1);
  const groups = leftOf(files.path("comdat.o")).sections.filter((line) => line.startsWith(".group GROUP"));
  expect(groups.length).toBeGreaterThan(5);
});

for (const { args, force } of cases) {
  const options = args.join(" ") || "without an option";

  itWithTools(TOOLS, `strip ${options}${force ? ", forced" : ""}`, async () => {
    const wrong: string[] = [];
    for (const file of [...SOURCES.map((s) => s.name), "dwo.dwo", "section-symbols"]) {
      const { theirs, ours } = await both(files.path(file), args, force === true, files.path("work"));
      const lines = compare(theirs, ours);
      const pair = { args, file, theirs, ours, lines, ...(force && { force }) };
      const known = explained(pair);
      for (const d of known ?? []) seen.add(d);
      if (!known) wrong.push(...lines.map((line) => `${file}: ${line}`));
    }

    expect(wrong).toEqual([]);
  });
}

itWithTools(TOOLS, "each difference of the table was seen", () =>
  expect(differences.filter((d) => !d.machines && !seen.has(d)).map((d) => d.name)).toEqual([]),
);
