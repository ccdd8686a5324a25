import { decodeText, viewOf } from "../../codec/bytes.js";
import { Sym, Verdef } from "../../codec/records.js";
import { readExactly } from "../../codec/source.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { NameBudget } from "../../image/strings.js";
import { versymTable, versionNumber } from "../../image/dynamic/versions.js";
import { VER_FLG, VERSYM } from "../../spec/constants.js";
import { type HashLookup, hashLookup, LookupName } from "./hash-lookup.js";
import { symbolUses } from "./references.js";

/** A version as ld.so compares it: by hash and name. */
export interface FoundVersion {
  readonly name: string;
  readonly hash: number;
  /** A need that only its very version satisfies (the highest bit of vna_other). */
  readonly exact: boolean;
  /** The file that a need names; null for a version that the object defines. */
  readonly file: string | null;
}

/** One record of .dynsym. */
export interface DynamicSymbol {
  readonly nameOffset: number;
  readonly binding: number;
  readonly type: number;
  /** STV_*, and all of st_other. */
  readonly visibility: number;
  readonly other: number;
  readonly shndx: number;
  /** Is st_value 0? */
  readonly isZero: boolean;
}

/** Bytes of names that are compared in one object, hundreds of times what any real file asks for. */
const MOST_COMPARED = 2 ** 30;

/** The dynamic symbols of an object as a loader has them in memory: read as a whole, decoded one by one. */
export class ObjectSymbols {
  readonly elf: ElfFile;
  /** Symbols, the null symbol included; an upper bound where `exact` is false. */
  readonly count: number;
  readonly exact: boolean;
  readonly find: HashLookup | undefined;
  /** Has the object versions, needed or defined? ld.so looks at .gnu.version only then. */
  readonly isVersioned: boolean;
  /** Does it define versions beside its base? */
  readonly definesVersions: boolean;
  readonly #records: DataView;
  readonly #strings: Uint8Array;
  readonly #versym: DataView | undefined;
  readonly #versions: ReadonlyMap<number, FoundVersion>;
  readonly #budget: NameBudget;
  #compared = 0;
  #uses: Uint8Array | undefined;

  /** @throws ElfError `TRUNCATED`, `MALFORMED`, `UNSAFE_INTEGER` */
  constructor(elf: ElfFile, xhash: boolean) {
    this.elf = elf;
    const table = elf.dynamicSymbols;
    const h = elf.header;
    this.count = table?.count ?? 0;
    this.exact = table?.exact ?? true;
    this.#records = viewOf(
      table
        ? readExactly(elf.source, table.offset, table.count * Sym.size(h.class), "the dynamic symbol table")
        : new Uint8Array(0),
    );
    this.#strings = table?.strings?.load() ?? new Uint8Array(0);
    this.find = table ? hashLookup(elf, xhash) : undefined;
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
    const c = this.elf.header.class;
    const v = this.#records;
    const le = this.elf.header.littleEndian;
    const at = index * Sym.size(c);
    const info = v.getUint8(at + Sym.offsetOf("info", c));
    const other = v.getUint8(at + Sym.offsetOf("other", c));
    const value = at + Sym.offsetOf("value", c);

    return {
      nameOffset: v.getUint32(at, le),
      binding: info >> 4,
      type: info & 15,
      visibility: other & 3,
      other,
      shndx: v.getUint16(at + Sym.offsetOf("shndx", c), le),
      isZero: v.getUint32(value, le) === 0 && (c === 32 || v.getUint32(value + 4, le) === 0),
    };
  }

  /** The bytes of a name, without NUL; undefined where st_name leads out of .dynstr. */
  nameBytes(nameOffset: number): Uint8Array | undefined {
    if (nameOffset >= this.#strings.length) return undefined;
    const end = this.#strings.indexOf(0, nameOffset);
    return end < 0 ? undefined : this.#strings.subarray(nameOffset, end);
  }

  isNamed(nameOffset: number, name: Uint8Array): boolean {
    const s = this.#strings;
    const end = nameOffset + name.length;
    if (end >= s.length || s[end] !== 0) return false;
    if ((this.#compared += name.length) > MOST_COMPARED) {
      fail("MALFORMED", "very many symbols have the same long name", {
        offset: this.elf.dynamicSymbols!.strings!.offset + nameOffset,
      });
    }
    for (let i = 0; i < name.length; i++) if (s[nameOffset + i] !== name[i]) return false;
    return true;
  }

  /** How relocations use each symbol ({@link USED_BY}). */
  get uses(): Uint8Array {
    return (this.#uses ??= symbolUses(this.elf, this.count));
  }

  /** The symbol's entry of .gnu.version; VER_NDX_GLOBAL where there is none. */
  versym(index: number): number {
    const v = this.#versym;
    return v && index * 2 + 2 <= v.byteLength ? v.getUint16(index * 2, this.elf.header.littleEndian) : VERSYM.GLOBAL;
  }

  /**
   * The version that an entry of .gnu.version means; undefined for none (local, global, a number that nothing
   * explains).
   */
  version(versym: number): FoundVersion | undefined {
    return this.#versions.get(versionNumber(versym));
  }

  lookupName(nameOffset: number): { readonly text: string; readonly name: LookupName } | undefined {
    const bytes = this.nameBytes(nameOffset);
    if (bytes) this.#budget.count(bytes.length);
    return bytes && { text: decodeText(bytes), name: new LookupName(bytes) };
  }
}

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

/** vd_hash, which ld.so compares before the name. */
export function definitionHash(elf: ElfFile, at: number): number {
  const e = elf.header;
  return Verdef.view(viewOf(readExactly(elf.source, at, Verdef.size(e.class), "DT_VERDEF")), 0, e).hash;
}

/** Is it the version of this name? */
export const isSameVersion = (a: FoundVersion | undefined, b: FoundVersion): boolean =>
  a !== undefined && a.hash === b.hash && a.name === b.name;
