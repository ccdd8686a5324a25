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

const reasonText = (by: FoundBy, of: string | null | undefined): string =>
  of ? `${REASONS[by]} of ${of}` : REASONS[by];

const CACHE = "/etc/ld.so.cache";

function target({ path, reason, of }: ResolveNode): string {
  if (path === null) return " => not found";
  // The path of an object that is there already stands elsewhere in the tree.
  if (reason === "loaded" || reason === "loader") return ` [${REASONS[reason]}]`;
  return ` => ${path} [${reasonText(reason!, of)}]`;
}

function triedText({ path, outcome, by, of }: Tried): string {
  if (path === CACHE) return `${path}: no entry`;
  return `${path}: ${OUTCOMES[outcome]} [${reasonText(by, of)}]`;
}

function* nodeLines(node: ResolveNode, indent: string, showsTried: boolean): Generator<string> {
  const tag = node.tag === "DT_FILTER" || node.tag === "DT_AUXILIARY" ? ` (${node.tag})` : "";
  yield `${indent}${node.name}${tag}${target(node)}`;

  if (showsTried || node.path === null) {
    for (const tried of node.tried) yield `${indent}    ${triedText(tried)}`;
  }
  for (const need of node.needs) yield* nodeLines(need, `${indent}  `, showsTried);
}

/** The tree, with the places that were tried for missing objects, or for all objects. */
export function treeText({ tree, rules, interpreter, preloads }: ResolveEntry, showsTried: boolean): string {
  const lines = [`${tree.path} (${rules})`];
  if (interpreter) lines.push(...nodeLines(interpreter, "  ", showsTried));
  for (const preload of preloads) lines.push(...nodeLines(preload, "  preload ", showsTried));
  for (const need of tree.needs) lines.push(...nodeLines(need, "  ", showsTried));
  if (tree.needs.length === 0 && !interpreter) lines.push("  nothing is loaded for it");

  return `${lines.join("\n")}\n`;
}

/** Each object once, as ldd prints it. */
export function listText({ tree, preloads }: ResolveEntry): string {
  const seen = new Set<string>();
  const lines: string[] = [];

  // Breadth first: the order of loading.
  let level: readonly ResolveNode[] = [...preloads.filter((preload) => preload.path !== null), ...tree.needs];
  while (level.length > 0) {
    for (const { name, path } of level) {
      if (path === null || !seen.has(path)) lines.push(`\t${name} => ${path ?? "not found"}`);
      if (path !== null) seen.add(path);
    }
    level = level.flatMap((node) => node.needs);
  }

  return lines.length === 0 ? "\tno libraries\n" : `${lines.join("\n")}\n`;
}

/** The ways to a library, one step a line. */
export function whyText({ why: ways = [] }: ResolveEntry, name: string): string {
  if (ways.length === 0) return `nothing asks for ${name}\n`;

  const lines: string[] = [];
  for (const way of ways) {
    for (const [i, { from }] of way.entries()) lines.push(i === 0 ? from : `${"  ".repeat(i)}=> ${from}`);
    const last = way.at(-1)!;
    lines.push(`${"  ".repeat(way.length)}=> ${last.path ?? `${last.name}, not found`}`);
  }

  return `${lines.join("\n")}\n`;
}
