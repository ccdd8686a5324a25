import { VERSYM } from "../../spec/constants.js";
import { versionNumber } from "../../image/dynamic/versions.js";
import type { Binding, BoundBy, HostBinding, SymbolBindings, UnboundSymbol, VersionError } from "./bindings.js";
import {
  attemptObject,
  type BindProblem,
  type BoundSymbol,
  type ScopeMember,
  membersOf,
  type Reference,
  type Scope,
} from "./scope.js";
import type { LibraryTree, LoadedObject } from "../tree.js";
import { checkVersions, objectsByName } from "./version-check.js";
import { references, scopeOf } from "./walk.js";
import { assertOptions, assertTree } from "../../input.js";

export interface BindOptions {
  /**
   * The program that loads the tree's root (dlopen), with its libraries. They stand before all objects of the tree; an
   * object that both have counts once. The host's own references are not reported.
   */
  readonly host?: LibraryTree | undefined;
  /**
   * The names that the host program defines, or a test of them such as {@link isNodeSymbol}, for a host of which no
   * more is known. Such a name is never bound to an object of the tree. What the host's libraries define before those
   * of the tree stays unknown.
   */
  readonly hostSymbols?: (Iterable<string> | ((symbol: string) => boolean)) | undefined;
  /** Report only the references of these objects. Definitions are looked for in the whole tree. Default: all. */
  readonly of?: Iterable<LoadedObject> | undefined;
}

/**
 * Tells which library and version each symbol of a tree is bound to, as `ldd -r` with LD_DEBUG=bindings does, without
 * running anything. It covers every symbol that a relocation names (so also a library's own exported symbols, which
 * other objects can take over) and every undefined symbol.
 *
 * The rules are those of glibc (elf/dl-lookup.c, elf/dl-version.c) or musl (ldso/dynlink.c), as `tree.rules` says.
 * Lookups go through the objects' hash tables. A broken object is listed in `problems` and defines nothing.
 *
 * @example
 * const { missing, versionErrors } = bindSymbols(resolveFileLibraries("/usr/bin/node"));
 * for (const m of missing) console.log(`${m.message}\t(${m.from.path})`);
 */
export function bindSymbols(tree: LibraryTree, options: BindOptions = {}): SymbolBindings {
  assertTree("bindSymbols", tree);
  assertOptions<BindOptions>("bindSymbols", options, { host: true, hostSymbols: true, of: true });

  const { host } = options;
  if (!host) return bindIn(tree, options);

  const added = addedTo(host, tree);
  const whole = { ...host, rules: tree.rules, objects: [...host.objects, ...added] };
  return bindIn(whole, { ...options, of: options.of ?? added });
}

/** The objects of a tree that the host has not loaded already. */
function addedTo(host: LibraryTree, tree: LibraryTree): LoadedObject[] {
  const loaded = new Set(host.objects.map((o) => o.realPath));
  return tree.objects.filter((o) => !loaded.has(o.realPath));
}

function bindIn(tree: LibraryTree, options: BindOptions): SymbolBindings {
  const problems: BindProblem[] = [];
  const members = membersOf(tree, problems);
  const scope = scopeOf(tree, members);
  const isHost = hostTest(options.hostSymbols);
  const named = objectsByName(tree);
  const only = options.of && new Set(options.of);

  // A loader relocates a library before the objects that need it. This decides whose unique symbol is the first.
  const results = new Map<ScopeMember, Results>();
  for (const m of [...members].reverse()) {
    if (only && !only.has(m.object)) continue;
    const result = attemptObject(m.object, problems, () => bindMember(m, scope, isHost, named));
    results.set(m, result ?? new Results());
  }

  const all = members.flatMap((m) => results.get(m) ?? []);
  let versionErrors: VersionError[] = [];
  if (tree.rules === "glibc") {
    const ofNeeds = checkVersions(tree, members, problems).filter((e) => !only || only.has(e.from));
    versionErrors = [...ofNeeds, ...all.flatMap((r) => r.inconsistencies)];
  }

  return {
    bindings: all.flatMap((r) => r.bindings),
    missing: all.flatMap((r) => r.missing),
    tolerated: all.flatMap((r) => r.tolerated),
    hostProvided: all.flatMap((r) => r.hostProvided),
    versionErrors,
    problems,
  };
}

/** What binding one object gives. */
class Results {
  readonly bindings: Binding[] = [];
  readonly missing: UnboundSymbol[] = [];
  readonly tolerated: UnboundSymbol[] = [];
  readonly hostProvided: HostBinding[] = [];
  readonly inconsistencies: VersionError[] = [];
}

type HostTest = (symbol: string) => boolean;

function hostTest(host: BindOptions["hostSymbols"]): HostTest {
  if (host === undefined) return () => false;
  if (typeof host === "function") return host;
  const names = new Set(host);
  return (symbol) => names.has(symbol);
}

/** Binds the references of one object. */
function bindMember(
  member: ScopeMember,
  scope: Scope,
  isHost: HostTest,
  named: ReadonlyMap<string, LoadedObject | null>,
): Results {
  const out = new Results();
  const from = member.object;

  for (const { reference: r, weak, relocated } of references(member, scope)) {
    const version = r.version?.name ?? null;
    const base = { from, symbol: r.text, version };
    const found = scope.find(r);

    if (isHost(r.text)) {
      out.hostProvided.push({ ...base, weak, insteadOf: found?.member.object ?? null });
    } else if (!found) {
      const list = weak || !relocated ? out.tolerated : out.missing;
      pushOnce(list, {
        ...base,
        file: r.version?.file ?? null,
        weak,
        relocated,
        message: scope.complaint(r),
      });
    } else {
      pushBinding(out.bindings, {
        ...base,
        ...definition(found, r),
        weak,
        copy: r.use === "copy",
        relocated,
        alias: found.alias ?? null,
      });
      if (relocated && isInconsistent(found, r, named)) pushInconsistency(out.inconsistencies, found, r);
    }
  }

  return out;
}

/**
 * Does the reference ask this very file for a version, although the file has no .gnu.version at all? ld.so, which only
 * warned before, stops at such a definition.
 */
const isInconsistent = (
  { member }: BoundSymbol,
  { version }: Reference,
  named: ReadonlyMap<string, LoadedObject | null>,
): boolean =>
  version !== undefined &&
  version.file !== null &&
  !member.symbols!.isVersioned &&
  named.get(version.file)?.realPath === member.object.realPath;

/** Adds the error, once for each provider. */
function pushInconsistency(list: VersionError[], { member }: BoundSymbol, r: Reference): void {
  const provider = member.object;
  if (list.some((e) => e.provider === provider)) return;

  const version = r.version!.name;
  list.push({
    from: r.from.object,
    provider,
    version,
    kind: "inconsistency",
    fatal: true,
    message:
      `symbol ${r.text} is asked for in version ${version} of a file without versions: ld.so stops with ` +
      `"Assertion \`version->filename == NULL || ! _dl_name_match_p (version->filename, map)' failed!"`,
  });
}

/** The part of a binding that is about the definition. */
function definition(
  { member, index }: BoundSymbol,
  r: Reference,
): Pick<Binding, "provider" | "providerVersion" | "how"> {
  const symbols = member.symbols!;
  const versym = symbols.versym(index);
  const version = symbols.isVersioned ? symbols.version(versym) : undefined;

  let how: BoundBy = "default";
  if (!version || versionNumber(versym) <= VERSYM.GLOBAL) how = symbols.definesVersions ? "base" : "unversioned";
  else if (versym & VERSYM.HIDDEN) how = r.version ? "hidden" : "oldest";

  return { provider: member.object, providerVersion: version?.name ?? null, how };
}

/** Adds a binding. The uses of one symbol stand one after the other, and mostly have the same: it is added once. */
function pushBinding(list: Binding[], b: Binding): void {
  const last = list.at(-1);
  if (
    last?.symbol !== b.symbol ||
    last.version !== b.version ||
    last.provider !== b.provider ||
    last.providerVersion !== b.providerVersion ||
    last.copy !== b.copy ||
    last.weak !== b.weak
  ) {
    list.push(b);
  }
}

/** Adds a symbol. Its uses stand one after the other: it is added once. */
function pushOnce(list: UnboundSymbol[], u: UnboundSymbol): void {
  const last = list.at(-1);
  if (last?.symbol !== u.symbol || last.version !== u.version) list.push(u);
}
