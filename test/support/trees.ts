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
 * A tree as a loader would make it, breadth first.
 *
 * @param read gives the file of a path
 * @param where gives the path of a needed library
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
  const draft = (name: string, path: string): Draft => ({ name, path, realPath: path, elf: read(path), needs: [] });

  const load = (name: string, path: string): Draft => {
    const known = byPath.get(path);
    if (known) return known;

    const object = draft(name, path);
    byPath.set(path, object);
    objects.push(object);
    return object;
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

  // Objects that are loaded here join the list, and have their turn later.
  for (const object of objects) {
    for (const name of object.elf.needed) {
      const need = edge(name, where(name));
      object.needs.push(need);
      if (!need.object) missing.push({ from: object, edge: need });
    }
  }

  // The loader is an object of the list only where a file needs it.
  const loaderOf = (path: string): Edge => ({
    ...edge(path, undefined),
    object: byPath.get(path) ?? draft(path, path),
  });
  const loader = interpreter === null ? null : loaderOf(interpreter);
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
