import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isElfError } from "../../../src/index.js";
import { resolveLibraries } from "../../../src/node/index.js";
import { ldd, type Line, type Listed, listOf } from "../../support/ldd.js";
import { progress, table, tally } from "../print.js";
import { explained } from "./explained.js";

const HELP = `npm run system:resolve -- [--only PATTERN] [--limit N]

Every ELF program and library under /usr/bin, /usr/sbin, /usr/lib and /usr/libexec: the libraries that resolveLibraries finds, in their order, against
those that ldd prints.

  --only PATTERN  only files whose path matches this regular expression
  --limit N       at most N files`;

const FOLDERS = ["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec"];
const BATCH = 40;

/** ET_EXEC and ET_DYN, by either byte order's number. */
function isLoadable(path: string): boolean {
  const head = Buffer.alloc(18), fd = openSync(path, "r");
  try {
    return readSync(fd, head) === 18 && head.readUInt32BE(0) === 0x7f454c46 && [2, 3].includes(head[5] === 2 ? head.readUInt16BE(16) : head.readUInt16LE(16));
  } finally {
    closeSync(fd);
  }
}

function filesUnder(dir: string, seen: Set<string>): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name);
    if (e.isDirectory()) return filesUnder(path, seen);
    if (!e.isFile()) return [];
    const { dev, ino } = statSync(path), key = `${dev} ${ino}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return isLoadable(path) ? [path] : [];
  });
}

interface Compared {
  readonly file: string;
  readonly kind: "the same list" | "no libraries, both" | "explained" | "different";
  readonly why: string;
  readonly milliseconds: number;
}

const shown = (lines: readonly Line[]): string => lines.map(([n, p]) => `${n} => ${p ?? "not found"}`).join("\n");

function compare(file: string, theirs: Listed): Compared {
  const start = performance.now();
  try {
    const tree = resolveLibraries(file), ours = listOf(tree), milliseconds = performance.now() - start;
    try {
      if (theirs.said === null && shown(ours) === shown(theirs.lines)) return { file, kind: "the same list", why: "", milliseconds };
      if (theirs.said === "statically linked" && ours.length === 0) return { file, kind: "no libraries, both", why: "", milliseconds };
      const why = explained(tree, ours, theirs);
      if (why !== null) return { file, kind: "explained", why, milliseconds };
      return { file, kind: "different", why: `ours:\n${shown(ours)}\nldd (${theirs.said}):\n${shown(theirs.lines)}`, milliseconds };
    } finally {
      tree.close();
    }
  } catch (e) {
    const milliseconds = performance.now() - start, said = isElfError(e) ? e.message : `BUG ${e instanceof Error ? e.stack : String(e)}`;
    return { file, kind: "different", why: `${said}; ldd: ${theirs.said ?? shown(theirs.lines)}`, milliseconds };
  }
}

function main(): number {
  const { values } = parseArgs({ options: { only: { type: "string" }, limit: { type: "string" }, help: { type: "boolean" } } });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  delete process.env["LD_LIBRARY_PATH"];
  const seen = new Set<string>(), only = new RegExp(values.only ?? "");
  const files = FOLDERS.flatMap((f) => (statSync(f, { throwIfNoEntry: false }) ? filesUnder(f, seen) : [])).filter((f) => only.test(f)).slice(0, values.limit === undefined ? undefined : Number(values.limit));
  const results: Compared[] = [];
  for (let i = 0; i < files.length; i += BATCH) {
    const batch = files.slice(i, i + BATCH), theirs = ldd(batch);
    for (const f of batch) results.push(compare(f, theirs.get(f)!));
    progress(`${Math.min(i + BATCH, files.length)}/${files.length}`);
  }
  progress("");
  const different = results.filter((r) => r.kind === "different"), times = results.map((r) => r.milliseconds).sort((a, b) => a - b);
  console.log(table([["outcome", "files"], ...tally(results.map((r) => r.kind))]));
  console.log(`\n${table([["explained by", "files"], ...tally(results.flatMap((r) => (r.kind === "explained" ? r.why : [])))])}`);
  for (const r of results.filter((r) => r.kind === "explained")) console.log(`  ${r.file}: ${r.why}`);
  for (const r of different) console.log(`\nDIFFERENT ${r.file}\n${r.why}`);
  console.log(`\n${files.length} files; ours took ${(times.reduce((a, b) => a + b, 0) / 1000).toFixed(1)} s, ${times[times.length >> 1]?.toFixed(1)} ms in the middle, ${times.at(-1)?.toFixed(1)} ms at most`);
  return different.length > 0 ? 1 : 0;
}

process.exitCode = main();
