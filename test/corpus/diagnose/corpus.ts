import { mkdirSync, readFileSync, renameSync, rmSync, existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { diagnose } from "../../../src/diagnose/diagnose.js";
import type { Diagnosis } from "../../../src/diagnose/diagnosis.js";
import { dropSectionHeaders, type Edit, isElfError, patch, readElf, stripAll } from "../../../src/index.js";
import { readElfFile } from "../../../src/node/index.js";
import { ARTICLE_METHODS } from "../../support/article.js";
import { must, run } from "../../support/run.js";
import { filesUnder } from "../files.js";
import { type Row, table } from "../print.js";
import { PACKAGES, type Published } from "./packages.js";

const HELP = `npm run corpus:diagnose

Fetches programs and addons of the npm registry by pinned names into .cache/diagnose, and says whether \`diagnose\`
knows the C library, linkage and language of each: as published, stripped, and without section headers. Beside it, what
the methods of the article say that this began with, and the same for this machine's node, gcc and system libraries.
Last, every finding: these files are right, so what is said of them has to be true.`;

const CACHE = resolve(".cache", "diagnose");

/** The folder of an unpacked package, fetched if it is not there yet. The folder gets its name when it is whole. */
function fetched(spec: string): string {
  const folder = join(CACHE, spec.replace(/[^\w.-]/g, "_"));
  const part = `${folder}.part`;
  if (existsSync(folder)) return folder;

  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const name = must("npm", ["pack", "--silent", "--ignore-scripts", spec], { cwd: part }).trim().split("\n").at(-1)!;
  must("tar", ["-xzf", name], { cwd: part });
  rmSync(join(part, name));
  renameSync(part, folder);

  return folder;
}

const MAGIC = Buffer.from("\x7fELF", "latin1");

function pathOf({ spec, file }: Published): string {
  const isElf = (path: string) => readFileSync(path).subarray(0, 4).equals(MAGIC);
  const found = filesUnder(fetched(spec)).filter((f) => f.endsWith(file) && isElf(f));
  if (found.length !== 1) throw new Error(`${spec}: ${found.length} files end in ${file}`);
  return found[0]!;
}

const words = (d: Pick<Diagnosis, "libc" | "linkage" | "language"> & { readonly packer?: string | null }): string =>
  `${d.libc}, ${d.linkage}, ${d.language}${d.packer ? `, ${d.packer}` : ""}`;

function known(path: string): { diagnosis: Diagnosis; milliseconds: number } {
  const start = performance.now();
  const elf = readElfFile(path);
  try {
    return { diagnosis: diagnose(elf), milliseconds: performance.now() - start };
  } finally {
    elf.close();
  }
}

/** What is said of the file after an edit; undefined where the edit is refused. */
function edited(path: string, edits: readonly Edit[]): string | undefined {
  try {
    return words(diagnose(readElf(patch(new Uint8Array(readFileSync(path)), edits, { overlay: "keep" }).bytes)));
  } catch (e) {
    if (isElfError(e)) return undefined;
    throw e;
  }
}

function mark(said: string | undefined, expected: string): string {
  if (said === undefined) return "refused";
  return said === expected ? "same" : `WRONG: ${said}`;
}

const times: number[] = [];

/** The files of each finding, by its severity and rule. */
const filesByFinding = new Map<string, string[]>();

function row(name: string, path: string, expected: string): Row {
  const { diagnosis: d, milliseconds } = known(path);
  const said = words(d);
  times.push(milliseconds);

  for (const { rule, severity } of d.findings) {
    const key = `${severity} ${rule}`;
    filesByFinding.set(key, [...(filesByFinding.get(key) ?? []), name]);
  }

  const theirs = ARTICLE_METHODS.map((m) => {
    const { libc, version } = m.say(path);
    return version === "" ? libc : `${libc} ${version}`;
  });
  return [
    name,
    expected,
    said === expected ? "right" : `WRONG: ${said}`,
    mark(edited(path, [stripAll()]), expected),
    mark(edited(path, [stripAll(), dropSectionHeaders()]), expected),
    d.problems.length > 0 ? `problems: ${d.problems.join("; ")}` : d.libcConfidence,
    ...theirs,
  ];
}

/** The programs of this machine: node, and gcc with its compiler where there is one. */
function rowsOfThisMachine(): Row[] {
  const expected = "glibc, dynamic, c++";
  const rows = [row("this node", process.execPath, expected)];

  const gcc = run("sh", ["-c", "readlink -f $(command -v gcc)"]).stdout.trim();
  if (gcc !== "") {
    rows.push(row("this gcc", gcc, expected));
    rows.push(row("its cc1", must("gcc", ["-print-prog-name=cc1"]).trim(), expected));
  }

  return rows;
}

/** Prints the tables. Returns the exit status: 1 where a file is not known in every form. */
function main(): number {
  const published = PACKAGES.map((p) => row(`${p.spec} ${basename(p.file)}`, pathOf(p), words(p)));
  const rows = [...published, ...rowsOfThisMachine()];
  const head = ["file", "what it is", "diagnose", "stripped", "no section headers", "confidence"];
  console.log(table([[...head, ...ARTICLE_METHODS.map((m) => m.name)], ...rows]));

  const isWrong = (cell: string | number) => /^(?:WRONG|problems)/.test(String(cell));
  const wrong = rows.filter((r) => r.some(isWrong)).length;
  const methods = ARTICLE_METHODS.map((m, i) => {
    const isRight = (r: Row) => String(r[1]).split(",")[0] === String(r[head.length + i]).split(" ")[0];
    return `${rows.filter(isRight).length} (${m.name})`;
  });
  console.log(
    `\n${rows.length} files: ${rows.length - wrong} right in every form, ${wrong} not; ` +
      `the article's methods name the C library of ${methods.join(" and ")}`,
  );

  const sorted = times.sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!.toFixed(0);
  console.log(`a diagnosis takes ${median} ms (median), ${sorted.at(-1)!.toFixed(0)} ms at most`);

  const findings = [...filesByFinding].sort();
  const examples = findings.map(([key, names]): Row => [key, names.length, names.slice(0, 2).join(", ")]);
  console.log(`\n${table([["finding", "files", "of them"], ...examples])}`);

  return wrong > 0 ? 1 : 0;
}

if (process.argv.includes("--help")) console.log(HELP);
else process.exitCode = main();
