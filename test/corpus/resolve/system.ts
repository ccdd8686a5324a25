import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ET, isElfError, type LibraryTree } from "../../../src/index.js";
import { resolveFileLibraries } from "../../../src/node/index.js";
import { ldd, type Line, type Listed, listOf } from "../../support/ldd.js";
import { progress, table, tally } from "../print.js";
import { DEBIAN, debianRoot, type DebianMachine, emulated } from "./debian.js";
import { explained } from "./explained.js";

const HELP = `npm run system:resolve -- [--only PATTERN] [--limit N] [--debian MACHINE]

For every ELF program and library under /usr/bin, /usr/sbin, /usr/lib and /usr/libexec: compares the libraries that
resolveLibraries finds, in their order, with those that ldd prints.

  --debian MACHINE  instead, files of some Debian packages for another machine (unpacked below .cache), compared with
                    what its own ld.so says under qemu-user: ${Object.keys(DEBIAN).join(", ")}
  --only PATTERN    only files whose path matches this regular expression
  --limit N         at most N files`;

const FOLDERS = ["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec"];
const BATCH = 40;

/** Is this an ELF file of type ET_EXEC or ET_DYN, in either byte order? */
function isLoadable(path: string): boolean {
  const head = Buffer.alloc(18);
  const fd = openSync(path, "r");
  try {
    if (readSync(fd, head) !== 18 || head.readUInt32BE(0) !== 0x7f454c46) return false;

    const type = head[5] === 2 ? head.readUInt16BE(16) : head.readUInt16LE(16);
    return type === ET.EXEC || type === ET.DYN;
  } finally {
    closeSync(fd);
  }
}

/** The loadable files under a folder, each inode once. */
function filesUnder(dir: string, seen: Set<string>): string[] {
  const isNew = (path: string): boolean => {
    const { dev, ino } = statSync(path);
    const key = `${dev} ${ino}`;
    if (seen.has(key)) return false;

    seen.add(key);
    return true;
  };

  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return filesUnder(path, seen);
    return entry.isFile() && isNew(path) && isLoadable(path) ? [path] : [];
  });
}

interface Compared {
  readonly file: string;
  readonly kind: "the same list" | "no libraries, both" | "refused, both" | "explained" | "different";
  readonly why: string;
  readonly milliseconds: number;
}

const shown = (lines: readonly Line[]): string => lines.map(([n, p]) => `${n} => ${p ?? "not found"}`).join("\n");

type Verdict = Pick<Compared, "kind" | "why">;

function compare(file: string, theirs: Listed, sysroot?: string): Compared {
  const start = performance.now();
  try {
    const tree = resolveFileLibraries(file, { sysroot });
    const ours = listOf(tree);
    const milliseconds = performance.now() - start;

    try {
      return { file, ...compareLists(tree, ours, theirs), milliseconds };
    } finally {
      tree.close();
    }
  } catch (e) {
    return { file, ...compareRefusals(e, theirs), milliseconds: performance.now() - start };
  }
}

function compareLists(tree: LibraryTree, ours: readonly Line[], theirs: Listed): Verdict {
  if (theirs.said === null && shown(ours) === shown(theirs.lines)) return { kind: "the same list", why: "" };
  if (theirs.said === "statically linked" && ours.length === 0) return { kind: "no libraries, both", why: "" };

  const why = explained(tree, ours, theirs);
  if (why !== null) return { kind: "explained", why };
  return { kind: "different", why: `ours:\n${shown(ours)}\nldd (${theirs.said}):\n${shown(theirs.lines)}` };
}

function compareRefusals(error: unknown, theirs: Listed): Verdict {
  // Of a separate debug file, ldd prints no list, and "not a dynamic executable" on stderr.
  if (isElfError(error, "UNSUPPORTED") && theirs.lines.length === 0 && theirs.said === null) {
    return { kind: "refused, both", why: "" };
  }

  const thrown = error instanceof Error ? error.stack : String(error);
  const said = isElfError(error) ? error.message : `BUG ${thrown}`;
  return { kind: "different", why: `${said}; ldd: ${theirs.said ?? shown(theirs.lines)}` };
}

/** A file, and what ldd or an emulated ld.so lists for it. */
interface ListedFile {
  readonly file: string;
  readonly theirs: Listed;
  readonly sysroot?: string;
  readonly progress: string;
}

type IsChosen = (file: string) => boolean;

function* debianLists(machine: string, isChosen: IsChosen, limit: number | undefined): Generator<ListedFile> {
  const name = Object.keys(DEBIAN).find((m): m is DebianMachine => m === machine);
  if (!name) throw new Error(`--debian takes ${Object.keys(DEBIAN).join(", ")}`);

  const root = debianRoot(name);
  const all = filesUnder(root, new Set()).map((f) => f.slice(root.length));
  const files = all.filter(isChosen).slice(0, limit);
  for (const [i, file] of files.entries()) {
    yield { file, theirs: emulated(name, root, file), sysroot: root, progress: `${i + 1}/${files.length}` };
  }
}

function* systemLists(isChosen: IsChosen, limit: number | undefined): Generator<ListedFile> {
  const seen = new Set<string>();
  const folders = FOLDERS.filter((f) => statSync(f, { throwIfNoEntry: false }));
  const files = folders
    .flatMap((f) => filesUnder(f, seen))
    .filter(isChosen)
    .slice(0, limit);

  for (let i = 0; i < files.length; i += BATCH) {
    const batch = files.slice(i, i + BATCH);
    const theirs = ldd(batch);
    for (const file of batch) yield { file, theirs: theirs.get(file)!, progress: `${i}/${files.length}` };
  }
}

function main(): number {
  const { values } = parseArgs({
    options: {
      debian: { type: "string" },
      only: { type: "string" },
      limit: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }

  delete process.env["LD_LIBRARY_PATH"];
  const only = new RegExp(values.only ?? "");
  const isChosen = (file: string) => only.test(file);
  const limit = values.limit === undefined ? undefined : Number(values.limit);
  const lists =
    values.debian === undefined ? systemLists(isChosen, limit) : debianLists(values.debian, isChosen, limit);

  const results: Compared[] = [];
  for (const l of lists) {
    results.push(compare(l.file, l.theirs, l.sysroot));
    progress(l.progress);
  }

  progress("");
  return print(results);
}

/** Prints the tables. Returns the exit status: 1 where a list differs. */
function print(results: readonly Compared[]): number {
  const explainedFiles = results.filter((r) => r.kind === "explained");
  const different = results.filter((r) => r.kind === "different");

  console.log(table([["outcome", "files"], ...tally(results.map((r) => r.kind))]));
  console.log(`\n${table([["explained by", "files"], ...tally(explainedFiles.map((r) => r.why))])}`);
  for (const r of explainedFiles) console.log(`  ${r.file}: ${r.why}`);
  for (const r of different) console.log(`\nDIFFERENT ${r.file}\n${r.why}`);

  const times = results.map((r) => r.milliseconds).sort((a, b) => a - b);
  const seconds = (times.reduce((a, b) => a + b, 0) / 1000).toFixed(1);
  const median = times[times.length >> 1]?.toFixed(1);
  const longest = times.at(-1)?.toFixed(1);
  console.log(`\n${results.length} files; ours took ${seconds} s, ${median} ms in the middle, ${longest} ms at most`);

  return different.length > 0 ? 1 : 0;
}

process.exitCode = main();
