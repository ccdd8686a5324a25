import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { must, run } from "../support/run.js";
import { isProgram } from "../support/system-files.js";
import { LOADER, OPENER } from "./observe.js";
import { Journal } from "./journal.js";
import { inPool, serve } from "./pool.js";
import { progress, spread, table, tally } from "./print.js";
import { type SystemReport, type Tool, trySystem } from "./try-system.js";

const HELP = `npm run system -- [--sample N] [--only PATTERN] [--limit N] [--jobs N] [--json FILE [--resume]]

Patches copies of the x86-64 programs under /usr/bin and libraries under /usr/lib (a longer RUNPATH, a longer interpreter, five more
needed libraries, all together), by elfwright and by patchelf, and runs, loads or lists each: as before, also after
\`strip --strip-unneeded\` and \`eu-strip\`. Programs are only started with --version, in an empty folder, without input, for 5 seconds.

  --sample N      one file of N, chosen by the hash of its path (2: about ten minutes on two cores; 1: all)
  --only PATTERN  only files whose path matches this regular expression
  --limit N       at most N files
  --jobs N        processes at once (2)
  --json FILE     the whole report, one line a file
  --resume        take over what FILE holds from a run that was stopped`;

/** Larger files take more time than they tell. */
const LARGEST = 200 << 20;

interface Task {
  readonly file: string;
  readonly scratch: string;
}

/** Regular files, each inode once: links lead to files that are here themselves. */
function filesUnder(dir: string, deep: boolean, seen: Set<string>): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const path = join(dir, e.name);
    if (e.isDirectory()) return deep ? filesUnder(path, deep, seen) : [];
    if (!e.isFile()) return [];
    const { dev, ino, size } = statSync(path);
    const key = `${dev} ${ino}`;
    if (seen.has(key) || size > LARGEST || size < 64) return [];
    seen.add(key);
    return [path];
  });
}

function candidates(): string[] {
  const seen = new Set<string>();
  const isLibrary = (f: string) => /\.so(\.|$)/.test(basename(f)) || /\.(node|so\.debug)$/.test(f);
  return [...filesUnder("/usr/bin", false, seen), ...filesUnder("/usr/lib", true, seen).filter(isLibrary)].filter(
    isProgram,
  );
}

async function main(): Promise<number> {
  const options = {
    sample: { type: "string", default: "2" },
    only: { type: "string" },
    limit: { type: "string" },
    jobs: { type: "string", default: "2" },
    json: { type: "string" },
    resume: { type: "boolean", default: false },
    help: { type: "boolean" },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(HELP);
    return 0;
  }

  const only = new RegExp(values.only ?? "");
  const every = Number(values.sample);
  const all = candidates().filter((f) => only.test(f));
  const chosen = all
    .filter((f) => createHash("sha256").update(f).digest().readUInt32BE(0) % every === 0)
    .slice(0, values.limit === undefined ? undefined : Number(values.limit));
  const scratch = mkdtempSync(join(tmpdir(), "elfwright-system-"));
  const journal = new Journal<SystemReport>(values.json, values.resume);
  const broken: string[] = [];

  try {
    writeFileSync(join(scratch, "open.c"), OPENER);
    must("gcc", ["-O1", "-o", join(scratch, "open"), join(scratch, "open.c"), "-ldl"]);
    const tasks = chosen
      .filter((f) => !journal.has(f))
      .map((file) => ({ file, scratch, size: statSync(file).size }))
      .sort((a, b) => b.size - a.size);
    await inPool<Task, SystemReport | string>(
      fileURLToPath(import.meta.url),
      Number(values.jobs),
      tasks,
      (t, r, done) => {
        if (typeof r === "string") broken.push(r);
        else journal.add(r);
        progress(`${done}/${tasks.length} ${t.file}`);
      },
      (t, why) => `${t.file}: ${why}`,
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }

  progress("");
  console.log(
    `${chosen.length} of ${all.length} files tried${chosen.length < all.length ? " (a sample)" : ""}, against ${LOADER} and ${run("patchelf", ["--version"]).stdout.trim()}`,
  );
  return print(journal.reports, broken);
}

const TOOLS: readonly Tool[] = ["elfwright", "patchelf"];

/** The tables. Returns the exit status: 1 where elfwright did anything wrong. */
function print(reports: readonly SystemReport[], broken: readonly string[]): number {
  console.log(
    `\n${table([["kind", "tried by", "files"], ...[...tally(reports.map((r) => `${r.kind}\t${r.ways.join(" and ") || "nothing"}`))].map(([k, n]) => [...k.split("\t"), n])])}`,
  );
  const tried = reports.flatMap((r) => r.tried.map((t) => ({ ...t, file: r.file })));
  const changes = [...new Set(tried.map((t) => t.change))];
  const isBroken = (t: (typeof tried)[number]) => Object.keys(t.brokenAfter).length > 0;
  const rows = TOOLS.flatMap((tool) =>
    changes.map((change) => {
      const of = tried.filter((t) => t.tool === tool && t.change === change);
      const { median, p90, total } = spread(of.flatMap((t) => t.growth ?? []));
      return [
        tool,
        change,
        of.length,
        of.filter((t) => t.refused !== undefined).length,
        of.filter((t) => t.wrong !== undefined).length,
        of.filter(isBroken).length,
        median,
        p90,
        total,
      ];
    }),
  );
  console.log(
    `\n${table([["tool", "change", "tried", "refused", "wrong", "broken after strip", "growth, median", "90th percentile", "total"], ...rows])}`,
  );

  for (const tool of TOOLS) {
    const of = tried.filter((t) => t.tool === tool);
    const masked = (s: string) => s.replace(/0x[0-9a-f]+|\d+/g, "#").slice(0, 300);
    for (const [reason] of tally(of.flatMap((t) => (t.refused === undefined ? [] : masked(t.refused))))) {
      const files = [
        ...new Set(of.filter((t) => t.refused !== undefined && masked(t.refused) === reason).map((t) => t.file)),
      ];
      console.log(
        `\n${tool} refused: ${reason}\n  ${files.slice(0, 40).join(" ")}${files.length > 40 ? ` and ${files.length - 40} more` : ""}`,
      );
    }
  }

  const strips = reports.filter((r) => r.brokenStrips.length > 0);
  if (strips.length > 0) {
    console.log(
      `\nnot stripped, as that breaks the file as it is: ${strips.map((r) => `${r.file} (${r.brokenStrips.join(", ")})`).join(" ")}`,
    );
  }

  for (const t of tried
    .filter((t) => t.wrong !== undefined || isBroken(t))
    .sort((a, b) => a.tool.localeCompare(b.tool))) {
    console.log(
      `\n${t.tool === "elfwright" ? "FAILED" : "patchelf:"} ${t.file}, ${t.change}: ${
        t.wrong ??
        Object.entries(t.brokenAfter)
          .map(([s, why]) => `after ${s}: ${why}`)
          .join("\n  ")
      }`.slice(0, 600),
    );
  }

  for (const b of broken) console.log(`\nNOT EXAMINED ${b}`);
  const bugs = tried.filter(
    (t) => t.tool === "elfwright" && (t.wrong !== undefined || isBroken(t) || t.refused?.startsWith("BUG")),
  ).length;
  console.log(`\nelfwright: ${bugs} failures, ${broken.length} files not examined`);

  return bugs + broken.length > 0 ? 1 : 0;
}

if (
  !serve((t: Task, lane) => {
    const home = join(t.scratch, String(lane));
    const bench = { folder: join(home, "file"), cwd: join(home, "work"), opener: join(t.scratch, "open") };
    for (const d of [bench.folder, bench.cwd]) {
      rmSync(d, { recursive: true, force: true });
      mkdirSync(d, { recursive: true });
    }

    try {
      return trySystem(t.file, bench);
    } catch (e) {
      return `${t.file}: ${e instanceof Error ? e.stack : String(e)}`;
    }
  })
) {
  process.exitCode = await main();
}
