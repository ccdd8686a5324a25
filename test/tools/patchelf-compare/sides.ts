import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { captured, type Captured } from "../../support/captured.js";
import { run } from "../../support/tools.js";

/** What readelf says of a file: what loaders use, without addresses. */
export interface Values {
  readonly interpreter: readonly string[];
  readonly NEEDED: readonly string[];
  readonly RUNPATH: readonly string[];
  readonly RPATH: readonly string[];
  readonly SONAME: readonly string[];
  readonly FLAGS: readonly string[];
  readonly FLAGS_1: readonly string[];
  /** Names with their versions, where the case asks for them. */
  readonly symbols: readonly string[];
}

/** What one of the two commands did to a file. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly changed: boolean;
  /** Undefined where neither command changed the file. */
  readonly values: Values | undefined;
}

/**
 * One process for all files: patchelf itself takes a millisecond each. Standard output, error and exit code of each go
 * to files beside it.
 */
const LOOP =
  'cd "$1"; shift; for f in *; do patchelf "$@" "$f" >"../out/$f.out" 2>"../out/$f.err"; echo $? >"../out/$f.rc"; done';

function theirs(dir: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", LOOP, "bash", dir, ...args], {
      stdio: "ignore",
      env: { ...process.env, LC_ALL: "C" },
    });
    child.on("error", reject);
    child.on("close", () => resolve());
  });
}

/** The words of a line of the symbol table, without number, address and size. */
function symbolIn(line: string): string[] {
  if (!/^ *\d+: [0-9a-f]+ /.test(line)) return [];

  const words = line.trim().split(/\s+/).slice(3);
  return [words.filter((word) => !/^(\(\d+\)|\d+)$/.test(word)).join(" ")];
}

function valuesIn(dir: string, names: readonly string[], symbols: boolean): Map<string, Values> {
  const out = new Map<string, Values>();
  if (names.length === 0) return out;

  const options = symbols ? ["-dlW", "--dyn-syms"] : ["-dlW"];
  const { stdout } = run("readelf", [...options, ...names, "/dev/null"], { cwd: dir });

  for (const part of stdout.split(/^File: /m).slice(1)) {
    const [name, ...lines] = part.split("\n");
    const all = (pattern: RegExp) => lines.flatMap((line) => pattern.exec(line)?.slice(1) ?? []);
    // The order of entries with different tags means nothing.
    const entries = (tag: string) =>
      all(new RegExp(`\\(${tag}\\)\\s+(.*)$`)).map((text) => /\[(.*)\]$/.exec(text)?.[1] ?? text);

    out.set(name!, {
      interpreter: all(/Requesting program interpreter: (.*)\]/),
      NEEDED: entries("NEEDED"),
      RUNPATH: entries("RUNPATH"),
      RPATH: entries("RPATH"),
      SONAME: entries("SONAME"),
      FLAGS: entries("FLAGS"),
      FLAGS_1: entries("FLAGS_1"),
      symbols: lines.flatMap(symbolIn),
    });
  }

  return out;
}

/** Two folders of copies, one for each command. Files that a case changes are copied anew. */
export class Sides {
  readonly #pool: string;
  readonly #dirs: readonly [theirs: string, ours: string];
  readonly #out: string;
  readonly #names: readonly string[];

  constructor(pool: string, scratch: string, names: readonly string[]) {
    this.#pool = pool;
    this.#names = names;
    this.#dirs = [join(scratch, "theirs"), join(scratch, "ours")];
    this.#out = join(scratch, "out");
    for (const dir of [...this.#dirs, this.#out]) mkdirSync(dir);
    for (const dir of this.#dirs) this.#renew(dir, names);
  }

  #renew(dir: string, names: readonly string[]): void {
    for (const name of names) copyFileSync(join(this.#pool, name), join(dir, name));
  }

  #changed(dir: string): Set<string> {
    return new Set(
      this.#names.filter((name) => !readFileSync(join(dir, name)).equals(readFileSync(join(this.#pool, name)))),
    );
  }

  /** Runs both with the same options on every file, side by side. */
  async run(args: readonly string[], symbols: boolean): Promise<{ theirs: Outcome; ours: Outcome }[]> {
    const [theirDir, ourDir] = this.#dirs;
    const child = theirs(theirDir, args);
    const ours = new Map<string, Captured>();
    for (const name of this.#names) ours.set(name, await captured("patchelf", ...args, join(ourDir, name)));
    await child;

    const theirChanged = this.#changed(theirDir);
    const ourChanged = this.#changed(ourDir);
    const either = this.#names.filter((name) => theirChanged.has(name) || ourChanged.has(name));
    const theirValues = valuesIn(theirDir, either, symbols);
    const ourValues = valuesIn(ourDir, either, symbols);

    this.#renew(theirDir, [...theirChanged]);
    this.#renew(ourDir, [...ourChanged]);

    const text = (name: string, end: string) => readFileSync(join(this.#out, `${name}.${end}`), "utf8");
    return this.#names.map((name) => ({
      theirs: {
        status: Number(text(name, "rc")),
        stdout: text(name, "out"),
        stderr: text(name, "err"),
        changed: theirChanged.has(name),
        values: theirValues.get(name),
      },
      ours: { ...ours.get(name)!, changed: ourChanged.has(name), values: ourValues.get(name) },
    }));
  }
}
