import type { Edge, FoundBy, LibraryTree, LoadedObject, LoaderRules, Tried } from "../../resolve/tree.js";
import { whyLoaded } from "../../resolve/search/why.js";

/** An edge and what it leads to. `needs` is empty where the object stands elsewhere in the tree. */
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
  const needs = expansions(tree);
  const { root } = tree;
  const node = (edge: Edge, tag: ResolveNode["tag"]): ResolveNode => ({
    name: edge.name,
    path: edge.object?.path ?? null,
    realPath: edge.object?.realPath ?? null,
    reason: edge.by,
    of: edge.of,
    tag,
    tried: edge.tried,
    needs: needsOf(edge.object, edge),
  });
  const needsOf = (object: LoadedObject | null, edge: Edge | null): ResolveNode[] =>
    object && needs.get(object) === edge ? object.needs.map((e) => node(e, e.tag ?? "DT_NEEDED")) : [];

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
    interpreter: tree.interpreter && node(tree.interpreter, "PT_INTERP"),
    preloads: tree.preloads.map((e) => node(e, "LD_PRELOAD")),
    objects: tree.objects.map((o) => o.path),
    missing: tree.missing.map(({ from, edge }) => ({ name: edge.name, from: from.path })),
    ...(name !== undefined && {
      why: whyLoaded(tree, name).map((way) =>
        way.map(({ from, edge }) => ({ from: from.path, name: edge.name, path: edge.object?.path ?? null })),
      ),
    }),
  };
}

/** The edge under which an object's own needs are told: the one that brought it. */
function expansions(tree: LibraryTree): Map<LoadedObject, Edge | null> {
  const out = new Map<LoadedObject, Edge | null>([[tree.root, null]]);
  for (const e of [...tree.preloads, ...tree.objects.flatMap((o) => o.needs)]) {
    if (e.object && !out.has(e.object)) out.set(e.object, e);
  }
  return out;
}
