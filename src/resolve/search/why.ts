import { baseName } from "./object.js";
import type { Edge, LibraryTree, LoadedObject } from "../tree.js";
import { assertTree } from "../../input.js";

/** One step on the way to a library: an object that asks for another. */
export interface LoadStep {
  readonly from: LoadedObject;
  readonly edge: Edge;
}

/**
 * Tells why a library is in the process: for each object that asks for it, the shortest way from the program to that
 * object, and then the edge itself. The program asks for preloads and for the interpreter. The library may be missing.
 * Empty if nothing asks for it.
 *
 * @param name a name as in DT_NEEDED, a DT_SONAME, the name of a file, or its path
 * @example
 * for (const way of whyLoaded(tree, "libssl.so.3")) console.log(way.map((s) => s.from.path).join(" -> "));
 */
export function whyLoaded(tree: LibraryTree, name: string): (readonly LoadStep[])[] {
  assertTree("whyLoaded", tree);
  const ways = waysTo(tree);
  const found: (readonly LoadStep[])[] = [];
  for (const step of stepsOf(tree)) {
    if (isMeant(step.edge, name)) found.push([...(ways.get(step.from) ?? []), step]);
  }
  return found;
}

/** All edges: preloads, then the edges of each object in the order of the objects, then the interpreter. */
function* stepsOf({ root, preloads, interpreter, objects }: LibraryTree): Generator<LoadStep> {
  for (const edge of preloads) yield { from: root, edge };
  for (const from of objects) {
    for (const edge of from.needs) yield { from, edge };
  }
  if (interpreter) yield { from: root, edge: interpreter };
}

/** The shortest way from the program to each object. That to the program itself is empty. */
function waysTo({ root, preloads }: LibraryTree): Map<LoadedObject, readonly LoadStep[]> {
  // A map goes on with the entries that are added while it is read: breadth first.
  const ways = new Map<LoadedObject, readonly LoadStep[]>([[root, []]]);
  const go = (from: LoadedObject, edge: Edge) => {
    if (!edge.object || ways.has(edge.object)) return;
    ways.set(edge.object, [...ways.get(from)!, { from, edge }]);
  };

  for (const edge of preloads) go(root, edge);
  for (const from of ways.keys()) {
    for (const edge of from.needs) go(from, edge);
  }

  return ways;
}

function isMeant({ name, object }: Edge, wanted: string): boolean {
  if (name === wanted) return true;
  if (!object) return false;
  return (
    object.name === wanted ||
    object.path === wanted ||
    object.realPath === wanted ||
    baseName(object.path) === wanted ||
    object.elf.soname === wanted
  );
}
