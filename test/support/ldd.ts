import type { Edge, LibraryTree } from "../../src/index.js";
import { run } from "./run.js";

/** One line of a loader's list: `name => path`, the path null for "not found". */
export type Line = readonly [name: string, path: string | null];

/** What `ldd`, or a loader in list mode, prints for one file: its libraries, or why there are none. */
export interface Listed {
  readonly lines: readonly Line[];
  /** `statically linked`, `not a dynamic executable`, an error. */
  readonly said: string | null;
}

/** Reads what is printed of one file. The kernel's own object (linux-vdso, linux-gate) has no file and is left out. */
export function readList(text: string): Listed {
  const lines: Line[] = [];
  const said: string[] = [];

  for (const line of text.split("\n")) {
    const row = /^\t(\S.*?)(?: => (.*?))?(?: \(0x[0-9a-f]+\))?$/.exec(line);
    if (!row) {
      if (/error while loading|Error loading|exited with/.test(line)) said.push(line);
      continue;
    }

    const name = row[1]!;
    const path = row[2];
    if (path === undefined && !name.includes(".so")) said.push(name);
    else if (!/^linux-(?:vdso|gate)/.test(name)) lines.push([name, path === "not found" ? null : (path ?? name)]);
  }

  return { lines, said: said[0] ?? null };
}

/** What ldd says of files, by file. */
export function ldd(paths: readonly string[], env: Record<string, string> = {}): Map<string, Listed> {
  const { stdout, stderr } = run("ldd", paths, { env });
  if (paths.length === 1) return new Map([[paths[0]!, readList(`${stdout}${stderr}`)]]);

  // Of several files, each has its path and a colon on a line before its list.
  const starts = paths.map((p) => (stdout.startsWith(`${p}:\n`) ? 0 : stdout.indexOf(`\n${p}:\n`) + 1));
  return new Map(paths.map((p, i) => [p, readList(stdout.slice(starts[i]! + p.length + 2, starts[i + 1]))]));
}

/**
 * A tree as ld.so lists it: each object stands where it is needed first, by the name that it was asked for. A filtee
 * (DT_AUXILIARY, DT_FILTER) stands before the object that names it.
 */
export function listOf(tree: LibraryTree): Line[] {
  const seen = new Set<unknown>([tree.root]);
  const out: Line[] = [];
  const add = ({ name, object }: Edge, at: number) => {
    if (object && seen.has(object)) return;
    if (object) seen.add(object);
    out.splice(at, 0, [object?.name ?? name, object?.path ?? null]);
  };

  for (const preload of tree.preloads) if (preload.object) add(preload, out.length);

  for (const object of tree.objects) {
    for (const edge of object.needs) {
      const isFiltee = edge.tag !== undefined;
      add(edge, isFiltee ? out.findIndex(([, path]) => path === object.path) : out.length);
    }
  }

  return out;
}
