import { spawn } from "node:child_process";
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { captured } from "../../support/captured.js";
import { run } from "../../support/tools.js";

/** What one of the two commands did to a file, and what readelf says of the file then. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly changed: boolean;
  readonly values: string;
}

/** One process for all files: patchelf itself takes a millisecond each. Standard output, error and exit code of each go to files beside it. */
const LOOP = 'cd "$1"; shift; n=$1; shift; for f in $(ls); do patchelf "$@" "$f" >"../out/$f.out" 2>"../out/$f.err"; echo $? >"../out/$f.rc"; done';

function theirs(dir: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", LOOP, "bash", dir, "-", ...args], { stdio: "ignore", env: { ...process.env, LC_ALL: "C" } });
    child.on("error", reject);
    child.on("close", () => resolve());
  });
}

/** Of readelf's output what loaders use: tags whose values are no addresses, and the interpreter. Versions of symbols where asked for. */
export function readelfOf(dir: string, names: readonly string[], symbols: boolean): Map<string, string> {
  const { stdout } = run("readelf", ["-dlW", ...(symbols ? ["--dyn-syms"] : []), ...names], { cwd: dir }), out = new Map<string, string>();
  for (const part of stdout.split(/^File: /m).slice(1)) {
    const [name, ...lines] = part.split("\n");
    const tags = lines.flatMap((line) => /\((NEEDED|RUNPATH|RPATH|SONAME|FLAGS_1|FLAGS)\)\s+(.*)$/.exec(line)?.slice(1).join(" ") ?? []);
    const interpreter = lines.flatMap((line) => /Requesting program interpreter: (.*)\]/.exec(line)?.slice(1) ?? []);
    const versioned = symbols ? lines.flatMap((line) => /^\s*\d+: \S+\s+\d+ (?:FUNC|OBJECT|NOTYPE|GNU_IFUNC|TLS) .* (\S+(?: \(\d+\))?)$/.exec(line)?.[1]?.replace(/ \(\d+\)$/, "") ?? []) : [];
    // Where a tag stands among those of other kinds means nothing.
    const of = (tag: string) => tags.filter((t) => t.startsWith(`${tag} `));
    out.set(name!, JSON.stringify([interpreter, ...["NEEDED", "RUNPATH", "RPATH", "SONAME", "FLAGS", "FLAGS_1"].map(of), versioned]));
  }
  return out;
}

/** Runs both with the same options, each on its own copies of all files, side by side. */
export async function bothSides(pool: string, scratch: string, names: readonly string[], args: readonly string[], symbols: boolean): Promise<{ theirs: Outcome; ours: Outcome }[]> {
  const [a, b, out] = ["theirs", "ours", "out"].map((d) => join(scratch, d)) as [string, string, string];
  for (const dir of [a, b, out]) rmSync(dir, { recursive: true, force: true });
  for (const dir of [a, b]) cpSync(pool, dir, { recursive: true });
  run("mkdir", [out]);
  const child = theirs(a, args), ours = new Map<string, ReturnType<typeof captured>>();
  for (const name of names) {
    ours.set(name, captured("patchelf", ...args, join(b, name)));
    // Lets the other side's process be heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await child;
  const values = [readelfOf(a, names, symbols), readelfOf(b, names, symbols)] as const, text = (name: string, end: string) => readFileSync(join(out, `${name}.${end}`), "utf8");
  return names.map((name) => {
    const was = readFileSync(join(pool, name)), changed = (dir: string) => !readFileSync(join(dir, name)).equals(was);
    return {
      theirs: { status: Number(text(name, "rc")), stdout: text(name, "out"), stderr: text(name, "err"), changed: changed(a), values: values[0].get(name) ?? "" },
      ours: { ...ours.get(name)!, changed: changed(b), values: values[1].get(name) ?? "" },
    };
  });
}
