import { readElfFile, resolveFileLibraries } from "../../node/index.js";
import { bindSymbols, type BindOptions } from "../../resolve/bind/bind.js";
import type { BoundBy, VersionError } from "../../resolve/bind/bindings.js";
import { isNodeSymbol } from "../../resolve/bind/host-symbols.js";
import { interpositions, type PreloadFinding } from "../../resolve/bind/interpose.js";
import type { LibraryTree, LoadedObject } from "../../resolve/tree.js";
import { unusedLibraries } from "../../resolve/bind/unused.js";
import { isElfError } from "../../error.js";
import { UsageError } from "../command.js";
import { fileText } from "../text-file.js";

/** The options of `resolve` that are about symbols, for parseArgs. */
export const symbolFlags = {
  symbols: { type: "boolean" },
  all: { type: "boolean" },
  unused: { type: "boolean" },
  "interposed-by": { type: "string" },
  host: { type: "string" },
} as const;

export const symbolHelp = `  --symbols            which library and version each symbol of the file is bound to, and what is missing in the whole tree
  --all                with --symbols and --unused: of all objects, not of the file alone
  --host node          symbols that Node gives to addons are there (napi_*, uv_*, node::, v8::)
  --host FILE          the program that loads the file, with its libraries; or a text file with a symbol's name in each line
  --unused             needed libraries that give no symbol, and libraries that give some without being named
  --interposed-by LIB  which references LIB would take over if it were preloaded`;

export type SymbolFlags = { readonly [K in keyof typeof symbolFlags]?: boolean | string | undefined };

/** What JSON says of the symbols of a tree; objects are named by their paths. */
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

interface UnboundEntry {
  readonly from: string;
  readonly symbol: string;
  readonly version: string | null;
  readonly file: string | null;
  readonly weak: boolean;
  readonly relocated: boolean;
  readonly message: string;
}

/** Does one of the options ask for symbols? Those that only say more of another one do not stand alone. */
export function asksForSymbols(f: SymbolFlags): boolean {
  if (f.host !== undefined && f.symbols !== true) throw new UsageError("--host goes with --symbols");
  if (f.all === true && f.symbols !== true && f.unused !== true) {
    throw new UsageError("--all goes with --symbols or --unused");
  }
  return f.symbols === true || f.unused === true || f["interposed-by"] !== undefined;
}

/** What the options ask of a tree. */
export function symbolEntry(tree: LibraryTree, flags: SymbolFlags): SymbolEntry {
  const all = flags.all === true ? tree.objects : [tree.root];
  const preload = flags["interposed-by"];
  return {
    ...(flags.symbols === true && { symbols: symbolsOf(tree, all, flags.host) }),
    ...(flags.unused === true && {
      use: unusedLibraries(tree, { of: all }).map((u) => ({
        object: u.object.path,
        unused: u.unused.map((e) => e.name),
        undeclared: u.undeclared.map((d) => ({ library: d.library.path, symbols: d.symbols })),
      })),
    }),
    ...(typeof preload === "string" && { interposed: interposedBy(tree, preload) }),
  };
}

function symbolsOf(
  tree: LibraryTree,
  of: readonly LoadedObject[],
  host: SymbolFlags["host"],
): NonNullable<SymbolEntry["symbols"]> {
  const shown = new Set(of);
  const path = (o: LoadedObject | null) => o?.path ?? null;
  return withHost(host, (options) => {
    const b = bindSymbols(tree, options);
    return {
      bindings: b.bindings
        .filter((x) => shown.has(x.from))
        .map((x) => ({ ...x, from: x.from.path, provider: x.provider.path })),
      missing: b.missing.map((m) => ({ ...m, from: m.from.path })),
      tolerated: b.tolerated.filter((m) => shown.has(m.from)).map((m) => ({ ...m, from: m.from.path })),
      hostProvided: b.hostProvided
        .filter((h) => shown.has(h.from))
        .map(({ insteadOf, ...h }) => ({ ...h, from: h.from.path, insteadOf: path(insteadOf) })),
      versionErrors: b.versionErrors.map((e) => ({ ...e, from: e.from.path, provider: path(e.provider) })),
      problems: b.problems.map((p) => ({ object: p.object.path, message: p.message })),
    };
  });
}

function withHost<T>(host: SymbolFlags["host"], work: (options: BindOptions) => T): T {
  if (typeof host !== "string") return work({});
  if (host === "node") return work({ hostSymbols: isNodeSymbol });
  if (!isElf(host)) {
    return work({
      hostSymbols: fileText(host, "--host")
        .split(/\s+/)
        .filter((l) => l !== ""),
    });
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

function interposedBy(tree: LibraryTree, path: string): NonNullable<SymbolEntry["interposed"]> {
  const elf = readElfFile(path);
  try {
    const { captured, findings } = interpositions(tree, elf, path);
    return {
      preload: path,
      captured: captured.map(({ insteadOf, ...c }) => ({
        ...c,
        from: c.from.path,
        insteadOf: insteadOf?.path ?? null,
      })),
      findings,
    };
  } finally {
    elf.close();
  }
}

/** Would the loader stop at a symbol or version? */
export const isUnbound = ({ symbols: s }: SymbolEntry): boolean =>
  s !== undefined && (s.missing.length > 0 || s.versionErrors.some((e) => e.fatal));

/** The same for people. What is wrong comes last, in the words of ldd -r. */
export function symbolText(e: SymbolEntry): string {
  return [
    ...(e.symbols ? bindingLines(e.symbols) : []),
    ...(e.use ?? []).flatMap((u) => [...useLines(u)]),
    ...(e.interposed ? interposedLines(e.interposed) : []),
  ]
    .map((l) => `${l}\n`)
    .join("");
}

const versioned = (s: { readonly symbol: string; readonly version: string | null }): string =>
  s.version === null ? s.symbol : `${s.symbol}@${s.version}`;

function* bindingLines(s: NonNullable<SymbolEntry["symbols"]>): Generator<string> {
  const parts = [s.bindings, s.hostProvided, s.tolerated];
  const froms = new Set(parts.flatMap((p) => p.map((x) => x.from)));
  for (const from of froms) {
    if (froms.size > 1) yield `${from}:`;
    for (const b of s.bindings) if (b.from === from) yield `  ${versioned(b)} => ${b.provider}${remarks(b)}`;
    for (const h of s.hostProvided) {
      if (h.from === from) {
        yield `  ${versioned(h)} => the host${h.insteadOf === null ? "" : `, instead of ${h.insteadOf}`}`;
      }
    }

    for (const t of s.tolerated) {
      if (t.from === from) yield `  ${versioned(t)} => nothing${t.weak ? " (weak)" : " (no relocation)"}`;
    }
  }

  for (const p of s.problems) yield `${p.object}: ${p.message}`;
  for (const v of s.versionErrors) yield `${v.provider ?? v.from}: ${v.message}`;
  for (const m of s.missing) yield `${m.message}\t(${m.from})`;
}

function remarks(b: NonNullable<SymbolEntry["symbols"]>["bindings"][number]): string {
  const how =
    b.how === "oldest" ? [`oldest: ${b.providerVersion}`] : b.how === "hidden" || b.how === "base" ? [b.how] : [];
  const all = [
    ...how,
    ...(b.alias === null ? [] : [`as ${b.alias}`]),
    ...(b.copy ? ["copy"] : []),
    ...(b.weak ? ["weak"] : []),
    ...(b.relocated ? [] : ["no relocation"]),
  ];
  return all.length > 0 ? ` (${all.join(", ")})` : "";
}

function* useLines(u: NonNullable<SymbolEntry["use"]>[number]): Generator<string> {
  for (const name of u.unused) yield `unused: ${name}\t(${u.object})`;
  for (const d of u.undeclared) {
    yield `undeclared: ${d.library} gives ${d.symbols.slice(0, 5).join(", ")}${d.symbols.length > 5 ? ` and ${d.symbols.length - 5} more` : ""}\t(${u.object})`;
  }
}

function* interposedLines(i: NonNullable<SymbolEntry["interposed"]>): Generator<string> {
  for (const c of i.captured) {
    yield `  ${versioned(c)} => ${i.preload}${c.insteadOf === null ? "" : `, instead of ${c.insteadOf}`}\t(${c.from})`;
  }
  if (i.captured.length === 0) yield `${i.preload} would take over nothing`;
  for (const f of i.findings) yield `${f.message} [${f.rule}]`;
}
