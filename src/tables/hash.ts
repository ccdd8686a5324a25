import { viewOf } from "../codec/bytes.js";

/** What decides the size of a DT_HASH. */
export interface SysvHashShape {
  readonly buckets: number;
  /** Bytes of an entry. */
  readonly entry: 4 | 8;
  readonly littleEndian: boolean;
}

/** About two symbols for a bucket. */
export const sysvBuckets = (symbols: number): number => (symbols >> 1) | 1;

/**
 * A DT_HASH (gABI, "Hash Table"): the number of buckets and of symbols, the first symbol of each bucket, the next one
 * behind each symbol.
 *
 * @param hashes of every symbol's name by index; undefined for one that nobody looks up (index 0, local ones)
 */
export function buildSysvHash(
  hashes: readonly (number | undefined)[],
  { buckets, entry, littleEndian }: SysvHashShape,
): Uint8Array {
  const bytes = new Uint8Array((2 + buckets + hashes.length) * entry);
  const v = viewOf(bytes);
  const set = (i: number, n: number) =>
    entry === 8 ? v.setBigUint64(i * 8, BigInt(n), littleEndian) : v.setUint32(i * 4, n, littleEndian);
  set(0, buckets);
  set(1, hashes.length);
  const first = new Uint32Array(buckets);

  for (let i = hashes.length - 1; i > 0; i--) {
    const h = hashes[i];
    if (h === undefined) continue;
    set(2 + buckets + i, first[h % buckets]!);
    first[h % buckets] = i;
  }

  first.forEach((symbol, b) => set(2 + b, symbol));
  return bytes;
}

/** What decides the size of a DT_GNU_HASH, its symbols aside. */
export interface GnuHashShape {
  readonly buckets: number;
  /** Words of the Bloom filter, a power of two, and the shift for its second bit. */
  readonly bloomWords: number;
  readonly shift: number;
  /** Bytes of a word of the filter: those of an address. */
  readonly word: 4 | 8;
  readonly littleEndian: boolean;
}

/** A shape for this many symbols: about four for a bucket, and twelve bits of the filter for each. */
export function gnuHashShape(symbols: number, word: 4 | 8, littleEndian: boolean): GnuHashShape {
  const bits = word * 8;
  const bloomWords = 2 ** Math.max(0, Math.ceil(Math.log2((symbols * 12) / bits)));
  return { buckets: Math.max(1, symbols >> 2), bloomWords, shift: word === 8 ? 6 : 5, word, littleEndian };
}

/** The positions 0 … n-1 in the order that the chains want: by bucket, and as they were within one. */
export function gnuHashOrder(hashes: readonly number[], buckets: number): number[] {
  return hashes.map((_, i) => i).sort((a, b) => (hashes[a]! % buckets) - (hashes[b]! % buckets) || a - b);
}

/**
 * A DT_GNU_HASH: four words, the Bloom filter, for each bucket the index of its first symbol, and for each symbol its
 * hash, whose lowest bit ends a bucket's chain.
 *
 * @param hashes of the symbols that are looked up, in the order of {@link gnuHashOrder}
 * @param first the index of the first of them
 * @param translation DT_MIPS_XHASH: the symbols stand in another order; the index of each. Follows the chains.
 */
export function buildGnuHash(
  hashes: readonly number[],
  first: number,
  { buckets, bloomWords, shift, word, littleEndian }: GnuHashShape,
  translation: readonly number[] = [],
): Uint8Array {
  const bucketsAt = 16 + bloomWords * word;
  const chainsAt = bucketsAt + buckets * 4;
  const bits = word * 8;
  const bytes = new Uint8Array(chainsAt + (hashes.length + translation.length) * 4);
  const v = viewOf(bytes);
  [buckets, first, bloomWords, shift].forEach((n, i) => v.setUint32(i * 4, n, littleEndian));
  const setBit = (at: number, bit: number) => {
    // A word's bits from its lowest on, whatever the byte order.
    const byte = littleEndian ? bit >> 3 : word - 1 - (bit >> 3);
    bytes[at + byte]! |= 1 << (bit & 7);
  };
  hashes.forEach((h, i) => {
    const bucket = h % buckets;
    const filter = 16 + (Math.floor(h / bits) & (bloomWords - 1)) * word;
    setBit(filter, h % bits);
    setBit(filter, (h >>> shift) % bits);
    if (i === 0 || hashes[i - 1]! % buckets !== bucket) v.setUint32(bucketsAt + bucket * 4, first + i, littleEndian);
    const ends = i + 1 === hashes.length || hashes[i + 1]! % buckets !== bucket;
    v.setUint32(chainsAt + i * 4, ends ? (h | 1) >>> 0 : (h & ~1) >>> 0, littleEndian);
  });
  translation.forEach((symbol, i) => v.setUint32(chainsAt + (hashes.length + i) * 4, symbol, littleEndian));

  return bytes;
}
