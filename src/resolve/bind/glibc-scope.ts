import { SHN, STB, STT, STV, VERSYM } from "../../spec/constants.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { LOADING } from "../../spec/machines/lists/loading.js";
import { versionNumber } from "../../image/dynamic/versions.js";
import { type DynamicSymbol, type FoundVersion, isSameVersion, type ObjectSymbols } from "./object-symbols.js";
import type { LookupName } from "./hash-lookup.js";
import { USED_BY } from "./references.js";
import type { BoundSymbol, ScopeMember, Reference, Scope } from "./scope.js";

/** Symbol types that code or data have; a reference passes over others. */
const DEFINITIONS: ReadonlySet<number> = new Set([
  STT.NOTYPE,
  STT.OBJECT,
  STT.FUNC,
  STT.COMMON,
  STT.TLS,
  STT.GNU_IFUNC,
]);
/** The first number of a version that is not the oldest: 1 is the file's base, 2 what it had first. */
const SECOND_VERSION = 3;

const isLocal = (visibility: number): boolean => visibility === STV.HIDDEN || visibility === STV.INTERNAL;

interface Query {
  readonly name: LookupName;
  readonly version: FoundVersion | undefined;
  /** Undefined symbols with a value do not count. */
  readonly call: boolean;
  readonly copy: boolean;
}

/**
 * The lookup of glibc (elf/dl-lookup.c, as of 2.30 and later): objects in order, the first definition that matches. A
 * versioned reference takes its version, or a definition without one; an unversioned reference takes the base or oldest
 * version even where it is hidden, else the only public one.
 */
export class GlibcScope implements Scope {
  readonly members: readonly ScopeMember[];
  /** See `pltSymbol` of a machine's card. */
  readonly #pltSymbol: number | null;
  /** x86: a program's copy of a protected object counts as the object itself. */
  readonly #copiesProtected: boolean;
  readonly #unique = new Map<string, BoundSymbol>();

  constructor(members: readonly ScopeMember[], machine: number) {
    this.members = members;
    const card = cardOf(LOADING, machine);
    this.#pltSymbol = card?.pltSymbol ?? null;
    this.#copiesProtected = card?.copiesProtected ?? false;
  }

  isLookedUp(binding: number, visibility: number): boolean {
    return binding !== STB.LOCAL && !isLocal(visibility);
  }

  isWeak(binding: number): boolean {
    return binding === STB.WEAK;
  }

  find(r: Reference): BoundSymbol | undefined {
    const query: Query = { name: r.name, version: r.version, call: r.use === "call", copy: r.use === "copy" };
    const found =
      (r.from.isSymbolic ? this.#through([r.from], r, query) : undefined) ?? this.#through(this.members, r, query);
    return found && this.#protectedOne(r, query, found);
  }

  complaint(r: Reference): string {
    return `undefined symbol: ${r.text}${r.version ? `, version ${r.version.name}` : ""}`;
  }

  #through(
    members: readonly ScopeMember[],
    r: Reference,
    query: Query,
    skips?: (m: ScopeMember) => boolean,
  ): BoundSymbol | undefined {
    for (const member of members) {
      if ((query.copy && member === this.members[0]) || skips?.(member)) continue;
      const index = member.symbols ? this.match(member.symbols, query) : 0;
      if (index === 0) continue;
      const s = member.symbols!.symbol(index);
      if (isLocal(s.visibility)) continue;
      if (s.binding === STB.GLOBAL || s.binding === STB.WEAK) return { member, index };
      if (s.binding === STB.GNU_UNIQUE) return this.#uniqueOne(r, query, { member, index });
    }
    return undefined;
  }

  /** Of a unique symbol there is one for the whole process: the one that the first reference found. */
  #uniqueOne(r: Reference, query: Query, found: BoundSymbol): BoundSymbol {
    const known = this.#unique.get(r.text);
    if (!known) this.#unique.set(r.text, query.copy ? { member: r.from, index: r.index } : found);
    return known && !query.copy ? known : found;
  }

  /**
   * A protected definition is bound to itself, but for a function whose address is another place in the program, or an
   * object that the program has a copy of.
   */
  #protectedOne(r: Reference, query: Query, found: BoundSymbol): BoundSymbol {
    const own = r.from.symbols!.symbol(r.index);
    if (own.visibility !== STV.PROTECTED || found.member === r.from) return found;
    const self = { member: r.from, index: r.index };
    if (query.call) return self;
    const isCopied =
      this.#copiesProtected && own.type === STT.OBJECT && r.use === "got"
        ? (m: ScopeMember) => m === this.members[0] && m !== r.from && hasCopy(m, r.name)
        : undefined;
    return this.#through(this.members, r, { ...query, call: true }, isCopied)?.member === r.from ? found : self;
  }

  /** The index of the symbol that a lookup in one object gives, 0 for none. */
  match(o: ObjectSymbols, q: Query): number {
    let taken = 0;
    let publicOne = 0;
    let publicOnes = 0;
    o.find?.(q.name, (index) => {
      if (index >= o.count) return false;

      const s = o.symbol(index);
      if (!this.#isDefinition(s, q) || !o.isNamed(s.nameOffset, q.name.bytes)) return false;

      const versym = o.versym(index);
      const number = versionNumber(versym);
      const isHidden = (versym & VERSYM.HIDDEN) !== 0;

      if (q.version) {
        const version = o.isVersioned ? o.version(versym) : undefined;
        if (
          o.isVersioned &&
          !isSameVersion(version, q.version) &&
          (q.version.exact || (version?.hash ?? 0) !== 0 || isHidden)
        ) {
          return false;
        }
      } else if (o.isVersioned && number >= SECOND_VERSION) {
        if (!isHidden && publicOnes++ === 0) publicOne = index;
        return false;
      }

      taken = index;
      return true;
    });

    return taken || (publicOnes === 1 ? publicOne : 0);
  }

  #isDefinition(s: DynamicSymbol, q: Query): boolean {
    if (s.isZero && s.shndx !== SHN.ABS && s.type !== STT.TLS) return false;
    if (s.shndx === SHN.UNDEF && (q.call || (this.#pltSymbol !== null && !(s.other & this.#pltSymbol)))) return false;
    return DEFINITIONS.has(s.type);
  }
}

/** Does the program have its own copy of this object? Then its symbol is defined there. */
function hasCopy({ symbols }: ScopeMember, name: LookupName): boolean {
  let copied = false;
  symbols?.find?.(name, (index) => {
    const s = index < symbols.count ? symbols.symbol(index) : undefined;
    copied =
      s !== undefined && symbols.isNamed(s.nameOffset, name.bytes) && (symbols.uses[index]! & USED_BY.copy) !== 0;
    return copied;
  });
  return copied;
}
