import { existsSync } from "node:fs";
import { readElfFile, resolveFileLibraries } from "../../src/node/index.js";
import { bindSymbols, type BindOptions } from "../../src/resolve/bind/bind.js";
import type { LibraryTree } from "../../src/resolve/tree.js";
import { loaderOf, type Machine, rootOf, runOn } from "./machines.js";
import { treeOf } from "./trees.js";

/** What glibc's loader says of a file as `ldd -r` asks it: nothing of the file runs. */
export interface Traced {
  /** Paths of libraries by the names that need them. */
  readonly libraries: ReadonlyMap<string, string>;
  /** `FROM PROVIDER symbol version`, of every lookup. */
  readonly bindings: ReadonlySet<string>;
  /** `undefined symbol: …\t(FILE)`. */
  readonly missing: ReadonlySet<string>;
  /** `PROVIDER: version … not found (required by …)`, and warnings. */
  readonly versions: ReadonlySet<string>;
  /** A failed assertion. */
  readonly stopped: boolean;
}

const BINDING = /binding file (\S+) \[0\] to (\S+) \[0\]: (?:normal|protected) symbol `([^']*)'(?: \[(.*)\])?/g;

/** RISC-V's loader looks up the program's global pointer by itself, without a relocation. */
const NO_RELOCATION: ReadonlySet<string> = new Set(["__global_pointer$"]);

export function traceBindings(machine: Machine, path: string, env: Record<string, string> = {}): Traced {
  const { stdout, stderr } = runOn(
    machine,
    machine === "x86_64" ? loaderOf(machine) : `${rootOf(machine)}${loaderOf(machine)}`,
    [path],
    { LD_TRACE_LOADED_OBJECTS: "1", LD_WARN: "yes", LD_BIND_NOW: "yes", LD_DEBUG: "bindings", ...env },
  );
  const lines = (re: RegExp) => new Set([...`${stdout}${stderr}`.matchAll(re)].map((m) => m[1]!));
  return {
    libraries: new Map(
      [...stdout.matchAll(/^\t(\S+)(?: => (\S+))? \(0x/gm)].map((m) => [
        m[2] === undefined ? m[1]!.slice(m[1]!.lastIndexOf("/") + 1) : m[1]!,
        m[2] ?? m[1]!,
      ]),
    ),
    bindings: new Set(
      [...stderr.matchAll(BINDING)]
        .filter((m) => !m[1]!.includes("vdso") && !NO_RELOCATION.has(m[3]!))
        .map((m) => [m[1], m[2], m[3], m[4] ?? ""].join(" ")),
    ),
    missing: lines(/^(undefined symbol: .*)$/gm),
    versions: lines(
      /^[^:\n]*: ([^:\n]*: (?:weak )?(?:version `.*' not found|no version information available) \(required by .*\))$/gm,
    ),
    stopped: stderr.includes("Inconsistency detected"),
  };
}

/**
 * The tree of a traced file; for another machine, whose libraries stand in two places, its libraries where the loader
 * found them.
 */
export function tracedTree(machine: Machine, path: string, traced: Traced): LibraryTree {
  if (machine === "x86_64") return resolveFileLibraries(path, { rules: "glibc" });

  const root = rootOf(machine);
  const interpreter = [...traced.libraries.values()].find((p) => p.endsWith(loaderOf(machine))) ?? loaderOf(machine);
  const read = (p: string) => readElfFile(existsSync(`${root}${p}`) ? `${root}${p}` : p);

  return treeOf(
    path,
    read,
    (name) => traced.libraries.get(name) ?? (name === loaderOf(machine).split("/").at(-1) ? interpreter : undefined),
    { interpreter },
  );
}

/** The same of {@link bindSymbols}. ld.so does not bind itself when it traces. */
export function ourBindings(
  tree: LibraryTree,
  options?: BindOptions,
): Pick<Traced, "bindings" | "missing" | "versions" | "stopped"> {
  const b = bindSymbols(tree, options);
  const loader = tree.interpreter?.object;
  return {
    bindings: new Set(
      b.bindings
        .filter((x) => x.relocated && x.from !== loader)
        .map((x) => [x.from.path, x.provider.path, x.symbol, x.version ?? ""].join(" ")),
    ),
    missing: new Set(b.missing.filter((m) => m.from !== loader).map((m) => `${m.message}\t(${m.from.path})`)),
    versions: new Set(
      b.versionErrors.filter((e) => e.kind !== "inconsistency").map((e) => `${e.provider?.path}: ${e.message}`),
    ),
    stopped: b.versionErrors.some((e) => e.kind === "inconsistency"),
  };
}
