import { viewOf } from "../codec/bytes.js";

/** What decides the size of a DT_HASH. */
export interface SysvHashShape {
  readonly buckets: number;
  /** Bytes of an entry. */
  readonly entry: 4 | 8;
  readonly littleEndian: boolean;
}

/** How many buckets a DT_HASH of this many symbols gets: about two symbols go into one. */
export const sysvBuckets = (symbols: number): number => (symbols >> 1) | 1;

/**
 * A DT_HASH (gABI, "Hash Table"): the number of buckets, that of symbols, the first symbol of each bucket, and for each
 * symbol the next one of its bucket.
 *
 * @param hashes those of the symbols' names, by index; undefined for one that nobody looks up (index 0, local ones)
 */
export function buildSysvHash(
  hashes: readonly (number | undefined)[],
  { buckets, entry, littleEndian }: SysvHashShape,
): Uint8Array {
  const bytes = new Uint8Array((2 + buckets + hashes.length) * entry);
  const view = viewOf(bytes);
  const set = (i: number, n: number) => {
    if (entry === 8) view.setBigUint64(i * 8, BigInt(n), littleEndian);
    else view.setUint32(i * 4, n, littleEndian);
  };

  set(0, buckets);
  set(1, hashes.length);
  // From the last symbol on, so that a chain has its symbols in ascending order.
  const first = new Uint32Array(buckets);
  for (let i = hashes.length - 1; i > 0; i--) {
    const hash = hashes[i];
    if (hash === undefined) continue;
    const bucket = hash % buckets;
    set(2 + buckets + i, first[bucket]!);
    first[bucket] = i;
  }
  first.forEach((symbol, bucket) => set(2 + bucket, symbol));

  return bytes;
}

/** What decides the size of a DT_GNU_HASH, besides its symbols. */
export interface GnuHashShape {
  readonly buckets: number;
  /** Words of the Bloom filter, a power of two. */
  readonly bloomWords: number;
  /** What the hash is shifted by for the filter's second bit. */
  readonly shift: number;
  /** Bytes of a word of the filter: those of an address. */
  readonly word: 4 | 8;
  readonly littleEndian: boolean;
}

/** A shape for this many symbols: about four go into a bucket, and each has twelve bits of the filter. */
export function gnuHashShape(symbols: number, word: 4 | 8, littleEndian: boolean): GnuHashShape {
  const bits = word * 8;
  const bloomWords = 2 ** Math.max(0, Math.ceil(Math.log2((symbols * 12) / bits)));
  return { buckets: Math.max(1, symbols >> 2), bloomWords, shift: word === 8 ? 6 : 5, word, littleEndian };
}

/** The positions 0 … n-1 in the order that the chains need: by bucket, and within a bucket as before. */
export function gnuHashOrder(hashes: readonly number[], buckets: number): number[] {
  return hashes.map((_, i) => i).sort((a, b) => (hashes[a]! % buckets) - (hashes[b]! % buckets) || a - b);
}

/**
 * A DT_GNU_HASH: four words, the Bloom filter, for each bucket the index of its first symbol, and for each symbol its
 * hash, whose lowest bit ends a bucket's chain.
 *
 * @param hashes those of the symbols that are looked up, in the order of {@link gnuHashOrder}
 * @param first the index of the first of these symbols
 * @param translation for DT_MIPS_XHASH, whose symbols stand in another order: the index of each, behind the chains
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
  const translationAt = chainsAt + hashes.length * 4;
  const bytes = new Uint8Array(translationAt + translation.length * 4);
  const view = viewOf(bytes);
  const setBit = (wordAt: number, bit: number) => {
    // A word's bits count from its lowest one on, whatever the byte order.
    const byte = littleEndian ? bit >> 3 : word - 1 - (bit >> 3);
    bytes[wordAt + byte]! |= 1 << (bit & 7);
  };

  [buckets, first, bloomWords, shift].forEach((n, i) => view.setUint32(i * 4, n, littleEndian));
  hashes.forEach((hash, i) => {
    const filterAt = 16 + (Math.floor(hash / bits) & (bloomWords - 1)) * word;
    setBit(filterAt, hash % bits);
    setBit(filterAt, (hash >>> shift) % bits);

    const bucket = hash % buckets;
    const begins = i === 0 || hashes[i - 1]! % buckets !== bucket;
    const ends = i + 1 === hashes.length || hashes[i + 1]! % buckets !== bucket;
    if (begins) view.setUint32(bucketsAt + bucket * 4, first + i, littleEndian);
    view.setUint32(chainsAt + i * 4, ends ? (hash | 1) >>> 0 : (hash & ~1) >>> 0, littleEndian);
  });
  translation.forEach((symbol, i) => view.setUint32(translationAt + i * 4, symbol, littleEndian));

  return bytes;
}
