import { readFileSync } from "node:fs";
import { type ElfFile, readElf } from "../../src/index.js";
import type { Edge, LibraryTree, LoadedObject, LoaderRules } from "../../src/resolve/tree.js";

interface Draft extends LoadedObject {
  readonly needs: Edge[];
}

export interface TreeParts {
  readonly rules?: LoaderRules;
  /** Paths of preloads. */
  readonly preloads?: readonly string[];
  /** The path of the loader; null for none. */
  readonly interpreter?: string | null;
}

/**
 * A tree as a loader would make it, breadth first, of files that `read` gives by path and a function that says where a
 * needed library is.
 */
export function treeOf(
  root: string,
  read: (path: string) => ElfFile,
  where: (name: string) => string | undefined,
  { rules = "glibc", preloads = [], interpreter = null }: TreeParts = {},
): LibraryTree {
  const byPath = new Map<string, Draft>();
  const objects: Draft[] = [];
  const missing: { from: LoadedObject; edge: Edge }[] = [];
  const load = (name: string, path: string): Draft => {
    const known = byPath.get(path) ?? { name, path, realPath: path, elf: read(path), needs: [] };
    if (!byPath.has(path)) objects.push(known);
    byPath.set(path, known);
    return known;
  };
  const edge = (name: string, path: string | undefined): Edge => ({
    name,
    object: path === undefined ? null : load(name, path),
    by: path === undefined ? null : "default",
    of: null,
    tried: [],
  });
  const first = load(root, root);
  const preloaded = preloads.map((p) => edge(p, p));

  for (let i = 0; i < objects.length; i++) {
    for (const name of objects[i]!.elf.needed) {
      const e = edge(name, where(name));
      objects[i]!.needs.push(e);
      if (!e.object) missing.push({ from: objects[i]!, edge: e });
    }
  }

  const loader =
    interpreter === null
      ? null
      : {
          ...edge(interpreter, undefined),
          object: byPath.get(interpreter) ?? {
            name: interpreter,
            path: interpreter,
            realPath: interpreter,
            elf: read(interpreter),
            needs: [],
          },
        };
  return { rules, root: first, interpreter: loader, preloads: preloaded, objects, missing };
}

/** A tree of files in memory by name; the first one is the root. What is needed but not there is missing. */
export function treeInMemory(files: Readonly<Record<string, Uint8Array>>, parts: TreeParts = {}): LibraryTree {
  return treeOf(
    Object.keys(files)[0]!,
    (path) => readElf(files[path]!),
    (name) => (name in files ? name : undefined),
    parts,
  );
}

export const readFromDisk = (path: string): ElfFile => readElf(readFileSync(path));
