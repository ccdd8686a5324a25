import type { Edge, LibraryTree } from "../../src/index.js";
import { run } from "./run.js";

/** One line of a loader's list: `name => path`, the path null for "not found". */
export type Line = readonly [name: string, path: string | null];

/** What `ldd` and loaders in list mode print for one file: its libraries, or why there are none. */
export interface Listed {
  readonly lines: readonly Line[];
  /** `statically linked`, `not a dynamic executable`, an error. */
  readonly said: string | null;
}

/** Reads the lines of one file. The kernel's own object has no file. */
export function readList(text: string): Listed {
  const lines: Line[] = [];
  const said: string[] = [];
  for (const line of text.split("\n")) {
    const m = /^\t(\S.*?)(?: => (.*?))?(?: \(0x[0-9a-f]+\))?$/.exec(line);
    if (!m) said.push(...(/error while loading|Error loading|exited with/.test(line) ? [line] : []));
    else if (m[2] === undefined && !m[1]!.includes(".so")) said.push(m[1]!);
    else if (/^linux-(?:vdso|gate)/.test(m[1]!)) continue;
    else lines.push([m[1]!, m[2] === "not found" ? null : (m[2] ?? m[1]!)]);
  }

  return { lines, said: said[0] ?? null };
}

/** What ldd says of files, by file. */
export function ldd(paths: readonly string[], env: Record<string, string> = {}): Map<string, Listed> {
  const { stdout, stderr } = run("ldd", paths, { env });
  const out = new Map<string, Listed>();
  if (paths.length === 1) return new Map([[paths[0]!, readList(`${stdout}${stderr}`)]]);
  const starts = paths.map((p) => (stdout.startsWith(`${p}:\n`) ? 0 : stdout.indexOf(`\n${p}:\n`) + 1));
  paths.forEach((p, i) => out.set(p, readList(stdout.slice(starts[i]! + p.length + 2, starts[i + 1]))));
  return out;
}

/**
 * A tree as ld.so lists it: each object where it is needed first, by the name that it was asked for; one that fills in
 * for another before that.
 */
export function listOf(tree: LibraryTree): Line[] {
  const seen = new Set<unknown>([tree.root]);
  const out: Line[] = [];
  const add = ({ name, object }: Edge, at: number) => {
    if (object && seen.has(object)) return;
    if (object) seen.add(object);
    out.splice(at, 0, [object?.name ?? name, object?.path ?? null]);
  };
  for (const p of tree.preloads) if (p.object) add(p, out.length);

  for (const o of tree.objects) {
    for (const e of o.needs) add(e, e.tag ? out.findIndex(([, path]) => path === o.path) : out.length);
  }

  return out;
}
