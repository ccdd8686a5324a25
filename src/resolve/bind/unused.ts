import { references, scopeOf } from "./walk.js";
import { attemptObject, type BindProblem, type ScopeMember, membersOf, type Scope } from "./scope.js";
import type { Edge, LibraryTree, LoadedObject } from "../tree.js";

/** What an object's list of needed libraries has too many and too few. */
export interface LibraryUse {
  readonly object: LoadedObject;
  /**
   * DT_NEEDED entries whose library defines none of the symbols that the object is bound to. It may still count for
   * what its constructors do.
   */
  readonly unused: readonly Edge[];
  /** Libraries that it takes symbols from without naming them: they are there because something else needs them. */
  readonly undeclared: readonly { readonly library: LoadedObject; readonly symbols: readonly string[] }[];
}

/** {@link unusedLibraries} */
export interface UnusedOptions {
  /** The objects that are looked at. Default: the root alone, as `ldd -u` does. */
  readonly of?: Iterable<LoadedObject>;
}

/**
 * Compares the libraries that an object names in DT_NEEDED with those that its symbols are bound to. `ldd -u` tells the
 * unused ones of a program too, but without LD_BIND_NOW it takes no notice of functions that are bound at their first
 * call, and so calls libraries unused that are not.
 *
 * Undeclared are libraries that give it a symbol which it asks for strongly and which neither itself, nor the program,
 * nor a library that it does name has. The loader itself, which is always there, does not count.
 */
export function unusedLibraries(tree: LibraryTree, options: UnusedOptions = {}): LibraryUse[] {
  const problems: BindProblem[] = [];
  const members = membersOf(tree, problems);
  const scope = scopeOf(tree, members);
  const of = new Set(options.of ?? [tree.root]);
  return members.flatMap((m) =>
    of.has(m.object) && m.symbols ? (attemptObject(m.object, problems, () => useOf(m, tree, scope)) ?? []) : [],
  );
}

function useOf(member: ScopeMember, tree: LibraryTree, scope: Scope): LibraryUse {
  const { object } = member;
  const used = new Set<LoadedObject>();
  const declared = new Set(object.needs.map((e) => e.object));
  const undeclared = new Map<LoadedObject, Set<string>>();
  const own = scopeOf(
    tree,
    scope.members.filter((m) => m === member || declared.has(m.object)),
  );
  const isExpected = (o: LoadedObject) =>
    o === object ||
    o === tree.root ||
    o === tree.interpreter?.object ||
    declared.has(o) ||
    tree.preloads.some((e) => e.object === o);

  for (const { reference: r, weak, relocated } of references(member, scope)) {
    const provider = relocated ? scope.find(r)?.member.object : undefined;
    if (!provider) continue;
    used.add(provider);
    if (weak || isExpected(provider) || own.find({ ...r, use: r.use === "copy" ? "call" : r.use })) continue;
    const symbols = undeclared.get(provider) ?? new Set();
    undeclared.set(provider, symbols.add(r.text));
  }

  return {
    object,
    unused: object.needs.filter((e) => e.tag === undefined && e.object !== null && !used.has(e.object)),
    undeclared: [...undeclared].map(([library, symbols]) => ({ library, symbols: [...symbols] })),
  };
}
