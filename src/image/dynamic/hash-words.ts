import { viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { readExactly } from "../../codec/source.js";
import { hashEntrySize } from "../../spec/machines.js";
import type { ElfFile } from "../elf.js";
import type { GnuHashTable, SysvHashTable } from "./hash.js";

function readWords(elf: ElfFile, offset: number, count: number, what: string): Uint32Array {
  const v = viewOf(readExactly(elf.source, offset, count * 4, what));
  const le = elf.header.littleEndian;
  const out = new Uint32Array(count);
  for (let i = 0; i < count; i++) out[i] = v.getUint32(i * 4, le);
  return out;
}

/**
 * All words of a DT_GNU_HASH or DT_MIPS_XHASH. Its entries stand in a row, which buckets cut into chains: one for each
 * symbol from `symoffset` on.
 */
export class GnuHashWords {
  /** The number of entries. */
  readonly count: number;
  readonly #first: number;
  readonly #bits: 32 | 64;
  readonly #littleEndian: boolean;
  readonly #shift: number;
  readonly #bloom: Uint32Array;
  readonly #buckets: Uint32Array;
  readonly #chains: Uint32Array;
  readonly #symbols: Uint32Array | undefined;
  #starts: Uint32Array | undefined;

  /**
   * @param translated the table is a DT_MIPS_XHASH, which has the symbols' indexes behind its chains
   * @throws ElfError `TRUNCATED`
   */
  constructor(elf: ElfFile, table: GnuHashTable, translated: boolean) {
    const { first, symbols = first, chainsOffset, buckets } = table;
    const what = "DT_GNU_HASH";
    this.count = symbols - first;
    this.#first = first;
    this.#bits = elf.header.class;
    this.#littleEndian = elf.header.littleEndian;
    this.#shift = table.shift;
    this.#bloom = readWords(elf, table.offset + 16, (table.bloomWords * wordSize(elf.header)) / 4, what);
    this.#buckets = readWords(elf, chainsOffset - buckets * 4, buckets, what);
    this.#chains = readWords(elf, chainsOffset, this.count, what);
    if (translated) this.#symbols = readWords(elf, chainsOffset + this.count * 4, this.count, "DT_MIPS_XHASH");
  }

  /** May a symbol of this hash be there, as the Bloom filter says? */
  mayHold(hash: number): boolean {
    const halves = this.#bits / 32;
    const word = (Math.floor(hash / this.#bits) & (this.#bloom.length / halves - 1)) >>> 0;
    const hasBit = (bit: number) => {
      const isSecond = halves === 2 && bit < 32 !== this.#littleEndian;
      return ((this.#bloom[word * halves + (isSecond ? 1 : 0)]! >>> (bit & 31)) & 1) === 1;
    };
    return hasBit(hash % this.#bits) && hasBit((hash >>> this.#shift) % this.#bits);
  }

  /** The first entry of the hash's bucket; outside `0..count` where the bucket is empty or leads nowhere. */
  startOf(hash: number): number {
    return this.#buckets[hash % this.#buckets.length]! - this.#first;
  }

  /** Has the entry this hash? Its lowest bit is not part of it. */
  hasHash(entry: number, hash: number): boolean {
    return (this.#chains[entry]! | 1) === (hash | 1);
  }

  /** Is the entry the last one of its chain? */
  isLast(entry: number): boolean {
    return (this.#chains[entry]! & 1) === 1;
  }

  symbolAt(entry: number): number {
    return this.#symbols ? this.#symbols[entry]! : entry + this.#first;
  }

  /** Does a lookup of this hash come by the entry? It takes no walk. */
  isFound(entry: number, hash: number): boolean {
    const start = this.startOf(hash);
    const inChain = start <= entry && start >= this.#chainStarts[entry]!;
    return inChain && this.hasHash(entry, hash) && this.mayHold(hash);
  }

  /** For each entry the one behind the end of the chain before: who starts between them comes by it. */
  get #chainStarts(): Uint32Array {
    if (!this.#starts) {
      this.#starts = new Uint32Array(this.count);
      for (let i = 1; i < this.count; i++) this.#starts[i] = this.isLast(i - 1) ? i : this.#starts[i - 1]!;
    }
    return this.#starts;
  }
}

/** All words of a DT_HASH. */
export class SysvHashWords {
  readonly buckets: number;
  /** nchain. */
  readonly symbols: number;
  readonly #words: Uint32Array;
  /** Are entries of 8 bytes? Then the words of each are the high and the low one, or the other way round. */
  readonly #isWide: boolean;
  readonly #low: 0 | 1;

  /** @throws ElfError `TRUNCATED` */
  constructor(elf: ElfFile, { offset, size, buckets, symbols }: SysvHashTable) {
    this.buckets = buckets;
    this.symbols = symbols;
    this.#words = readWords(elf, offset, size / 4, "DT_HASH");
    this.#isWide = hashEntrySize(elf.header.machine, elf.header.class) === 8;
    this.#low = elf.header.littleEndian ? 0 : 1;
  }

  /** The first symbol of a bucket, 0 for none. */
  first(bucket: number): number {
    return this.#entry(2 + bucket);
  }

  /** The symbol behind this one in its chain, 0 for none. */
  next(symbol: number): number {
    return this.#entry(2 + this.buckets + symbol);
  }

  #entry(i: number): number {
    if (!this.#isWide) return this.#words[i]!;
    return this.#words[i * 2 + this.#low]! + this.#words[i * 2 + 1 - this.#low]! * 2 ** 32;
  }

  /**
   * The symbols of each chain, one chain after the other, by `visit`. Returns the symbol that two chains, or one chain
   * twice, come by, or one that the table does not have; there it ends. Undefined in a table without such a fault.
   */
  walk(visit: (symbol: number, bucket: number) => void): number | undefined {
    const seen = new Uint8Array(this.symbols);
    for (let bucket = 0; bucket < this.buckets; bucket++) {
      for (let symbol = this.first(bucket); symbol !== 0; symbol = this.next(symbol)) {
        if (symbol >= this.symbols || seen[symbol]) return symbol;
        seen[symbol] = 1;
        visit(symbol, bucket);
      }
    }
    return undefined;
  }
}
