import type { FoundBy, Tried } from "../../resolve/tree.js";
import type { ResolveEntry, ResolveNode } from "./resolve-entry.js";

/** Why a file was taken, in words. */
const REASONS: Readonly<Record<FoundBy, string>> = {
  path: "by its path",
  loaded: "there already",
  loader: "the loader itself",
  interpreter: "interpreter",
  preload: "preloaded",
  rpath: "RPATH",
  "library-path": "LD_LIBRARY_PATH",
  runpath: "RUNPATH",
  cache: "ld.so.cache",
  configured: "configured directory",
  default: "system directory",
};
const OUTCOMES: Readonly<Record<Tried["outcome"], string>> = {
  found: "found",
  absent: "absent",
  "other-machine": "for another machine",
  invalid: "cannot be loaded: the search ends here",
};

const reason = (by: FoundBy, of: string | null | undefined): string => (of ? `${REASONS[by]} of ${of}` : REASONS[by]);

const CACHE = "/etc/ld.so.cache";

function target(n: ResolveNode): string {
  if (n.path === null) return " => not found";
  // What is told elsewhere in the tree needs no path here.
  return n.reason === "loaded" || n.reason === "loader"
    ? ` [${REASONS[n.reason]}]`
    : ` => ${n.path} [${reason(n.reason!, n.of)}]`;
}

function* lines(n: ResolveNode, indent: string, tried: boolean): Generator<string> {
  const tag = n.tag === "DT_FILTER" || n.tag === "DT_AUXILIARY" ? ` (${n.tag})` : "";
  yield `${indent}${n.name}${tag}${target(n)}`;
  if (tried || n.path === null) {
    for (const t of n.tried) {
      yield `${indent}    ${t.path}: ${t.path === CACHE ? "no entry" : `${OUTCOMES[t.outcome]} [${reason(t.by, t.of)}]`}`;
    }
  }
  for (const c of n.needs) yield* lines(c, `${indent}  `, tried);
}

/** The tree, with the places that were tried for what is missing, or for all. */
export function treeText(e: ResolveEntry, tried: boolean): string {
  const out = [`${e.tree.path} (${e.rules})`];
  if (e.interpreter) out.push(...lines(e.interpreter, "  ", tried));
  for (const p of e.preloads) out.push(...lines(p, "  preload ", tried));
  for (const n of e.tree.needs) out.push(...lines(n, "  ", tried));
  if (e.tree.needs.length === 0 && !e.interpreter) out.push("  nothing is loaded for it");
  return `${out.join("\n")}\n`;
}

/** As ldd prints it: each object once. */
export function listText(e: ResolveEntry): string {
  const seen = new Set<string>();
  const out: string[] = [];
  const add = (n: ResolveNode) => {
    if (n.path === null || !seen.has(n.path)) out.push(`\t${n.name} => ${n.path ?? "not found"}`);
    if (n.path !== null) seen.add(n.path);
  };

  // Breadth first, as it is loaded.
  for (
    let level: readonly ResolveNode[] = [...e.preloads.filter((p) => p.path !== null), ...e.tree.needs];
    level.length > 0;
    level = level.flatMap((n) => n.needs)
  ) {
    level.forEach(add);
  }

  return out.length === 0 ? "\tno libraries\n" : `${out.join("\n")}\n`;
}

/** The ways to a library. */
export function whyText(e: ResolveEntry, name: string): string {
  const ways = e.why ?? [];
  if (ways.length === 0) return `nothing asks for ${name}\n`;
  return `${ways.map((way) => [...way.map((s, i) => `${"  ".repeat(i)}${i === 0 ? s.from : `=> ${s.from}`}`), `${"  ".repeat(way.length)}=> ${way.at(-1)!.path ?? `${way.at(-1)!.name}, not found`}`].join("\n")).join("\n")}\n`;
}
