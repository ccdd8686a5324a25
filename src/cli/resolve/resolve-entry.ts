import type { Edge, FoundBy, LibraryTree, LoadedObject, LoaderRules, Tried } from "../../resolve/tree.js";
import { whyLoaded } from "../../resolve/search/why.js";

/**
 * An edge and the object that it leads to. `needs` is empty where the object's needs are told elsewhere in the tree.
 */
export interface ResolveNode {
  readonly name: string;
  readonly path: string | null;
  readonly realPath: string | null;
  readonly reason: FoundBy | null;
  readonly of: string | null;
  readonly tag: "DT_NEEDED" | "DT_FILTER" | "DT_AUXILIARY" | "LD_PRELOAD" | "PT_INTERP" | null;
  readonly tried: readonly Tried[];
  readonly needs: readonly ResolveNode[];
}

/** A file's entry of `resolve`. */
export interface ResolveEntry {
  readonly file: string;
  readonly rules: LoaderRules;
  readonly tree: ResolveNode;
  readonly interpreter: ResolveNode | null;
  readonly preloads: readonly ResolveNode[];
  /** Paths in the order of symbol lookup. */
  readonly objects: readonly string[];
  readonly missing: readonly { readonly name: string; readonly from: string }[];
  /** With `--why`. */
  readonly why?: readonly (readonly { readonly from: string; readonly name: string; readonly path: string | null }[])[];
}

export function resolveEntry(file: string, tree: LibraryTree, name: string | undefined): ResolveEntry {
  const { root } = tree;
  const expanding = expandingEdges(tree);

  const nodeOf = (edge: Edge, tag: ResolveNode["tag"]): ResolveNode => ({
    name: edge.name,
    path: edge.object?.path ?? null,
    realPath: edge.object?.realPath ?? null,
    reason: edge.by,
    of: edge.of,
    tag,
    tried: edge.tried,
    needs: needsOf(edge.object, edge),
  });
  const needsOf = (object: LoadedObject | null, edge: Edge | null): ResolveNode[] => {
    if (!object || expanding.get(object) !== edge) return [];
    return object.needs.map((need) => nodeOf(need, need.tag ?? "DT_NEEDED"));
  };

  return {
    file,
    rules: tree.rules,
    tree: {
      name: root.name,
      path: root.path,
      realPath: root.realPath,
      reason: "path",
      of: null,
      tag: null,
      tried: [],
      needs: needsOf(root, null),
    },
    interpreter: tree.interpreter && nodeOf(tree.interpreter, "PT_INTERP"),
    preloads: tree.preloads.map((edge) => nodeOf(edge, "LD_PRELOAD")),
    objects: tree.objects.map((object) => object.path),
    missing: tree.missing.map(({ from, edge }) => ({ name: edge.name, from: from.path })),
    ...(name !== undefined && { why: waysTo(tree, name) }),
  };
}

function waysTo(tree: LibraryTree, name: string): NonNullable<ResolveEntry["why"]> {
  const stepOf = ({ from, edge }: { from: LoadedObject; edge: Edge }) => ({
    from: from.path,
    name: edge.name,
    path: edge.object?.path ?? null,
  });
  return whyLoaded(tree, name).map((way) => way.map(stepOf));
}

/** The edge that loads each object: under it the object's own needs are told. */
function expandingEdges(tree: LibraryTree): Map<LoadedObject, Edge | null> {
  const expanding = new Map<LoadedObject, Edge | null>([[tree.root, null]]);
  const needs = tree.objects.flatMap((object) => object.needs);
  for (const edge of [...tree.preloads, ...needs]) {
    if (edge.object && !expanding.has(edge.object)) expanding.set(edge.object, edge);
  }

  return expanding;
}
