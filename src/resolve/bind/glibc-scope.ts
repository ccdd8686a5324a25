import { SHN, STB, STT, STV, VERSYM } from "../../spec/constants.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { LOADING } from "../../spec/machines/lists/loading.js";
import { versionNumber } from "../../image/dynamic/versions.js";
import { type DynamicSymbol, type FoundVersion, isSameVersion, type ObjectSymbols } from "./object-symbols.js";
import type { LookupName } from "./hash-lookup.js";
import { USED_BY } from "./references.js";
import type { BoundSymbol, ScopeMember, Reference, Scope } from "./scope.js";

/** The symbol types of code and data. A reference passes over all others. */
const DEFINITIONS: ReadonlySet<number> = /* @__PURE__ */ new Set([
  STT.NOTYPE,
  STT.OBJECT,
  STT.FUNC,
  STT.COMMON,
  STT.TLS,
  STT.GNU_IFUNC,
]);
/** The number of the second version: 1 is the file's base, 2 its oldest version. */
const SECOND_VERSION = 3;

const isLocal = (visibility: number): boolean => visibility === STV.HIDDEN || visibility === STV.INTERNAL;

/** What one lookup asks of an object. */
interface Query {
  readonly name: LookupName;
  readonly version: FoundVersion | undefined;
  /** Undefined symbols that have a value do not count. */
  readonly call: boolean;
  /** The program itself is passed over. */
  readonly copy: boolean;
}

/**
 * The lookup of glibc (elf/dl-lookup.c, as of 2.30 and later): the first definition that matches, in the order of the
 * objects. A versioned reference takes its version, or a definition without version. An unversioned reference takes the
 * base or the oldest version, even if it is hidden, else the only public one.
 */
export class GlibcScope implements Scope {
  readonly members: readonly ScopeMember[];
  /** See `pltSymbol` of a machine's card. */
  readonly #pltSymbol: number | null;
  /** x86: a program's copy of a protected object counts as the object itself. */
  readonly #copiesProtected: boolean;
  /** The definition of each unique symbol, by name. */
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
    const own = r.from.isSymbolic ? this.#findIn([r.from], r, query) : undefined;
    const found = own ?? this.#findIn(this.members, r, query);
    return found && this.#protectedOne(r, query, found);
  }

  complaint(r: Reference): string {
    return `undefined symbol: ${r.text}${r.version ? `, version ${r.version.name}` : ""}`;
  }

  #findIn(
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

  /** A unique symbol has one definition in the whole process: the one that the first reference found. */
  #uniqueOne(r: Reference, query: Query, found: BoundSymbol): BoundSymbol {
    const known = this.#unique.get(r.text);
    if (!known) this.#unique.set(r.text, query.copy ? { member: r.from, index: r.index } : found);
    return known && !query.copy ? known : found;
  }

  /**
   * A protected definition is bound to itself. The exceptions are a function whose address is another place in the
   * program, and an object that the program has a copy of.
   */
  #protectedOne(r: Reference, query: Query, found: BoundSymbol): BoundSymbol {
    const own = r.from.symbols!.symbol(r.index);
    if (own.visibility !== STV.PROTECTED || found.member === r.from) return found;

    const self = { member: r.from, index: r.index };
    if (query.call) return self;

    const mayBeCopied = this.#copiesProtected && own.type === STT.OBJECT && r.use === "got";
    const isCopied = mayBeCopied
      ? (m: ScopeMember) => m === this.members[0] && m !== r.from && hasCopy(m, r.name)
      : undefined;
    const definition = this.#findIn(this.members, r, { ...query, call: true }, isCopied);
    return definition?.member === r.from ? found : self;
  }

  /** The index of the symbol that a lookup in one object gives, 0 for none. */
  match(symbols: ObjectSymbols, query: Query): number {
    const { name, version, call } = query;
    const question = () => `${call} ${version?.exact} ${version?.hash} ${version?.name}\n${name.key}`;
    return symbols.remembered(question, () => this.#look(symbols, query));
  }

  #look(symbols: ObjectSymbols, query: Query): number {
    const { name, version: wanted } = query;
    let taken = 0;
    let publicOne = 0;
    let publicOnes = 0;

    symbols.find?.(name, (index) => {
      if (index >= symbols.count) return false;

      const s = symbols.symbol(index);
      if (!this.#isDefinition(s, query) || !symbols.isNamed(s.nameOffset, name.bytes)) return false;

      const versym = symbols.versym(index);
      const isHidden = (versym & VERSYM.HIDDEN) !== 0;

      if (symbols.isVersioned && wanted) {
        const version = symbols.version(versym);
        const isOther = wanted.exact || (version?.hash ?? 0) !== 0 || isHidden;
        if (isOther && !isSameVersion(version, wanted)) return false;
      } else if (symbols.isVersioned && versionNumber(versym) >= SECOND_VERSION) {
        if (!isHidden && publicOnes++ === 0) publicOne = index;
        return false;
      }

      taken = index;
      return true;
    });

    if (taken !== 0) return taken;
    return publicOnes === 1 ? publicOne : 0;
  }

  #isDefinition(s: DynamicSymbol, query: Query): boolean {
    if (s.isZero && s.shndx !== SHN.ABS && s.type !== STT.TLS) return false;
    if (s.shndx === SHN.UNDEF) {
      const isReserved = this.#pltSymbol !== null && !(s.other & this.#pltSymbol);
      if (query.call || isReserved) return false;
    }
    return DEFINITIONS.has(s.type);
  }
}

/** Does the program have its own copy of this object? Then the program defines the object's symbol. */
function hasCopy({ symbols }: ScopeMember, name: LookupName): boolean {
  if (!symbols) return false;

  const copy = symbols.remembered(
    () => `copy\n${name.key}`,
    () => symbols.firstNamed(name, (index) => (symbols.uses[index]! & USED_BY.copy) !== 0),
  );
  return copy !== 0;
}
