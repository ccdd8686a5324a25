import { gnuHash, sysvHash } from "../../codec/hash.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { gnuHashTable, mipsHashTable, sysvHashTable } from "../../image/dynamic/hash.js";
import { GnuHashWords, SysvHashWords } from "../../image/dynamic/hash-words.js";

/** A name that is looked up, hashed once for all objects. */
export class LookupName {
  readonly bytes: Uint8Array;
  readonly gnu: number;
  #sysv: number | undefined;
  #key: string | undefined;

  /** @param bytes without the terminating NUL */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.gnu = gnuHash(bytes);
  }
  get sysv(): number {
    return (this.#sysv ??= sysvHash(this.bytes));
  }
  /** The same text for the same bytes, and for no others. */
  get key(): string {
    return (this.#key ??= keyOf(this.bytes));
  }
}

function keyOf(bytes: Uint8Array): string {
  let key = "";
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
}

/**
 * Visits the symbols whose hash may be that of a name, in the order in which a loader meets them. It stops when `visit`
 * returns true.
 */
export type HashLookup = (name: LookupName, visit: (symbol: number) => boolean) => void;

/** The steps along the chains of one object. A table that takes more is not a working hash table but a trap. */
const MOST_STEPS = 2 ** 29;

/** Counts the symbols and entries that lookups in one object come by. */
export class Steps {
  count = 0;
  readonly #offset: number;

  /** @param offset of the symbol table in the file, for messages */
  constructor(offset: number) {
    this.#offset = offset;
  }

  /** @throws ElfError `MALFORMED` at one too many */
  add(): void {
    if (++this.count > MOST_STEPS) this.leadNowhere();
  }

  /** @throws ElfError `MALFORMED` */
  leadNowhere(): never {
    return fail("MALFORMED", "the chains of the symbol hash table lead nowhere", { offset: this.#offset });
  }
}

/** The bytes of a symbol's name; undefined where it has none. */
export type NameOf = (symbol: number) => Uint8Array | undefined;

/**
 * The lookup through an object's hash table, as loaders do it: DT_GNU_HASH if there is one (for glibc also
 * DT_MIPS_XHASH), else DT_HASH. Undefined for an object without a hash table, in which nothing is ever found.
 *
 * @throws ElfError `TRUNCATED`, `MALFORMED`
 */
export function hashLookup(elf: ElfFile, xhash: boolean, nameOf: NameOf, steps: Steps): HashLookup | undefined {
  const gnu = gnuHashTable(elf);
  const table = gnu ?? (xhash ? mipsHashTable(elf) : undefined);
  if (!table) return sysvLookup(elf, nameOf, steps);
  if (table.symbols === undefined || table.buckets === 0) return undefined;

  return gnuLookup(new GnuHashWords(elf, table, !gnu), nameOf, steps);
}

function gnuLookup(table: GnuHashWords, nameOf: NameOf, steps: Steps): HashLookup {
  const long = new LongChains(table.count, () => gnuNames(table, nameOf), steps);

  return (name, visit) => {
    const { gnu: hash } = name;
    if (!table.mayHold(hash)) return;

    long.lookUp(name, visit, function* () {
      for (let i = table.startOf(hash); i >= 0 && i < table.count; i++) {
        yield table.hasHash(i, hash) ? table.symbolAt(i) : undefined;
        if (table.isLast(i)) return;
      }
    });
  };
}

function sysvLookup(elf: ElfFile, nameOf: NameOf, steps: Steps): HashLookup | undefined {
  const found = sysvHashTable(elf);
  if (!found || found.buckets === 0) return undefined;

  const table = new SysvHashWords(elf, found);
  const { buckets, symbols } = table;
  const long = new LongChains(symbols, () => sysvNames(table, nameOf) ?? steps.leadNowhere(), steps);

  return (name, visit) =>
    long.lookUp(name, visit, function* () {
      let symbol = table.first(name.sysv % buckets);
      // A chain that is longer than the table runs in a circle.
      for (let left = symbols; symbol !== 0 && symbol < symbols && left > 0; left--) {
        yield symbol;
        symbol = table.next(symbol);
      }
    });
}

/** Symbols by their names ({@link LookupName.key}), as a lookup through the table comes by them. */
type Names = ReadonlyMap<string, readonly number[]>;

/** Longer chains are found in no table that a linker makes. */
const LONG_CHAIN = 64;

/**
 * Lookups in a table whose chains may be very long: all symbols in one make every lookup a walk over all of them. When
 * the walks have cost as much as the table has symbols, it is read once, and each name has its symbols from then on.
 */
class LongChains {
  readonly #symbols: number;
  readonly #read: () => Names;
  readonly #steps: Steps;
  #excess = 0;
  #names: Names | undefined;

  constructor(symbols: number, read: () => Names, steps: Steps) {
    this.#symbols = symbols;
    this.#read = read;
    this.#steps = steps;
  }

  /** @param chain the symbols that may have the name, with undefined for each step to one that has not */
  lookUp(name: LookupName, visit: (symbol: number) => boolean, chain: () => Iterable<number | undefined>): void {
    if (this.#excess > this.#symbols) this.#names ??= this.#read();

    const before = this.#steps.count;
    for (const symbol of this.#names ? (this.#names.get(name.key) ?? []) : chain()) {
      this.#steps.add();
      if (symbol !== undefined && visit(symbol)) break;
    }
    this.#excess += Math.max(0, this.#steps.count - before - LONG_CHAIN);
  }
}

function gnuNames(table: GnuHashWords, nameOf: NameOf): Names {
  const names = new Map<string, number[]>();
  for (let entry = 0; entry < table.count; entry++) {
    const symbol = table.symbolAt(entry);
    const name = nameOf(symbol);
    if (name && table.isFound(entry, gnuHash(name))) add(names, name, symbol);
  }
  return names;
}

/** Undefined where chains run in a circle or into each other. */
function sysvNames(table: SysvHashWords, nameOf: NameOf): Names | undefined {
  const names = new Map<string, number[]>();
  const fault = table.walk((symbol, bucket) => {
    const name = nameOf(symbol);
    if (name && sysvHash(name) % table.buckets === bucket) add(names, name, symbol);
  });
  return fault === undefined ? names : undefined;
}

function add(names: Map<string, number[]>, name: Uint8Array, symbol: number): void {
  const key = keyOf(name);
  const known = names.get(key);
  if (known) known.push(symbol);
  else names.set(key, [symbol]);
}
