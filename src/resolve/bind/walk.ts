import { SHN, STT_LOPROC } from "../../spec/constants.js";
import { GlibcScope } from "./glibc-scope.js";
import { MuslScope } from "./musl-scope.js";
import { USED_BY } from "./references.js";
import type { RelocationClass } from "./relocation-class.js";
import type { ScopeMember, Reference, Scope } from "./scope.js";
import type { LibraryTree } from "../tree.js";

/** The order of a symbol's references. The first class is that of a symbol without relocations. */
const CLASSES: readonly RelocationClass[] = ["call", "got", "other", "copy"];

/** The lookup by a tree's rules, among these members. */
export function scopeOf(tree: LibraryTree, members: readonly ScopeMember[]): Scope {
  const { machine } = tree.root.elf.header;
  if (tree.rules === "glibc") return new GlibcScope(members, machine);
  return new MuslScope(members, tree.interpreter?.object ?? null, machine);
}

/** The references of an object, in the order of its symbols. A symbol that is used in several ways gives several. */
export function* references(
  member: ScopeMember,
  scope: Scope,
): Generator<{ readonly reference: Reference; readonly weak: boolean; readonly relocated: boolean }> {
  const { symbols } = member;
  if (!symbols) return;

  const { uses } = symbols;
  for (let index = 1; index < symbols.count; index++) {
    const used = uses[index]!;
    const relocated = used !== 0;
    // Where the number of symbols is only a bound, what stands behind the last one is no symbol.
    if (!relocated && !symbols.exact) continue;

    const s = symbols.symbol(index);
    if (!relocated && (s.shndx !== SHN.UNDEF || s.type >= STT_LOPROC)) continue;
    if (!scope.isLookedUp(s.binding, s.visibility)) continue;

    const named = symbols.lookupName(s.nameOffset);
    if (!named || named.text === "") continue;

    const found = symbols.isVersioned ? symbols.version(symbols.versym(index)) : undefined;
    const version = found && found.hash !== 0 ? found : undefined;
    const weak = scope.isWeak(s.binding, s.shndx);

    const classes = relocated ? CLASSES.filter((c) => used & USED_BY[c]) : CLASSES.slice(0, 1);
    for (const use of classes) {
      yield { reference: { from: member, index, ...named, version, use }, weak, relocated };
    }
  }
}
