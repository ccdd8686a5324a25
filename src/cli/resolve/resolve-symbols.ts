import { readElfFile } from "../../node/read-file.js";
import { resolveFileLibraries } from "../../node/resolve.js";
import { bindSymbols, type BindOptions } from "../../resolve/bind/bind.js";
import type { BoundBy, VersionError } from "../../resolve/bind/bindings.js";
import { isNodeSymbol } from "../../resolve/bind/host-symbols.js";
import { interpositions, type PreloadFinding } from "../../resolve/bind/interpose.js";
import type { LibraryTree, LoadedObject } from "../../resolve/tree.js";
import { unusedLibraries } from "../../resolve/bind/unused.js";
import { isElfError } from "../../error.js";
import { UsageError } from "../command.js";
import { fileText } from "../text-file.js";

/** The options of `resolve` on symbols, for parseArgs. */
export const symbolFlags = {
  symbols: { type: "boolean" },
  all: { type: "boolean" },
  unused: { type: "boolean" },
  "interposed-by": { type: "string" },
  host: { type: "string" },
} as const;

export const symbolHelp = `\
  --symbols            the library and version that each symbol of the file is bound to, and what
                       is missing in the whole tree
  --all                --symbols and --unused of all objects, not of the file alone
  --host node          with --symbols: the symbols that Node gives to addons are there (napi_*,
                       uv_*, node::, v8::)
  --host FILE          with --symbols: FILE is the program that loads the file, with its libraries;
                       or a text file with a symbol's name in each line
  --unused             needed libraries that give no symbol, and libraries that give symbols without
                       being named
  --interposed-by LIB  the references that LIB would take over if it were preloaded`;

export type SymbolFlags = { readonly [K in keyof typeof symbolFlags]?: boolean | string | undefined };

/** The symbols of a tree in JSON output. Objects are named by their paths. */
export interface SymbolEntry {
  readonly symbols?: {
    readonly bindings: readonly {
      from: string;
      symbol: string;
      version: string | null;
      provider: string;
      providerVersion: string | null;
      how: BoundBy;
      weak: boolean;
      copy: boolean;
      relocated: boolean;
      alias: string | null;
    }[];
    readonly missing: readonly UnboundEntry[];
    readonly tolerated: readonly UnboundEntry[];
    readonly hostProvided: readonly {
      from: string;
      symbol: string;
      version: string | null;
      weak: boolean;
      insteadOf: string | null;
    }[];
    readonly versionErrors: readonly {
      from: string;
      provider: string | null;
      version: string | null;
      kind: VersionError["kind"];
      fatal: boolean;
      message: string;
    }[];
    readonly problems: readonly { object: string; message: string }[];
  };
  readonly use?: readonly {
    object: string;
    unused: readonly string[];
    undeclared: readonly { library: string; symbols: readonly string[] }[];
  }[];
  readonly interposed?: {
    readonly preload: string;
    readonly captured: readonly { from: string; symbol: string; version: string | null; insteadOf: string | null }[];
    readonly findings: readonly PreloadFinding[];
  };
}

type Symbols = NonNullable<SymbolEntry["symbols"]>;
type Use = NonNullable<SymbolEntry["use"]>[number];
type Interposed = NonNullable<SymbolEntry["interposed"]>;

interface UnboundEntry {
  readonly from: string;
  readonly symbol: string;
  readonly version: string | null;
  readonly file: string | null;
  readonly weak: boolean;
  readonly relocated: boolean;
  readonly message: string;
}

/** Does one of the options ask for symbols? --host and --all only go with others. */
export function asksForSymbols(flags: SymbolFlags): boolean {
  const { symbols, unused, all, host } = flags;
  if (host !== undefined && symbols !== true) throw new UsageError("--host goes with --symbols");
  if (all === true && symbols !== true && unused !== true) {
    throw new UsageError("--all goes with --symbols or --unused");
  }

  return symbols === true || unused === true || flags["interposed-by"] !== undefined;
}

/** What the options ask of a tree. */
export function symbolEntry(tree: LibraryTree, flags: SymbolFlags): SymbolEntry {
  const objects = flags.all === true ? tree.objects : [tree.root];
  const preload = flags["interposed-by"];
  return {
    ...(flags.symbols === true && { symbols: symbolsOf(tree, objects, flags.host) }),
    ...(flags.unused === true && { use: useOf(tree, objects) }),
    ...(typeof preload === "string" && { interposed: interposedBy(tree, preload) }),
  };
}

const pathOf = (object: LoadedObject | null): string | null => object?.path ?? null;

function symbolsOf(tree: LibraryTree, objects: readonly LoadedObject[], host: SymbolFlags["host"]): Symbols {
  const shown = new Set(objects);
  const isShown = ({ from }: { readonly from: LoadedObject }) => shown.has(from);

  return withHost(host, (options) => {
    const bound = bindSymbols(tree, options);
    return {
      bindings: bound.bindings
        .filter(isShown)
        .map((binding) => ({ ...binding, from: binding.from.path, provider: binding.provider.path })),
      missing: bound.missing.map((symbol) => ({ ...symbol, from: symbol.from.path })),
      tolerated: bound.tolerated.filter(isShown).map((symbol) => ({ ...symbol, from: symbol.from.path })),
      hostProvided: bound.hostProvided
        .filter(isShown)
        .map(({ insteadOf, ...symbol }) => ({ ...symbol, from: symbol.from.path, insteadOf: pathOf(insteadOf) })),
      versionErrors: bound.versionErrors.map((error) => ({
        ...error,
        from: error.from.path,
        provider: pathOf(error.provider),
      })),
      problems: bound.problems.map(({ object, message }) => ({ object: object.path, message })),
    };
  });
}

function useOf(tree: LibraryTree, objects: readonly LoadedObject[]): Use[] {
  return unusedLibraries(tree, { of: objects }).map(({ object, unused, undeclared }) => ({
    object: object.path,
    unused: unused.map((edge) => edge.name),
    undeclared: undeclared.map(({ library, symbols }) => ({ library: library.path, symbols })),
  }));
}

/** Runs the work with the symbols of the host, which `--host` names. */
function withHost<T>(host: SymbolFlags["host"], work: (options: BindOptions) => T): T {
  if (typeof host !== "string") return work({});
  if (host === "node") return work({ hostSymbols: isNodeSymbol });

  if (!isElf(host)) {
    const names = fileText(host, "--host").split(/\s+/);
    return work({ hostSymbols: names.filter((name) => name !== "") });
  }

  const tree = resolveFileLibraries(host);
  try {
    return work({ host: tree });
  } finally {
    tree.close();
  }
}

function isElf(path: string): boolean {
  try {
    readElfFile(path).close();
    return true;
  } catch (e) {
    if (isElfError(e, "NOT_ELF")) return false;
    throw e;
  }
}

function interposedBy(tree: LibraryTree, path: string): Interposed {
  const elf = readElfFile(path);
  try {
    const { captured, findings } = interpositions(tree, elf, path);
    return {
      preload: path,
      captured: captured.map(({ insteadOf, ...reference }) => ({
        ...reference,
        from: reference.from.path,
        insteadOf: pathOf(insteadOf),
      })),
      findings,
    };
  } finally {
    elf.close();
  }
}

/** Would the loader stop at a symbol or version? */
export const isUnbound = ({ symbols }: SymbolEntry): boolean =>
  symbols !== undefined && (symbols.missing.length > 0 || symbols.versionErrors.some((error) => error.fatal));

/** The same for people. What is wrong comes last, in the words of ldd -r. */
export function symbolText({ symbols, use, interposed }: SymbolEntry): string {
  // Not pushed with a spread: there may be more lines than a call takes arguments.
  const lines = [
    ...(symbols ? bindingLines(symbols) : []),
    ...(use ?? []).flatMap((object) => [...useLines(object)]),
    ...(interposed ? interposedLines(interposed) : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

const versioned = ({ symbol, version }: { readonly symbol: string; readonly version: string | null }): string =>
  version === null ? symbol : `${symbol}@${version}`;

const replacing = (insteadOf: string | null): string => (insteadOf === null ? "" : `, instead of ${insteadOf}`);

function* bindingLines(symbols: Symbols): Generator<string> {
  const { bindings, hostProvided, tolerated } = symbols;
  const froms = new Set([bindings, hostProvided, tolerated].flatMap((list) => list.map(({ from }) => from)));
  for (const from of froms) {
    if (froms.size > 1) yield `${from}:`;

    for (const binding of bindings) {
      if (binding.from === from) yield `  ${versioned(binding)} => ${binding.provider}${remarks(binding)}`;
    }
    for (const symbol of hostProvided) {
      if (symbol.from === from) yield `  ${versioned(symbol)} => the host${replacing(symbol.insteadOf)}`;
    }
    for (const symbol of tolerated) {
      if (symbol.from === from)
        yield `  ${versioned(symbol)} => nothing${symbol.weak ? " (weak)" : " (no relocation)"}`;
    }
  }

  for (const { object, message } of symbols.problems) yield `${object}: ${message}`;
  for (const { provider, from, message } of symbols.versionErrors) yield `${provider ?? from}: ${message}`;
  for (const { message, from } of symbols.missing) yield `${message}\t(${from})`;
}

function remarks({ how, providerVersion, alias, copy, weak, relocated }: Symbols["bindings"][number]): string {
  const all: string[] = [];
  if (how === "oldest") all.push(`oldest: ${providerVersion}`);
  if (how === "hidden" || how === "base") all.push(how);
  if (alias !== null) all.push(`as ${alias}`);
  if (copy) all.push("copy");
  if (weak) all.push("weak");
  if (!relocated) all.push("no relocation");

  return all.length > 0 ? ` (${all.join(", ")})` : "";
}

/** The most symbols that are shown of an undeclared library. The JSON has all. */
const SHOWN = 5;

function* useLines({ object, unused, undeclared }: Use): Generator<string> {
  for (const name of unused) yield `unused: ${name}\t(${object})`;

  for (const { library, symbols } of undeclared) {
    const names = symbols.slice(0, SHOWN).join(", ");
    const more = symbols.length > SHOWN ? ` and ${symbols.length - SHOWN} more` : "";
    yield `undeclared: ${library} gives ${names}${more}\t(${object})`;
  }
}

function* interposedLines({ preload, captured, findings }: Interposed): Generator<string> {
  for (const reference of captured) {
    yield `  ${versioned(reference)} => ${preload}${replacing(reference.insteadOf)}\t(${reference.from})`;
  }

  if (captured.length === 0) yield `${preload} would take over nothing`;
  for (const { message, rule } of findings) yield `${message} [${rule}]`;
}
