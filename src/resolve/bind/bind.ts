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

export interface BindOptions {
  /**
   * The program that loads the tree's root (dlopen), with its libraries: these stand before all objects of the tree,
   * and what both have is there once. Its own references are not told.
   */
  readonly host?: LibraryTree;
  /**
   * The same where only the names are known that it has, or a test of them such as {@link isNodeSymbol}. A name that it
   * has is never bound to an object of the tree; but what its libraries have before the tree's own is not known then.
   */
  readonly hostSymbols?: Iterable<string> | ((symbol: string) => boolean);
  /** Only the references of these objects; definitions are still looked for in the whole tree. Default: all. */
  readonly of?: Iterable<LoadedObject>;
}

/**
 * Says which library and version each symbol of a tree is bound to, as `ldd -r` with LD_DEBUG=bindings does, without
 * running anything: every symbol that a relocation names (so also a library's own exported ones, which others can take
 * over) and every undefined one.
 *
 * The rules are those of glibc (elf/dl-lookup.c, elf/dl-version.c) or musl (ldso/dynlink.c), as `tree.rules` says.
 * Lookups go through the objects' hash tables. An object that is broken is listed in `problems` and defines nothing.
 *
 * @example
 * const { missing, versionErrors } = bindSymbols(await resolveLibraries("/usr/bin/node"));
 * for (const m of missing) console.log(`${m.message}\t(${m.from.path})`);
 */
export function bindSymbols(tree: LibraryTree, options: BindOptions = {}): SymbolBindings {
  return options.host
    ? bindIn(loadedInto(options.host, tree), { of: added(options.host, tree), ...options })
    : bindIn(tree, options);
}

/** The objects of a tree that are not in the host already. */
function added(host: LibraryTree, tree: LibraryTree): LoadedObject[] {
  const there = new Set(host.objects.map((o) => o.realPath));
  return tree.objects.filter((o) => !there.has(o.realPath));
}

const loadedInto = (host: LibraryTree, tree: LibraryTree): LibraryTree => ({
  ...host,
  rules: tree.rules,
  objects: [...host.objects, ...added(host, tree)],
});

function bindIn(tree: LibraryTree, options: BindOptions): SymbolBindings {
  const problems: BindProblem[] = [];
  const members = membersOf(tree, problems);
  const isHost = hostTest(options.hostSymbols);
  const scope = scopeOf(tree, members);
  const of = options.of && new Set(options.of);
  const results = new Map<ScopeMember, Results>();
  const named = objectsByName(tree);

  // A loader relocates what is needed before what needs it, which decides whose unique symbol is first.
  for (const m of [...members].reverse()) {
    if (!of || of.has(m.object)) {
      results.set(m, attemptObject(m.object, problems, () => bindMember(m, scope, isHost, named)) ?? new Results());
    }
  }

  const all = members.flatMap((m) => results.get(m) ?? []);
  const versionErrors =
    tree.rules === "glibc"
      ? [
          ...checkVersions(tree, members, problems).filter((e) => !of || of.has(e.from)),
          ...all.flatMap((r) => r.inconsistencies),
        ]
      : [];
  return {
    bindings: all.flatMap((r) => r.bindings),
    missing: all.flatMap((r) => r.missing),
    tolerated: all.flatMap((r) => r.tolerated),
    hostProvided: all.flatMap((r) => r.hostProvided),
    versionErrors,
    problems,
  };
}

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

function bindMember(
  member: ScopeMember,
  scope: Scope,
  isHost: HostTest,
  named: ReadonlyMap<string, LoadedObject | null>,
): Results {
  const out = new Results();
  for (const { reference: r, weak, relocated } of references(member, scope)) {
    const from = member.object;
    const version = r.version?.name ?? null;
    const base = { from, symbol: r.text, version };
    const found = scope.find(r);

    if (isHost(r.text)) {
      out.hostProvided.push({ ...base, weak, insteadOf: found?.member.object ?? null });
    } else if (!found) {
      pushOnce(weak || !relocated ? out.tolerated : out.missing, {
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
      if (
        relocated &&
        isInconsistent(found, r, named) &&
        !out.inconsistencies.some((e) => e.provider === found.member.object)
      ) {
        out.inconsistencies.push(inconsistency(found, r));
      }
    }
  }

  return out;
}

/**
 * Is a version asked of this very file, and it has no .gnu.version at all? ld.so, which only warned before, stops at
 * such a definition.
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

const inconsistency = ({ member }: BoundSymbol, r: Reference): VersionError => ({
  from: r.from.object,
  provider: member.object,
  version: r.version!.name,
  kind: "inconsistency",
  fatal: true,
  message: `symbol ${r.text} is asked for in version ${r.version!.name} of a file without versions: ld.so stops with "Assertion \`version->filename == NULL || ! _dl_name_match_p (version->filename, map)' failed!"`,
});

/** What is said of a definition in a binding. */
function definition(
  { member, index }: BoundSymbol,
  r: Reference,
): Pick<Binding, "provider" | "providerVersion" | "how"> {
  const o = member.symbols!;
  const versym = o.versym(index);
  const version = o.isVersioned ? o.version(versym) : undefined;
  const number = versionNumber(versym);
  const isHidden = (versym & VERSYM.HIDDEN) !== 0;
  const how = (): BoundBy => {
    if (!version || number <= VERSYM.GLOBAL) return o.definesVersions ? "base" : "unversioned";
    return isHidden ? (r.version ? "hidden" : "oldest") : "default";
  };

  return { provider: member.object, providerVersion: version?.name ?? null, how: how() };
}

/** Uses of one symbol mostly have the same definition. */
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

function pushOnce(list: UnboundSymbol[], u: UnboundSymbol): void {
  const last = list.at(-1);
  if (last?.symbol !== u.symbol || last.version !== u.version) list.push(u);
}
