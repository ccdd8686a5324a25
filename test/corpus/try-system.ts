import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  addNeeded,
  type Edit,
  type ElfFile,
  isElfError,
  patch,
  PT,
  readElf,
  setInterpreter,
  setRpath,
  setRunpath,
} from "../../src/index.js";
import { run } from "../support/run.js";
import { type Bench, isDangerous, observe, saysNothing, type Way } from "./observe.js";
import { LONG } from "./wishes.js";

/** One change, in the words of both tools. */
interface Change {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly patchelf: readonly string[];
  readonly added: readonly string[];
}

export type Tool = "elfwright" | "patchelf";

export interface Tried {
  readonly change: string;
  readonly tool: Tool;
  /** Why it was refused. */
  readonly refused?: string;
  readonly growth?: number;
  /** What the patched file did, where that was not expected. */
  readonly wrong?: string;
  /** What the patched file did after a strip, by strip, where that was not expected. */
  readonly brokenAfter: Readonly<Record<string, string>>;
}

export interface SystemReport {
  readonly file: string;
  readonly size: number;
  readonly kind: "program" | "library" | "other";
  readonly ways: readonly Way[];
  readonly tried: readonly Tried[];
  /** Strips that break the file as it is. */
  readonly brokenStrips: readonly string[];
}

const CANDIDATES = [
  "libm.so.6",
  "libdl.so.2",
  "libpthread.so.0",
  "librt.so.1",
  "libutil.so.1",
  "libanl.so.1",
  "libresolv.so.2",
  "libnsl.so.1",
  "libcrypt.so.1",
];
const STRIPS: Readonly<Record<string, readonly string[]>> = {
  "strip --strip-unneeded": ["strip", "--strip-unneeded", "-o"],
  "eu-strip": ["eu-strip", "-o"],
};

function changesFor(elf: ElfFile): Change[] {
  const old = elf.runpath ?? elf.rpath;
  const path = old === null ? LONG : `${old}:${LONG}`;
  const asRpath = elf.runpath === null && elf.rpath !== null;
  const out: Change[] = [
    {
      name: "RUNPATH",
      edits: [asRpath ? setRpath(path) : setRunpath(path)],
      patchelf: [...(asRpath ? ["--force-rpath"] : []), "--set-rpath", path],
      added: [],
    },
  ];

  if (elf.interpreter !== null) {
    const at = elf.interpreter.lastIndexOf("/");
    const folder = elf.interpreter.slice(0, at);
    const long = `${folder}${`/../${basename(folder)}`.repeat(12)}${elf.interpreter.slice(at)}`;
    out.push({ name: "interpreter", edits: [setInterpreter(long)], patchelf: ["--set-interpreter", long], added: [] });
  }

  const isGlibc = elf.needed.includes("libc.so.6");
  const added = CANDIDATES.filter((n) => !elf.needed.includes(n) && n !== elf.soname).slice(0, 5);
  if (isGlibc) {
    out.push({ name: "needed", edits: [addNeeded(added)], patchelf: added.flatMap((n) => ["--add-needed", n]), added });
  }

  if (out.length > 1) {
    out.push({
      name: "all",
      edits: out.flatMap((c) => c.edits),
      patchelf: out.flatMap((c) => c.patchelf),
      added: out.flatMap((c) => c.added),
    });
  }

  return out;
}

/** Puts bytes where the file is tried. */
function put(path: string, bytes: Uint8Array): string {
  rmSync(path, { force: true });
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
  return path;
}

function kindOf(elf: ElfFile, file: string): SystemReport["kind"] {
  if (elf.linkage === "relocatable" || elf.linkage === "other") return "other";
  if (/\.so(\.|$)/.test(basename(file))) return "library";

  const hasInterpreter = elf.segments.some((s) => s.type === PT.INTERP);
  return !hasInterpreter && elf.linkage === "shared-library" ? "library" : "program";
}

export function trySystem(file: string, bench: Bench): SystemReport {
  const bytes = readFileSync(file);
  const elf = readElf(bytes);
  const path = join(bench.folder, basename(file));
  const kind = kindOf(elf, file);
  const base = { file, size: bytes.length, kind, tried: [], ways: [], brokenStrips: [] } as const;
  if (kind === "other") return base;

  put(path, bytes);
  const expected = baseline(kind, path, elf, file, bench);
  const judge = (of: string, added: readonly string[]): string | undefined => {
    for (const [way, seen] of expected) {
      const now = observe(way, of, elf, file, bench, added);
      // The list leaves out libraries that were added; ld.so may have listed them before, too.
      const wanted = way === "list" ? withoutLibraries(seen, added) : seen;
      if (now !== wanted) return `${way}: ${firstDifference(seen, now)}`;
    }

    return undefined;
  };

  const all = Object.keys(STRIPS);
  const strips = all.filter((s) => stripped(s, path, bench, (p) => judge(p, [])) === undefined);
  const tried: Tried[] = [];
  for (const change of changesFor(elf)) {
    for (const tool of ["elfwright", "patchelf"] as const) {
      tried.push(tryChange(change, tool, bytes, path, bench, strips, judge));
    }
  }

  rmSync(path, { force: true });
  return { ...base, ways: [...expected.keys()], tried, brokenStrips: all.filter((s) => !strips.includes(s)) };
}

/** A list of ld.so without the lines of these libraries. */
function withoutLibraries(seen: string, names: readonly string[]): string {
  const isKept = (line: string) => !names.some((name) => line.startsWith(`${name} =>`));
  return seen.split("\n").filter(isKept).join("\n");
}

/** What the unpatched file does, by each way that tells something: it must do the same twice. */
function baseline(
  kind: "program" | "library",
  path: string,
  elf: ElfFile,
  file: string,
  bench: Bench,
): Map<Way, string> {
  const out = new Map<Way, string>();
  const way: Way = kind === "program" ? "run" : "dlopen";
  if (kind === "library" || !isDangerous(file)) {
    const seen = observe(way, path, elf, file, bench);
    const tells = !saysNothing(seen) && (way === "run" || seen.startsWith("exit 0"));
    if (tells && observe(way, path, elf, file, bench) === seen) out.set(way, seen);
  }

  if (out.size === 0 || !out.get(way)!.startsWith("exit 0")) out.set("list", observe("list", path, elf, file, bench));
  return out;
}

function tryChange(
  c: Change,
  tool: Tool,
  bytes: Buffer,
  path: string,
  bench: Bench,
  strips: readonly string[],
  judge: (path: string, added: readonly string[]) => string | undefined,
): Tried {
  const base = { change: c.name, tool, brokenAfter: {} };
  put(path, bytes);
  const refused = tool === "elfwright" ? byElfwright(c, bytes, path) : byPatchelf(c, path);
  if (refused !== undefined) return { ...base, refused };

  const growth = statSync(path).size - bytes.length;
  const wrong = judge(path, c.added);
  if (wrong !== undefined) return { ...base, growth, wrong };

  const brokenAfter: Record<string, string> = {};
  for (const s of strips) {
    const broken = stripped(s, path, bench, (p) => judge(p, c.added));
    if (broken !== undefined) brokenAfter[s] = broken;
  }

  return { ...base, growth, brokenAfter };
}

function byElfwright(c: Change, bytes: Buffer, path: string): string | undefined {
  try {
    put(path, patch(bytes, c.edits).bytes);
    return undefined;
  } catch (e) {
    return isElfError(e) ? e.message : `BUG: ${String(e)}`;
  }
}

function byPatchelf(c: Change, path: string): string | undefined {
  try {
    const { status, signal, stderr } = run("patchelf", [...c.patchelf, path]);
    return status === 0 ? undefined : `exit ${status ?? signal}: ${stderr.trim().split("\n").at(-1)}`;
  } catch (e) {
    return String(e);
  }
}

/**
 * Strips the file at `path`, judges the result in the same place, and puts the file back. Returns what is wrong.
 */
function stripped(
  name: string,
  path: string,
  bench: Bench,
  judge: (path: string) => string | undefined,
): string | undefined {
  const out = join(bench.folder, "..", "stripped");
  const kept = join(bench.folder, "..", "kept");
  const [tool, ...args] = STRIPS[name]!;
  rmSync(out, { force: true });
  const { status, signal, stderr } = run(tool!, [...args, out, path]);
  const said = stderr.trim();
  if (status !== 0 || !existsSync(out)) return `exit ${status ?? signal}: ${said}`;

  copyFileSync(path, kept);
  try {
    put(path, readFileSync(out));
    return judge(path) ?? (said === "" ? undefined : `it said: ${said}`);
  } finally {
    put(path, readFileSync(kept));
    rmSync(kept);
  }
}

function firstDifference(before: string, after: string): string {
  const a = before.split("\n");
  const b = after.split("\n");
  const at = b.findIndex((line, i) => line !== a[i]);
  if (at < 0) return `nothing behind ${JSON.stringify(b.at(-1))}`;

  const quoted = (line: string) => JSON.stringify(line.slice(0, 200));
  return `${quoted(b[at]!)} instead of ${quoted(a[at] ?? "")}`;
}
