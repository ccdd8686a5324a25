import { existsSync } from "node:fs";
import { readElfFile, resolveFileLibraries } from "../../src/node/index.js";
import { bindSymbols, type BindOptions } from "../../src/resolve/bind/bind.js";
import type { LibraryTree } from "../../src/resolve/tree.js";
import { loaderOf, type Machine, rootOf, runOn } from "./machines.js";
import { treeOf } from "./trees.js";

/** What glibc's loader says of a file when `ldd -r` asks: nothing of the file runs. */
export interface Traced {
  /** Paths of libraries by the names that need them. */
  readonly libraries: ReadonlyMap<string, string>;
  /** `FROM PROVIDER symbol version` of every lookup. */
  readonly bindings: ReadonlySet<string>;
  /** `undefined symbol: …\t(FILE)`. */
  readonly missing: ReadonlySet<string>;
  /** `PROVIDER: version … not found (required by …)`, and warnings. */
  readonly versions: ReadonlySet<string>;
  /** Did an assertion of the loader fail? */
  readonly stopped: boolean;
}

/** A line of LD_DEBUG=bindings: from which file, to which, symbol, version. */
export const BINDING = /binding file (\S+) \[0\] to (\S+) \[0\]: (?:normal|protected) symbol `([^']*)'(?: \[(.*)\])?/g;

/** RISC-V's loader looks up the program's global pointer by itself, without a relocation. */
const NO_RELOCATION: ReadonlySet<string> = new Set(["__global_pointer$"]);

/** Messages of missing versions; the part that is caught begins behind the name of the program. */
const VERSION_MESSAGE = new RegExp(
  "^[^:\\n]*: " +
    "([^:\\n]*: (?:weak )?(?:version `.*' not found|no version information available) \\(required by .*\\))$",
  "gm",
);

const TRACE = { LD_TRACE_LOADED_OBJECTS: "1", LD_WARN: "yes", LD_BIND_NOW: "yes", LD_DEBUG: "bindings" };

export function traceBindings(machine: Machine, path: string, env: Record<string, string> = {}): Traced {
  const loader = machine === "x86_64" ? loaderOf(machine) : `${rootOf(machine)}${loaderOf(machine)}`;
  const { stdout, stderr } = runOn(machine, loader, [path], { ...TRACE, ...env });
  const lines = (re: RegExp) => new Set([...`${stdout}${stderr}`.matchAll(re)].map((m) => m[1]!));

  // Where the loader prints a path alone, the name is its last part.
  const libraries = new Map<string, string>();
  for (const [, name, libraryPath] of stdout.matchAll(/^\t(\S+)(?: => (\S+))? \(0x/gm)) {
    if (libraryPath === undefined) libraries.set(name!.slice(name!.lastIndexOf("/") + 1), name!);
    else libraries.set(name!, libraryPath);
  }

  const bindings = new Set<string>();
  for (const [, from, provider, symbol, version = ""] of stderr.matchAll(BINDING)) {
    if (from!.includes("vdso") || NO_RELOCATION.has(symbol!)) continue;
    bindings.add([from, provider, symbol, version].join(" "));
  }

  return {
    libraries,
    bindings,
    missing: lines(/^(undefined symbol: .*)$/gm),
    versions: lines(VERSION_MESSAGE),
    stopped: stderr.includes("Inconsistency detected"),
  };
}

/**
 * The tree of a traced file. The libraries of another machine stand in two places, so there they are taken from where
 * the loader found them.
 */
export function tracedTree(machine: Machine, path: string, traced: Traced): LibraryTree {
  if (machine === "x86_64") return resolveFileLibraries(path, { rules: "glibc" });

  const root = rootOf(machine);
  const loader = loaderOf(machine);
  const interpreter = [...traced.libraries.values()].find((p) => p.endsWith(loader)) ?? loader;
  const read = (p: string) => readElfFile(existsSync(`${root}${p}`) ? `${root}${p}` : p);
  const where = (name: string) =>
    traced.libraries.get(name) ?? (name === loader.split("/").at(-1) ? interpreter : undefined);

  return treeOf(path, read, where, { interpreter });
}

/** What {@link bindSymbols} says, in the words of a trace. ld.so does not bind itself when it traces. */
export function ourBindings(
  tree: LibraryTree,
  options?: BindOptions,
): Pick<Traced, "bindings" | "missing" | "versions" | "stopped"> {
  const bound = bindSymbols(tree, options);
  const loader = tree.interpreter?.object;

  const bindings = bound.bindings.filter((b) => b.relocated && b.from !== loader);
  const missing = bound.missing.filter((m) => m.from !== loader);
  const versionErrors = bound.versionErrors.filter((e) => e.kind !== "inconsistency");

  return {
    bindings: new Set(bindings.map((b) => [b.from.path, b.provider.path, b.symbol, b.version ?? ""].join(" "))),
    missing: new Set(missing.map((m) => `${m.message}\t(${m.from.path})`)),
    versions: new Set(versionErrors.map((e) => `${e.provider?.path}: ${e.message}`)),
    stopped: bound.versionErrors.some((e) => e.kind === "inconsistency"),
  };
}
