import { SHN, STT_LOPROC } from "../../spec/constants.js";
import { GlibcScope } from "./glibc-scope.js";
import { MuslScope } from "./musl-scope.js";
import { USED_BY } from "./references.js";
import type { RelocationClass } from "./relocation-class.js";
import type { ScopeMember, Reference, Scope } from "./scope.js";
import type { LibraryTree } from "../tree.js";

const CLASSES: readonly RelocationClass[] = ["call", "got", "other", "copy"];

/** The lookup by a tree's rules, among these members. */
export const scopeOf = (tree: LibraryTree, members: readonly ScopeMember[]): Scope => {
  const { machine } = tree.root.elf.header;
  return tree.rules === "glibc"
    ? new GlibcScope(members, machine)
    : new MuslScope(members, tree.interpreter?.object ?? null, machine);
};

/** The references of an object, in the order of its symbols; a symbol that is used in several ways gives several. */
export function* references(
  member: ScopeMember,
  scope: Scope,
): Generator<{ readonly reference: Reference; readonly weak: boolean; readonly relocated: boolean }> {
  const o = member.symbols;
  if (!o) return;

  const { uses } = o;
  for (let index = 1; index < o.count; index++) {
    const used = uses[index]!;
    // Where the number of symbols is only a bound, what stands behind the last one is no symbol.
    if (used === 0 && !o.exact) continue;

    const s = o.symbol(index);
    if ((used === 0 && (s.shndx !== SHN.UNDEF || s.type >= STT_LOPROC)) || !scope.isLookedUp(s.binding, s.visibility)) {
      continue;
    }

    const named = o.lookupName(s.nameOffset);
    if (!named || named.text === "") continue;

    const version = o.isVersioned ? o.version(o.versym(index)) : undefined;
    const asked = version && version.hash !== 0 ? version : undefined;
    const weak = scope.isWeak(s.binding, s.shndx);

    for (const use of used === 0 ? CLASSES.slice(0, 1) : CLASSES.filter((u) => used & USED_BY[u])) {
      yield { reference: { from: member, index, ...named, version: asked, use }, weak, relocated: used !== 0 };
    }
  }
}
