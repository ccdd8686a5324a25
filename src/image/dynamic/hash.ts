import { viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { readExactly } from "../../codec/source.js";
import { DT } from "../../spec/dynamic.js";
import { gotOrder, hashEntrySize } from "../../spec/machines.js";
import type { ElfFile } from "../elf.js";
import { once } from "../once.js";

/** A DT_HASH (gABI, "Hash Table"): where it is, and what its first words say. */
export interface SysvHashTable {
  /** File offset and size of the whole table, in bytes. */
  readonly offset: number;
  readonly size: number;
  readonly buckets: number;
  /** nchain: the number of dynamic symbols. */
  readonly symbols: number;
}

/** DT_HASH, or undefined where there is none in the file. */
export function sysvHashTable(elf: ElfFile): SysvHashTable | undefined {
  const address = elf.dynamic?.get(DT.HASH);
  const entry = hashEntrySize(elf.header.machine, elf.header.class);
  const offset = address === undefined ? undefined : elf.offsetOf(address, 2 * entry);
  if (offset === undefined) return undefined;

  const view = viewOf(readExactly(elf.source, offset, 2 * entry, "DT_HASH"));
  const le = elf.header.littleEndian;
  const entryAt = (i: number) => (entry === 8 ? Number(view.getBigUint64(i * 8, le)) : view.getUint32(i * 4, le));
  const buckets = entryAt(0);
  const symbols = entryAt(1);
  return { offset, size: (2 + buckets + symbols) * entry, buckets, symbols };
}

/** A DT_GNU_HASH: where it is, and which symbols it leads to. */
export interface GnuHashTable {
  /** File offset of the table. */
  readonly offset: number;
  /** File offset of its chains. */
  readonly chainsOffset: number;
  readonly buckets: number;
  /** Words of the Bloom filter. */
  readonly bloomWords: number;
  /** What a hash is shifted by for the filter's second bit. */
  readonly shift: number;
  /** symoffset: the index of the first symbol that it holds. */
  readonly first: number;
  /**
   * The index behind the last symbol that it leads to; undefined where it leads to none, and so says nothing of the
   * number of symbols.
   */
  readonly symbols: number | undefined;
}

/** DT_GNU_HASH, or undefined where there is none in the file. */
export const gnuHashTable = /* @__PURE__ */ once((elf): GnuHashTable | undefined =>
  readGnuHash(elf, elf.dynamic?.get(DT.GNU_HASH)),
);

/**
 * DT_MIPS_XHASH, or undefined where there is none in the file. Its indexes count entries of the table behind its
 * chains, which has the symbols' own indexes.
 */
export const mipsHashTable = /* @__PURE__ */ once((elf): GnuHashTable | undefined => {
  const got = gotOrder(elf.header.machine);
  return got ? readGnuHash(elf, elf.dynamic?.get(got.hashTag)) : undefined;
});

function readGnuHash(elf: ElfFile, address: bigint | undefined): GnuHashTable | undefined {
  const offset = address === undefined ? undefined : elf.offsetOf(address, 16);
  if (offset === undefined) return undefined;

  const { source } = elf;
  const le = elf.header.littleEndian;
  const head = viewOf(readExactly(source, offset, 16, "DT_GNU_HASH"));
  const buckets = head.getUint32(0, le);
  const first = head.getUint32(4, le);
  const bloomWords = head.getUint32(8, le);
  const shift = head.getUint32(12, le);
  const bucketsOffset = offset + 16 + bloomWords * wordSize(elf.header);
  const chainsOffset = bucketsOffset + buckets * 4;

  // The last symbol is in the chain that begins last.
  const firstOfBuckets = viewOf(readExactly(source, bucketsOffset, buckets * 4, "the buckets of DT_GNU_HASH"));
  let lastChain = 0;
  for (let i = 0; i < buckets; i++) lastChain = Math.max(lastChain, firstOfBuckets.getUint32(i * 4, le));
  const isEmpty = lastChain === 0 || lastChain < first;
  const symbols = isEmpty ? undefined : chainEnd(elf, chainsOffset + (lastChain - first) * 4, lastChain);

  return { offset, chainsOffset, buckets, bloomWords, shift, first, symbols };
}

/** Entries of a chain that are read at once. */
const ENTRIES_AT_ONCE = 1024;

/** The index behind the last symbol of a chain, whose entry has its lowest bit set. */
function chainEnd({ source, header }: ElfFile, offset: number, firstSymbol: number): number {
  let symbol = firstSymbol;
  let at = offset;
  for (;;) {
    const count = Math.min(ENTRIES_AT_ONCE, Math.floor((source.size - at) / 4));
    const view = viewOf(readExactly(source, at, Math.max(count, 1) * 4, "the chains of DT_GNU_HASH"));
    for (let i = 0; i < count; i++, symbol++) if (view.getUint32(i * 4, header.littleEndian) & 1) return symbol + 1;
    at += count * 4;
  }
}
