import { baseName } from "./object.js";
import type { Edge, LibraryTree, LoadedObject } from "../tree.js";

/** One step on the way to a library: who asks for what. */
export interface LoadStep {
  readonly from: LoadedObject;
  readonly edge: Edge;
}

/**
 * Why a library is in the process: for each object that asks for it, the shortest way from the program to that object,
 * and then the edge itself. Preloads and the interpreter are asked for by the program. Empty where nothing asks for it;
 * of a missing library too.
 *
 * @param name as in DT_NEEDED, a DT_SONAME, a file's name or its path
 * @example
 * for (const way of whyLoaded(tree, "libssl.so.3")) console.log(way.map((s) => s.from.path).join(" -> "));
 */
export function whyLoaded(tree: LibraryTree, name: string): (readonly LoadStep[])[] {
  const ways = waysTo(tree);
  const out: (readonly LoadStep[])[] = [];
  for (const step of stepsOf(tree)) if (isMeant(step.edge, name)) out.push([...(ways.get(step.from) ?? []), step]);
  return out;
}

/** All edges, those of the objects in the order of the objects. */
function* stepsOf({ root, preloads, interpreter, objects }: LibraryTree): Generator<LoadStep> {
  for (const edge of preloads) yield { from: root, edge };
  for (const from of objects) for (const edge of from.needs) yield { from, edge };
  if (interpreter) yield { from: root, edge: interpreter };
}

/** The shortest way to each object, without the program itself. */
function waysTo(tree: LibraryTree): Map<LoadedObject, readonly LoadStep[]> {
  const ways = new Map<LoadedObject, readonly LoadStep[]>([[tree.root, []]]);
  const todo: LoadedObject[] = [tree.root];
  const go = (from: LoadedObject, edge: Edge) => {
    if (!edge.object || ways.has(edge.object)) return;
    ways.set(edge.object, [...ways.get(from)!, { from, edge }]);
    todo.push(edge.object);
  };
  for (const p of tree.preloads) go(tree.root, p);
  for (let i = 0; i < todo.length; i++) for (const edge of todo[i]!.needs) go(todo[i]!, edge);

  return ways;
}

function isMeant({ name, object }: Edge, wanted: string): boolean {
  if (name === wanted || !object) return name === wanted;
  return (
    object.name === wanted ||
    object.path === wanted ||
    object.realPath === wanted ||
    baseName(object.path) === wanted ||
    object.elf.soname === wanted
  );
}
