import { references, scopeOf } from "./walk.js";
import { attemptObject, type BindProblem, type ScopeMember, membersOf, type Scope } from "./scope.js";
import type { Edge, LibraryTree, LoadedObject } from "../tree.js";
import { assertOptions, assertTree } from "../../input.js";

/** The libraries that an object needs without use, and those that it uses without need. */
export interface LibraryUse {
  readonly object: LoadedObject;
  /**
   * DT_NEEDED entries whose library defines none of the symbols that the object is bound to. The object may still rely
   * on what the library's constructors do.
   */
  readonly unused: readonly Edge[];
  /** Libraries whose symbols the object uses without naming them: they are loaded because something else needs them. */
  readonly undeclared: readonly { readonly library: LoadedObject; readonly symbols: readonly string[] }[];
}

/** Options of {@link unusedLibraries}. */
export interface UnusedOptions {
  /** The objects to look at. Default: the root alone, as `ldd -u` does. */
  readonly of?: Iterable<LoadedObject> | undefined;
}

/**
 * Compares the libraries that an object names in DT_NEEDED with those that its symbols are bound to. `ldd -u` tells the
 * unused libraries of a program too. But without LD_BIND_NOW it overlooks functions that are bound at their first call,
 * and so calls libraries unused that are not.
 *
 * A library is undeclared if it defines a symbol that the object asks for strongly, and that is defined neither by the
 * object itself, nor by the program, nor by a library that the object names. The loader does not count: it is always
 * there.
 */
export function unusedLibraries(tree: LibraryTree, options: UnusedOptions = {}): LibraryUse[] {
  assertTree("unusedLibraries", tree);
  assertOptions<UnusedOptions>("unusedLibraries", options, { of: true });

  const problems: BindProblem[] = [];
  const members = membersOf(tree, problems);
  const scope = scopeOf(tree, members);
  const wanted = new Set(options.of ?? [tree.root]);

  return members.flatMap((m) => {
    if (!wanted.has(m.object) || !m.symbols) return [];
    return attemptObject(m.object, problems, () => useOf(m, tree, scope)) ?? [];
  });
}

function useOf(member: ScopeMember, tree: LibraryTree, scope: Scope): LibraryUse {
  const { object } = member;
  const declared = new Set(object.needs.map((e) => e.object));
  const ownMembers = scope.members.filter((m) => m === member || declared.has(m.object));
  const ownScope = scopeOf(tree, ownMembers);
  const isExpected = (o: LoadedObject) =>
    o === object ||
    o === tree.root ||
    o === tree.interpreter?.object ||
    declared.has(o) ||
    tree.preloads.some((e) => e.object === o);

  const used = new Set<LoadedObject>();
  const undeclared = new Map<LoadedObject, Set<string>>();
  for (const { reference: r, weak, relocated } of references(member, scope)) {
    const provider = relocated ? scope.find(r)?.member.object : undefined;
    if (!provider) continue;

    used.add(provider);
    if (weak || isExpected(provider)) continue;

    // A lookup for a copy would pass over the first object, which here need not be the program.
    const use = r.use === "copy" ? "call" : r.use;
    if (ownScope.find({ ...r, use })) continue;

    const symbols = undeclared.get(provider) ?? new Set();
    undeclared.set(provider, symbols.add(r.text));
  }

  return {
    object,
    unused: object.needs.filter((e) => e.tag === undefined && e.object !== null && !used.has(e.object)),
    undeclared: [...undeclared].map(([library, symbols]) => ({ library, symbols: [...symbols] })),
  };
}
