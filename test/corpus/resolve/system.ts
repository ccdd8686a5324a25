import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isElfError } from "../../../src/index.js";
import { resolveFileLibraries } from "../../../src/node/index.js";
import { ldd, type Line, type Listed, listOf } from "../../support/ldd.js";
import { progress, table, tally } from "../print.js";
import { DEBIAN, debianRoot, type DebianMachine, emulated } from "./debian.js";
import { explained } from "./explained.js";

const HELP = `npm run system:resolve -- [--only PATTERN] [--limit N] [--debian MACHINE]

Every ELF program and library under /usr/bin, /usr/sbin, /usr/lib and /usr/libexec: the libraries that resolveLibraries finds, in their order, against
those that ldd prints.

  --debian MACHINE  instead, those of some Debian packages for another machine (${Object.keys(DEBIAN).join(", ")}), unpacked below .cache, against what its
                    own ld.so says under qemu-user
  --only PATTERN    only files whose path matches this regular expression
  --limit N         at most N files`;

const FOLDERS = ["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec"];
const BATCH = 40;

/** ET_EXEC and ET_DYN, by either byte order's number. */
function isLoadable(path: string): boolean {
  const head = Buffer.alloc(18);
  const fd = openSync(path, "r");
  try {
    return (
      readSync(fd, head) === 18 &&
      head.readUInt32BE(0) === 0x7f454c46 &&
      [2, 3].includes(head[5] === 2 ? head.readUInt16BE(16) : head.readUInt16LE(16))
    );
  } finally {
    closeSync(fd);
  }
}

function filesUnder(dir: string, seen: Set<string>): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name);
    if (e.isDirectory()) return filesUnder(path, seen);
    if (!e.isFile()) return [];
    const { dev, ino } = statSync(path);
    const key = `${dev} ${ino}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return isLoadable(path) ? [path] : [];
  });
}

interface Compared {
  readonly file: string;
  readonly kind: "the same list" | "no libraries, both" | "refused, both" | "explained" | "different";
  readonly why: string;
  readonly milliseconds: number;
}

const shown = (lines: readonly Line[]): string => lines.map(([n, p]) => `${n} => ${p ?? "not found"}`).join("\n");

function compare(file: string, theirs: Listed, sysroot?: string): Compared {
  const start = performance.now();
  try {
    const tree = resolveFileLibraries(file, { sysroot });
    const ours = listOf(tree);
    const milliseconds = performance.now() - start;

    try {
      if (theirs.said === null && shown(ours) === shown(theirs.lines)) {
        return { file, kind: "the same list", why: "", milliseconds };
      }
      if (theirs.said === "statically linked" && ours.length === 0) {
        return { file, kind: "no libraries, both", why: "", milliseconds };
      }

      const why = explained(tree, ours, theirs);
      if (why !== null) return { file, kind: "explained", why, milliseconds };
      return {
        file,
        kind: "different",
        why: `ours:\n${shown(ours)}\nldd (${theirs.said}):\n${shown(theirs.lines)}`,
        milliseconds,
      };
    } finally {
      tree.close();
    }
  } catch (e) {
    const milliseconds = performance.now() - start;
    // A separate debug file: "not a dynamic executable", which ldd prints on stderr, and no list.
    if (isElfError(e, "UNSUPPORTED") && theirs.lines.length === 0 && theirs.said === null) {
      return { file, kind: "refused, both", why: "", milliseconds };
    }
    const said = isElfError(e) ? e.message : `BUG ${e instanceof Error ? e.stack : String(e)}`;
    return { file, kind: "different", why: `${said}; ldd: ${theirs.said ?? shown(theirs.lines)}`, milliseconds };
  }
}

/** The files and what is said of them, some at a time. */
function* lists(
  machine: string | undefined,
  isChosen: (file: string) => boolean,
  limit: number | undefined,
): Generator<{ readonly file: string; readonly theirs: Listed; readonly sysroot?: string; readonly progress: string }> {
  const seen = new Set<string>();
  const under = (folders: readonly string[]) =>
    folders.flatMap((f) => (statSync(f, { throwIfNoEntry: false }) ? filesUnder(f, seen) : []));
  if (machine !== undefined) {
    const name = Object.keys(DEBIAN).find((m): m is DebianMachine => m === machine);
    if (!name) throw new Error(`--debian takes ${Object.keys(DEBIAN).join(", ")}`);

    const root = debianRoot(name);
    const files = under([root])
      .map((f) => f.slice(root.length))
      .filter(isChosen)
      .slice(0, limit);
    for (const [i, file] of files.entries()) {
      yield { file, theirs: emulated(name, root, file), sysroot: root, progress: `${i + 1}/${files.length}` };
    }

    return;
  }

  const files = under(FOLDERS).filter(isChosen).slice(0, limit);
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
  const results: Compared[] = [];

  for (const l of lists(
    values.debian,
    (f) => only.test(f),
    values.limit === undefined ? undefined : Number(values.limit),
  )) {
    results.push(compare(l.file, l.theirs, l.sysroot));
    progress(l.progress);
  }

  progress("");
  const different = results.filter((r) => r.kind === "different");
  const times = results.map((r) => r.milliseconds).sort((a, b) => a - b);
  console.log(table([["outcome", "files"], ...tally(results.map((r) => r.kind))]));
  console.log(
    `\n${table([["explained by", "files"], ...tally(results.flatMap((r) => (r.kind === "explained" ? r.why : [])))])}`,
  );
  for (const r of results.filter((r) => r.kind === "explained")) console.log(`  ${r.file}: ${r.why}`);
  for (const r of different) console.log(`\nDIFFERENT ${r.file}\n${r.why}`);
  console.log(
    `\n${results.length} files; ours took ${(times.reduce((a, b) => a + b, 0) / 1000).toFixed(1)} s, ${times[times.length >> 1]?.toFixed(1)} ms in the middle, ${times.at(-1)?.toFixed(1)} ms at most`,
  );

  return different.length > 0 ? 1 : 0;
}

process.exitCode = main();
