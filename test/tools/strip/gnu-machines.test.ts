import { expect } from "vitest";
import { captured } from "../../support/captured.js";
import { scratch } from "../../support/fixtures.js";
import { crossTool, MACHINES } from "../../support/machines.js";
import { itWithTools, must, run } from "../../support/tools.js";
import { SOURCES, TEXTS } from "./gnu-cases.js";
import { compare, type Difference, differences, explained } from "./gnu-differences.js";
import { both } from "./gnu-sides.js";

/**
 * The kinds of files in which machines differ: relocations with addends and without, symbols and sections of their own.
 */
const KINDS = ["pie", "exec", "lib.so", "emit-relocs", "debug.o", "plain.o"];
const LINES = [
  "",
  "-s",
  "-g",
  "--strip-unneeded",
  "-x",
  "-X",
  "-R .comment",
  "-g -R .comment",
  "-K used",
  "-N data",
  "-N puts",
  "--strip-unneeded --keep-file-symbols",
  "--remove-relocations=.text -X",
];

const files = scratch();
const seen = new Set<Difference>();

for (const m of MACHINES.filter((machine) => machine !== "x86_64")) {
  const strip = crossTool(m, "strip");
  const gcc = crossTool(m, "gcc");

  itWithTools(
    [strip, gcc, "readelf"],
    `${m}: ${LINES.length} sets of options on ${KINDS.length} files, beside ${strip}`,
    async () => {
      const wrong: string[] = [];
      const dir = files.path(m);
      for (const [name, text] of Object.entries(TEXTS)) files.write(name, Buffer.from(text));
      files.write("versions", Buffer.from("V1 { global: used; data; main; local: unused; };\n"));

      for (const { name, args, source } of SOURCES.filter((s) => KINDS.includes(s.name))) {
        const file = `${dir}-${name}`;
        const flags = args.map((arg) => arg.replace("VERSIONS", files.path("versions")));
        if (args.includes("-shared")) flags.push("-Wl,--unresolved-symbols=ignore-all");
        must(gcc, [...flags, source, "-o", file], { cwd: files.path(".") });

        for (const line of LINES) {
          const options = line === "" ? [] : line.split(" ");
          const { theirs, ours } = await both(file, options, false, files.path("work"), strip);
          const lines = compare(theirs, ours);
          const pair = { args: options, file: name, machine: m, theirs, ours, lines };
          const known = explained(pair);
          for (const difference of known ?? []) seen.add(difference);
          if (!known) wrong.push(...lines.map((differing) => `${name} ${line}: ${differing}`));
        }
      }

      expect(wrong).toEqual([]);
    },
  );

  itWithTools([strip, gcc], `${m}: -v prints what ${strip} prints`, async () => {
    const file = files.path(`${m}-verbose.o`);
    const args = ["-v", "-g", "-o", "/dev/null", file];
    must(gcc, ["-g", "-c", "-x", "c", "-", "-o", file], { input: "int x;\n" });
    expect((await captured("strip", ...args)).stdout.split("\n")[0]).toBe(run(strip, args).stdout.trimEnd());
  });
}

itWithTools(["riscv64-linux-gnu-strip", "riscv64-linux-gnu-gcc"], "each difference of other machines was seen", () =>
  expect(differences.filter((d) => d.machines && !seen.has(d)).map((d) => d.name)).toEqual([]),
);
