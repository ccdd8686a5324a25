import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { isProgram } from "../../support/system-files.js";
import { progress, spread, table, tally } from "../print.js";
import { compareAddons } from "./addons.js";
import { compareFile, type Compared } from "./compare.js";

const HELP = `npm run system:bind -- [--limit N] [--only PATTERN] [--no-addons]

For x86-64 programs and libraries under /usr/bin and /usr/lib: which library and version each symbol is bound to, what is missing, and which needed libraries
are unused, by bindSymbols and unusedLibraries and by ld.so itself (ldd -r, ldd -u, LD_DEBUG=bindings). Then the same for Node addons from npm, alone and in Node.

  --limit N       at most N files, chosen by the hash of their paths (200)
  --only PATTERN  only files whose path matches this regular expression
  --no-addons     nothing is fetched`;

function filesUnder(dir: string, deep: boolean): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name);
    return e.isDirectory()
      ? deep
        ? filesUnder(path, deep)
        : []
      : e.isFile() && statSync(path).size > 64
        ? [path]
        : [];
  });
}

const digest = (s: string): string => createHash("sha256").update(s).digest("hex");

function main(): number {
  const { values } = parseArgs({
    options: {
      limit: { type: "string", default: "200" },
      only: { type: "string" },
      "no-addons": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }

  const only = new RegExp(values.only ?? "");
  const isLibrary = (f: string) => /\.so(\.|$)|\.node$/.test(basename(f));
  const all = [...filesUnder("/usr/bin", false), ...filesUnder("/usr/lib", true).filter(isLibrary)].filter(
    (f) => only.test(f) && isProgram(f),
  );
  const limit = Number(values.limit);
  const chosen = all.sort((a, b) => digest(a).localeCompare(digest(b))).slice(0, limit);
  const done: Compared[] = [];

  for (const f of chosen) {
    progress(`${done.length}/${chosen.length} ${f}`);
    done.push(compareFile(f));
  }

  progress("");
  const wrong = printFiles(done, all.length);
  return (values["no-addons"] ? 0 : printAddons()) + wrong > 0 ? 1 : 0;
}

function printFiles(done: readonly Compared[], all: number): number {
  const sum = (of: (c: Compared) => number) => done.reduce((n, c) => n + of(c), 0);
  const { median, p90 } = spread(done.map((c) => c.milliseconds));
  const wrong = done.filter((c) => c.different.length > 0);
  console.log(`${done.length} of ${all} files, ${sum((c) => c.objects)} objects in their trees\n`);
  console.log(
    table([
      ["compared with ld.so", "number"],
      ["bindings (library, version)", sum((c) => c.bindings)],
      ["undefined symbols", sum((c) => c.missing)],
      ["files that differ", wrong.length],
      ["milliseconds a file, median", Math.round(median)],
      ["90th percentile", Math.round(p90)],
    ]),
  );

  for (const [why, n] of tally(done.flatMap((c) => c.explained))) {
    console.log(
      `\nexplained, ${n} files: ${why}\n  ${done
        .filter((c) => c.explained.includes(why))
        .map((c) => c.file)
        .join(" ")}`,
    );
  }

  for (const c of wrong) console.log(`\nDIFFERENT ${c.file}\n  ${c.different.slice(0, 8).join("\n  ")}`);
  return wrong.length;
}

function printAddons(): number {
  const done = compareAddons();
  const name = (f: string) => f.slice(f.lastIndexOf("node_modules/") + 13);
  console.log(
    `\n${table([["addon", "bindings in Node", "Node's, by name", "differences from ldd -r", "from process.dlopen", "misnamed"], ...done.map((a) => [name(a.file), a.bindings, a.fromNode, a.alone.length, a.inNode.length, a.misnamed.length])])}`,
  );

  for (const a of done) {
    for (const [what, list] of [
      ["ldd -r", a.alone],
      ["in Node", a.inNode],
      ["isNodeSymbol", a.misnamed],
    ] as const) {
      if (list.length > 0) console.log(`\n${name(a.file)}, ${what}:\n  ${list.slice(0, 8).join("\n  ")}`);
    }
  }

  return done.filter((a) => a.alone.length + a.inNode.length > 0).length;
}

process.exitCode = main();
