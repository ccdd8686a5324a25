import { decodeText, viewOf } from "../../codec/bytes.js";
import { Sym, Verdef } from "../../codec/records.js";
import { readExactly } from "../../codec/source.js";
import { fail } from "../../error.js";
import type { ElfFile, SymbolTable } from "../../image/elf.js";
import { NameBudget } from "../../image/strings.js";
import { versymTable, versionNumber } from "../../image/dynamic/versions.js";
import { VER_FLG, VERSYM } from "../../spec/constants.js";
import { type HashLookup, hashLookup, LookupName, Steps } from "./hash-lookup.js";
import { symbolUses } from "./references.js";

/** A version as ld.so compares it: by hash and name. */
export interface FoundVersion {
  readonly name: string;
  readonly hash: number;
  /** Only a definition of this very version satisfies the need (the highest bit of vna_other). */
  readonly exact: boolean;
  /** The file that a need names; null for a version that the object defines. */
  readonly file: string | null;
}

/** One record of .dynsym. */
export interface DynamicSymbol {
  readonly nameOffset: number;
  readonly binding: number;
  readonly type: number;
  /** STV_*, the lowest bits of st_other. */
  readonly visibility: number;
  /** All of st_other. */
  readonly other: number;
  readonly shndx: number;
  /** Is st_value 0? */
  readonly isZero: boolean;
}

/** The bytes of names that are compared in one object at most: hundreds of times what any real file asks for. */
const MOST_COMPARED = 2 ** 30;

/** A lookup that costs more is remembered. */
const MANY_STEPS = 64;

/** The dynamic symbols of an object as a loader has them in memory: read as a whole, decoded one by one. */
export class ObjectSymbols {
  readonly elf: ElfFile;
  /** The number of symbols, the null symbol included; an upper bound if `exact` is false. */
  readonly count: number;
  readonly exact: boolean;
  /** Undefined for an object without a hash table. */
  readonly find: HashLookup | undefined;
  /** What lookups in this object have cost. */
  readonly steps: Steps;
  /** Does the object need or define versions? Only then does ld.so look at .gnu.version. */
  readonly isVersioned: boolean;
  /** Does the object define versions besides its base? */
  readonly definesVersions: boolean;
  readonly #records: DataView;
  readonly #strings: Uint8Array;
  readonly #versym: DataView | undefined;
  readonly #versions: ReadonlyMap<number, FoundVersion>;
  readonly #budget: NameBudget;
  /** The answers of lookups that came by very many symbols of one name. */
  readonly #costly = new Map<string, number>();
  #compared = 0;
  #uses: Uint8Array | undefined;

  /** @throws ElfError `TRUNCATED`, `MALFORMED`, `UNSAFE_INTEGER` */
  constructor(elf: ElfFile, xhash: boolean) {
    this.elf = elf;

    const table = elf.dynamicSymbols;
    this.count = table?.count ?? 0;
    this.exact = table?.exact ?? true;
    this.#records = viewOf(table ? recordBytes(elf, table) : new Uint8Array(0));
    this.#strings = table?.strings?.load() ?? new Uint8Array(0);
    this.steps = new Steps(table?.offset ?? 0);
    this.find = table ? hashLookup(elf, xhash, this.#nameOf(), this.steps) : undefined;

    const defined = elf.versionDefinitions;
    const needed = elf.versionNeeds;
    const versym = versymTable(elf);
    this.isVersioned = versym !== undefined && defined.length + needed.length > 0;
    this.definesVersions = defined.some((d) => !(d.flags & VER_FLG.BASE));
    this.#versym = versym && viewOf(readExactly(elf.source, versym.offset, versym.count * 2, ".gnu.version"));
    this.#versions = versionTable(elf);

    this.#budget = new NameBudget(table?.strings);
  }

  symbol(index: number): DynamicSymbol {
    const { class: bits, littleEndian } = this.elf.header;
    const v = this.#records;
    const at = index * Sym.size(bits);
    const info = v.getUint8(at + Sym.offsetOf("info", bits));
    const other = v.getUint8(at + Sym.offsetOf("other", bits));
    const value = at + Sym.offsetOf("value", bits);

    return {
      nameOffset: v.getUint32(at, littleEndian),
      binding: info >> 4,
      type: info & 15,
      visibility: other & 3,
      other,
      shndx: v.getUint16(at + Sym.offsetOf("shndx", bits), littleEndian),
      isZero: v.getUint32(value, littleEndian) === 0 && (bits === 32 || v.getUint32(value + 4, littleEndian) === 0),
    };
  }

  /** The bytes of a name without its NUL; undefined if st_name leads out of .dynstr. */
  nameBytes(nameOffset: number): Uint8Array | undefined {
    if (nameOffset >= this.#strings.length) return undefined;
    const end = this.#strings.indexOf(0, nameOffset);
    return end < 0 ? undefined : this.#strings.subarray(nameOffset, end);
  }

  /** The names of all symbols, for a hash table whose chains are very long. */
  #nameOf(): (index: number) => Uint8Array | undefined {
    const budget = new NameBudget(this.elf.dynamicSymbols?.strings);
    return (index) => {
      const name = index < this.count ? this.nameBytes(this.symbol(index).nameOffset) : undefined;
      budget.count(name?.length ?? 0);
      return name;
    };
  }

  /**
   * The answer of `look`, a symbol's index, to a question that is put in words. It is remembered where it came by very
   * many symbols, which all have the name.
   */
  remembered(question: () => string, look: () => number): number {
    const known = this.#costly.size > 0 ? this.#costly.get(question()) : undefined;
    if (known !== undefined) return known;

    const before = this.steps.count;
    const answer = look();
    if (this.steps.count - before > MANY_STEPS) this.#costly.set(question(), answer);
    return answer;
  }

  /** The first symbol of a name that passes a test, in the order of the lookup; 0 for none. */
  firstNamed(name: LookupName, test: (index: number) => boolean): number {
    let found = 0;
    this.find?.(name, (index) => {
      if (index >= this.count || !this.isNamed(this.symbol(index).nameOffset, name.bytes) || !test(index)) return false;

      found = index;
      return true;
    });
    return found;
  }

  isNamed(nameOffset: number, name: Uint8Array): boolean {
    const strings = this.#strings;
    const end = nameOffset + name.length;
    if (end >= strings.length || strings[end] !== 0) return false;

    this.#compared += name.length;
    if (this.#compared > MOST_COMPARED) {
      fail("MALFORMED", "very many symbols have the same long name", {
        offset: this.elf.dynamicSymbols!.strings!.offset + nameOffset,
      });
    }

    for (let i = 0; i < name.length; i++) if (strings[nameOffset + i] !== name[i]) return false;
    return true;
  }

  /** How relocations use each symbol ({@link USED_BY}). */
  get uses(): Uint8Array {
    return (this.#uses ??= symbolUses(this.elf, this.count));
  }

  /** The symbol's entry of .gnu.version; VER_NDX_GLOBAL if it has none. */
  versym(index: number): number {
    const v = this.#versym;
    if (!v || index * 2 + 2 > v.byteLength) return VERSYM.GLOBAL;
    return v.getUint16(index * 2, this.elf.header.littleEndian);
  }

  /**
   * The version that an entry of .gnu.version means; undefined for none (local, global, or a number that no need or
   * definition has).
   */
  version(versym: number): FoundVersion | undefined {
    return this.#versions.get(versionNumber(versym));
  }

  /** The name at this offset as text, and hashed; undefined if st_name leads out of .dynstr. */
  lookupName(nameOffset: number): { readonly text: string; readonly name: LookupName } | undefined {
    const bytes = this.nameBytes(nameOffset);
    if (!bytes) return undefined;

    this.#budget.count(bytes.length);
    return { text: decodeText(bytes), name: new LookupName(bytes) };
  }
}

const recordBytes = (elf: ElfFile, { offset, count }: Pick<SymbolTable, "offset" | "count">): Uint8Array =>
  readExactly(elf.source, offset, count * Sym.size(elf.header.class), "the dynamic symbol table");

/** Versions by number, as _dl_check_map_versions keeps them: definitions over needs, without the base's name. */
function versionTable(elf: ElfFile): Map<number, FoundVersion> {
  const out = new Map<number, FoundVersion>();
  for (const n of elf.versionNeeds) {
    for (const v of n.versions) {
      out.set(versionNumber(v.index), {
        name: v.name,
        hash: v.hash,
        exact: (v.index & VERSYM.HIDDEN) !== 0,
        file: n.file,
      });
    }
  }

  for (const d of elf.versionDefinitions) {
    const name = d.names[0];
    if (name === undefined || d.flags & VER_FLG.BASE) continue;
    out.set(versionNumber(d.index), { name, hash: definitionHash(elf, d.at), exact: false, file: null });
  }

  return out;
}

/** vd_hash of the definition at a file offset. ld.so compares it before the name. */
export function definitionHash(elf: ElfFile, at: number): number {
  const record = readExactly(elf.source, at, Verdef.size(elf.header.class), "DT_VERDEF");
  return Verdef.view(viewOf(record), 0, elf.header).hash;
}

/** Versions are the same if both hash and name are. */
export const isSameVersion = (a: FoundVersion | undefined, b: FoundVersion): boolean =>
  a !== undefined && a.hash === b.hash && a.name === b.name;
