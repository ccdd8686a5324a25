import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { bindSymbols, exportedSymbols, isNodeSymbol, type LibraryTree } from "../../../src/index.js";
import { readElfFile, resolveFileLibraries } from "../../../src/node/index.js";
import { traceBindings } from "../../support/ld-trace.js";
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

/** Packages whose libraries an addon finds beside it, in node_modules. */
const COMPANIONS: readonly string[] = ["@img/sharp-libvips-linux-x64@1.3.4"];

const nameOf = (spec: string): string => spec.slice(0, spec.lastIndexOf("@"));

/** Fetches what is not there yet, laid out as npm installs it. */
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

/** Looked up by dlsym(), which LD_DEBUG does not tell from a relocation: by Node, and by Rust's standard library. */
const BY_DLSYM: ReadonlySet<string> = new Set([
  "napi_register_module_v1",
  "node_api_module_get_api_version_v1",
  "__pthread_get_minstack",
]);

export interface ComparedAddon {
  readonly file: string;
  readonly bindings: number;
  /** References that the host has by {@link isNodeSymbol}. */
  readonly fromNode: number;
  /** By `ldd -r`, without a host. */
  readonly alone: readonly string[];
  /** In a Node process: bindings as LD_DEBUG tells them of process.dlopen. */
  readonly inNode: readonly string[];
  /** What isNodeSymbol says otherwise than the names that Node really has. */
  readonly misnamed: readonly string[];
}

export function compareAddons(): ComparedAddon[] {
  const folder = resolve(".cache", "addons");
  const node = process.execPath;
  const host = resolveFileLibraries(node);
  const names = exportedSymbols(readElfFile(node));
  for (const c of COMPANIONS) fetched(c, folder);

  return ADDONS.flatMap((spec) => addonsIn(fetched(spec, folder))).map((file) => {
    const tree = resolveFileLibraries(file);
    const alone = traceBindings("x86_64", file);
    const b = bindSymbols(tree, { host });
    const ours = {
      bindings: said(tree),
      missing: new Set(bindSymbols(tree).missing.map((m) => `${m.message}\t(${m.from.path})`)),
      versions: new Set<string>(),
    };
    const inNode = new Set(
      b.bindings
        .filter((x) => x.relocated)
        .map((x) =>
          [x.from.path, x.provider === host.root ? node : x.provider.path, x.symbol, x.version ?? ""].join(" "),
        ),
    );
    const { hostProvided, missing } = bindSymbols(tree, { hostSymbols: isNodeSymbol });

    return {
      file,
      bindings: inNode.size,
      fromNode: hostProvided.length,
      alone: differences(ours, { ...alone, versions: new Set() }),
      inNode: differences(
        { bindings: inNode, missing: new Set(b.missing.map((m) => m.message)), versions: new Set() },
        {
          bindings: openedInNode(node, file, new Set(b.bindings.map((x) => x.from.path))),
          missing: new Set(),
          versions: new Set(),
        },
      ).filter((d) => !(d.startsWith("bindings - ") && BY_DLSYM.has(d.split(" ")[4]!))),
      misnamed: [
        ...hostProvided.filter((h) => !names.has(h.symbol)).map((h) => `not in this Node: ${h.symbol}`),
        ...missing.map((m) => `not told as Node's: ${m.message}`),
      ],
    };
  });
}

const said = (tree: LibraryTree): Set<string> =>
  new Set(
    bindSymbols(tree)
      .bindings.filter((x) => x.relocated && x.from !== tree.interpreter?.object)
      .map((x) => [x.from.path, x.provider.path, x.symbol, x.version ?? ""].join(" ")),
  );

/** What the loader binds of the addon and its own libraries when Node opens it. */
function openedInNode(node: string, file: string, from: ReadonlySet<string>): Set<string> {
  const { stderr } = run(
    node,
    ["-e", "try { process.dlopen({ exports: {} }, process.argv[1]); } catch (e) { console.error(e.message); }", file],
    { env: { LD_DEBUG: "bindings", LD_BIND_NOW: "1" } },
  );
  const all = [
    ...stderr.matchAll(/binding file (\S+) \[0\] to (\S+) \[0\]: (?:normal|protected) symbol `([^']*)'(?: \[(.*)\])?/g),
  ];
  return new Set(all.filter((m) => from.has(m[1]!)).map((m) => [m[1], m[2], m[3], m[4] ?? ""].join(" ")));
}
