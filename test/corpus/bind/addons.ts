import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { bindSymbols, exportedSymbols, isNodeSymbol, type LibraryTree } from "../../../src/index.js";
import { readElfFile, resolveFileLibraries } from "../../../src/node/index.js";
import type { SymbolBindings } from "../../../src/resolve/bind/bindings.js";
import { BINDING, ourBindings, traceBindings } from "../../support/ld-trace.js";
import { must, run } from "../../support/run.js";
import { differences } from "./compare.js";

/** Node addons built for glibc on x86-64: Rust, C++ and C, with and without libraries of their own. */
export const ADDONS: readonly string[] = [
  "@node-rs/argon2-linux-x64-gnu@2.2.1",
  "@swc/core-linux-x64-gnu@1.16.22",
  "lightningcss-linux-x64-gnu@1.33.0",
  "@rollup/rollup-linux-x64-gnu@4.68.8",
  "@parcel/watcher-linux-x64-glibc@2.6.0",
  "@napi-rs/canvas-linux-x64-gnu@1.1.1",
  "@napi-rs/snappy-linux-x64-gnu@7.4.3",
  "@node-rs/bcrypt-linux-x64-gnu@2.0.0",
  "@oxc-parser/binding-linux-x64-gnu@0.159.0",
  "@lmdb/lmdb-linux-x64@3.5.6",
  "@tailwindcss/oxide-linux-x64-gnu@4.3.5",
  "@msgpackr-extract/msgpackr-extract-linux-x64@3.0.7",
  "@img/sharp-linux-x64@0.35.5",
];

/** Packages whose libraries an addon finds beside itself, in node_modules. */
const COMPANIONS: readonly string[] = ["@img/sharp-libvips-linux-x64@1.3.4"];

const nameOf = (spec: string): string => spec.slice(0, spec.lastIndexOf("@"));

/** The folder of a package, fetched if it is not there yet, and laid out as npm installs it. */
function fetched(spec: string, folder: string): string {
  const dir = join(folder, "node_modules", nameOf(spec));
  if (existsSync(join(dir, "package.json"))) return dir;

  mkdirSync(dir, { recursive: true });
  const tarball = must("npm", ["pack", "--silent", "--pack-destination", folder, spec]).trim().split("\n").at(-1)!;
  must("tar", ["-xzf", join(folder, tarball), "-C", dir, "--strip-components=1"]);
  return dir;
}

const addonsIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((f) => f.endsWith(".node") && !f.includes("musl"))
    .map((f) => join(dir, f));

/** Symbols that Node and Rust's standard library look up by dlsym(), which LD_DEBUG does not tell from a relocation. */
const BY_DLSYM: ReadonlySet<string> = new Set([
  "napi_register_module_v1",
  "node_api_module_get_api_version_v1",
  "__pthread_get_minstack",
]);

export interface ComparedAddon {
  readonly file: string;
  readonly bindings: number;
  /** References that the host provides by {@link isNodeSymbol}. */
  readonly fromNode: number;
  /** Differences from `ldd -r`, without a host. */
  readonly alone: readonly string[];
  /** Differences from the bindings that LD_DEBUG tells when a Node process opens the addon by process.dlopen. */
  readonly inNode: readonly string[];
  /** Where isNodeSymbol and the names that Node really has differ. */
  readonly misnamed: readonly string[];
}

/** The running Node: its path, its libraries, and the symbols that it exports. */
interface Host {
  readonly path: string;
  readonly tree: LibraryTree;
  readonly symbols: ReadonlySet<string>;
}

export function compareAddons(): ComparedAddon[] {
  const folder = resolve(".cache", "addons");
  const node = process.execPath;
  const host: Host = {
    path: node,
    tree: resolveFileLibraries(node),
    symbols: exportedSymbols(readElfFile(node)),
  };
  for (const companion of COMPANIONS) fetched(companion, folder);

  const addons = ADDONS.flatMap((spec) => addonsIn(fetched(spec, folder)));
  return addons.map((file) => compareAddon(file, host));
}

function compareAddon(file: string, host: Host): ComparedAddon {
  const tree = resolveFileLibraries(file);
  const inNode = bindSymbols(tree, { host: host.tree });
  const { hostProvided, missing } = bindSymbols(tree, { hostSymbols: isNodeSymbol });
  const absent = hostProvided.filter((h) => !host.symbols.has(h.symbol));

  return {
    file,
    bindings: bindingsInNode(inNode, host).size,
    fromNode: hostProvided.length,
    alone: compareAlone(file, tree),
    inNode: compareInNode(file, inNode, host),
    misnamed: [
      ...absent.map((h) => `not in this Node: ${h.symbol}`),
      ...missing.map((m) => `not told as Node's: ${m.message}`),
    ],
  };
}

/** Compares the addon without a host with what `ldd -r` says; versions aside. */
function compareAlone(file: string, tree: LibraryTree): string[] {
  const { bindings } = ourBindings(tree);
  const missing = bindSymbols(tree).missing.map((m) => `${m.message}\t(${m.from.path})`);
  const theirs = traceBindings("x86_64", file);
  return differences({ bindings, missing: new Set(missing), versions: new Set() }, { ...theirs, versions: new Set() });
}

/** Compares the addon in a Node process with what LD_DEBUG says of it there. */
function compareInNode(file: string, bound: SymbolBindings, host: Host): string[] {
  const from = new Set(bound.bindings.map((b) => b.from.path));
  const missing = new Set(bound.missing.map((m) => m.message));
  const all = differences(
    { bindings: bindingsInNode(bound, host), missing, versions: new Set() },
    { bindings: openedInNode(host.path, file, from), missing: new Set(), versions: new Set() },
  );

  // A line is `bindings - FROM PROVIDER symbol version`.
  const isByDlsym = (d: string) => d.startsWith("bindings - ") && BY_DLSYM.has(d.split(" ")[4]!);
  return all.filter((d) => !isByDlsym(d));
}

/** The bindings of relocations, in the words of LD_DEBUG. */
function bindingsInNode({ bindings }: SymbolBindings, host: Host): Set<string> {
  const relocated = bindings.filter((b) => b.relocated);
  return new Set(
    relocated.map(({ from, provider, symbol, version }) => {
      const providerPath = provider === host.tree.root ? host.path : provider.path;
      return [from.path, providerPath, symbol, version ?? ""].join(" ");
    }),
  );
}

const OPEN = "try { process.dlopen({ exports: {} }, process.argv[1]); } catch (e) { console.error(e.message); }";

/** What the loader binds of the addon and its own libraries when Node opens it. */
function openedInNode(node: string, file: string, from: ReadonlySet<string>): Set<string> {
  const env = { LD_DEBUG: "bindings", LD_BIND_NOW: "1" };
  const { stderr } = run(node, ["-e", OPEN, file], { env });
  const all = [...stderr.matchAll(BINDING)].filter((m) => from.has(m[1]!));
  return new Set(all.map((m) => [m[1], m[2], m[3], m[4] ?? ""].join(" ")));
}
