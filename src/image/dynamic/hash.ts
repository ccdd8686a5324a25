import { viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { readExactly } from "../../codec/source.js";
import { DT } from "../../spec/dynamic.js";
import { gotOrder, hashEntrySize } from "../../spec/machines.js";
import type { ElfFile } from "../elf.js";

/** DT_HASH (gABI, "Hash Table"): where it is and what its head says. */
export interface SysvHashTable {
  /** File offset and bytes of the whole table. */
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
  const v = viewOf(readExactly(elf.source, offset, 2 * entry, "DT_HASH"));
  const le = elf.header.littleEndian;
  const at = (i: number) => (entry === 8 ? Number(v.getBigUint64(i * 8, le)) : v.getUint32(i * 4, le));
  return { offset, size: (2 + at(0) + at(1)) * entry, buckets: at(0), symbols: at(1) };
}

/** DT_GNU_HASH: where it is and what it reaches. */
export interface GnuHashTable {
  /** File offset and bytes up to its chains. */
  readonly offset: number;
  readonly chainsOffset: number;
  readonly buckets: number;
  /** Words of the Bloom filter, and its shift. */
  readonly bloomWords: number;
  readonly shift: number;
  /** symoffset: the first symbol it holds. */
  readonly first: number;
  /**
   * The index behind the last symbol that it reaches; undefined where it reaches none, which tells nothing of their
   * number.
   */
  readonly symbols: number | undefined;
}

/** DT_GNU_HASH, or undefined where there is none in the file. */
export const gnuHashTable = (elf: ElfFile): GnuHashTable | undefined => readGnuHash(elf, elf.dynamic?.get(DT.GNU_HASH));

/**
 * DT_MIPS_XHASH, or undefined where there is none in the file. Its indexes count places in the table that follows its
 * chains.
 */
export function mipsHashTable(elf: ElfFile): GnuHashTable | undefined {
  const got = gotOrder(elf.header.machine);
  return got ? readGnuHash(elf, elf.dynamic?.get(got.hashTag)) : undefined;
}

function readGnuHash(elf: ElfFile, address: bigint | undefined): GnuHashTable | undefined {
  const offset = address === undefined ? undefined : elf.offsetOf(address, 16);
  if (offset === undefined) return undefined;

  const le = elf.header.littleEndian;
  const { source } = elf;
  const head = viewOf(readExactly(source, offset, 16, "DT_GNU_HASH"));
  const buckets = head.getUint32(0, le);
  const first = head.getUint32(4, le);
  const bloomWords = head.getUint32(8, le);
  const shift = head.getUint32(12, le);
  const bucketsAt = offset + 16 + bloomWords * wordSize(elf.header);
  const chainsOffset = bucketsAt + buckets * 4;
  const b = viewOf(readExactly(source, bucketsAt, buckets * 4, "the buckets of DT_GNU_HASH"));
  let last = 0;
  for (let i = 0; i < buckets; i++) last = Math.max(last, b.getUint32(i * 4, le));
  const symbols = last === 0 || last < first ? undefined : chainEnd(elf, chainsOffset + (last - first) * 4, last);

  return { offset, chainsOffset, buckets, bloomWords, shift, first, symbols };
}

const CHAIN_STEP = 1024;

/** The index behind the end of a chain, whose last entry has its lowest bit set. */
function chainEnd({ source, header }: ElfFile, offset: number, symbol: number): number {
  for (let at = offset, index = symbol; ;) {
    const n = Math.min(CHAIN_STEP, Math.floor((source.size - at) / 4));
    const v = viewOf(readExactly(source, at, Math.max(n, 1) * 4, "the chains of DT_GNU_HASH"));
    for (let i = 0; i < n; i++, index++) if (v.getUint32(i * 4, header.littleEndian) & 1) return index + 1;
    at += n * 4;
  }
}
