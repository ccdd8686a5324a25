import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { isProgram } from "../../support/system-files.js";
import { progress, type Row, spread, table, tally } from "../print.js";
import { compareAddons } from "./addons.js";
import { compareFile, type Compared } from "./compare.js";

const HELP = `npm run system:bind -- [--limit N] [--only PATTERN] [--no-addons]

For x86-64 programs and libraries under /usr/bin and /usr/lib: which library and version each symbol is bound to, what
is missing, and which needed libraries are unused, by bindSymbols and unusedLibraries and by ld.so itself (ldd -r,
ldd -u, LD_DEBUG=bindings). Then the same for Node addons from npm, alone and in Node.

  --limit N       at most N files, chosen by the hash of their paths (200)
  --only PATTERN  only files whose path matches this regular expression
  --no-addons     nothing is fetched`;

function filesUnder(dir: string, deep: boolean): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return deep ? filesUnder(path, deep) : [];
    return entry.isFile() && statSync(path).size > 64 ? [path] : [];
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
  const all = candidates().filter((f) => only.test(f) && isProgram(f));
  const chosen = all.sort((a, b) => digest(a).localeCompare(digest(b))).slice(0, Number(values.limit));

  const done: Compared[] = [];
  for (const file of chosen) {
    progress(`${done.length}/${chosen.length} ${file}`);
    done.push(compareFile(file));
  }

  progress("");
  const wrongFiles = printFiles(done, all.length);
  const wrongAddons = values["no-addons"] ? 0 : printAddons();
  return wrongFiles + wrongAddons > 0 ? 1 : 0;
}

/** The files under /usr/bin, and those under /usr/lib that are libraries by their names. */
function candidates(): string[] {
  const isLibrary = (f: string) => /\.so(\.|$)|\.node$/.test(basename(f));
  return [...filesUnder("/usr/bin", false), ...filesUnder("/usr/lib", true).filter(isLibrary)];
}

/** Prints the tables of files. Returns how many differ. */
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
    const files = done.filter((c) => c.explained.includes(why)).map((c) => c.file);
    console.log(`\nexplained, ${n} files: ${why}\n  ${files.join(" ")}`);
  }

  for (const c of wrong) console.log(`\nDIFFERENT ${c.file}\n  ${c.different.slice(0, 8).join("\n  ")}`);
  return wrong.length;
}

/** Prints the table of addons. Returns how many differ. */
function printAddons(): number {
  const done = compareAddons();
  const name = (f: string) => f.slice(f.lastIndexOf("node_modules/") + "node_modules/".length);
  const rows = done.map((a): Row => {
    const { bindings, fromNode, alone, inNode, misnamed } = a;
    return [name(a.file), bindings, fromNode, alone.length, inNode.length, misnamed.length];
  });
  const head = ["addon", "bindings in Node", "Node's, by name", "differences from ldd -r", "from process.dlopen"];
  console.log(`\n${table([[...head, "misnamed"], ...rows])}`);

  for (const a of done) {
    const found = { "ldd -r": a.alone, "in Node": a.inNode, isNodeSymbol: a.misnamed };
    for (const [what, list] of Object.entries(found)) {
      if (list.length > 0) console.log(`\n${name(a.file)}, ${what}:\n  ${list.slice(0, 8).join("\n  ")}`);
    }
  }

  return done.filter((a) => a.alone.length + a.inNode.length > 0).length;
}

process.exitCode = main();
