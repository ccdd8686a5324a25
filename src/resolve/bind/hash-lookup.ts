import { viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { gnuHash, sysvHash } from "../../codec/hash.js";
import { readExactly } from "../../codec/source.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { gnuHashTable, type GnuHashTable, mipsHashTable, sysvHashTable } from "../../image/dynamic/hash.js";
import { hashEntrySize } from "../../spec/machines.js";

/** A name that is looked up, hashed once for all objects. */
export class LookupName {
  readonly bytes: Uint8Array;
  readonly gnu: number;
  #sysv: number | undefined;

  /** @param bytes without the terminating NUL */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.gnu = gnuHash(bytes);
  }
  get sysv(): number {
    return (this.#sysv ??= sysvHash(this.bytes));
  }
}

/**
 * Visits the symbols whose hash may be that of a name, in the order in which a loader meets them. It stops when `visit`
 * returns true.
 */
export type HashLookup = (name: LookupName, visit: (symbol: number) => boolean) => void;

/** The steps along the chains of one object. A table that takes more is not a working hash table but a trap. */
const MOST_STEPS = 2 ** 29;

/**
 * The lookup through an object's hash table, as loaders do it: DT_GNU_HASH if there is one (for glibc also
 * DT_MIPS_XHASH), else DT_HASH. Undefined for an object without a hash table, in which nothing is ever found.
 *
 * @throws ElfError `TRUNCATED`, `MALFORMED`
 */
export function hashLookup(elf: ElfFile, xhash: boolean): HashLookup | undefined {
  const gnu = gnuHashTable(elf);
  if (gnu) return gnuLookup(elf, gnu, false);
  const mips = xhash ? mipsHashTable(elf) : undefined;
  return mips ? gnuLookup(elf, mips, true) : sysvLookup(elf);
}

/** Counts steps along the chains of a table at `offset`, and fails at one too many. */
function stepCounter(offset: number): () => void {
  let left = MOST_STEPS;
  return () => {
    if (--left < 0) fail("MALFORMED", "the chains of the symbol hash table lead nowhere", { offset });
  };
}

function readWords(elf: ElfFile, offset: number, count: number, what: string): Uint32Array {
  const v = viewOf(readExactly(elf.source, offset, count * 4, what));
  const le = elf.header.littleEndian;
  const out = new Uint32Array(count);
  for (let i = 0; i < count; i++) out[i] = v.getUint32(i * 4, le);
  return out;
}

/** @param translated the table is a DT_MIPS_XHASH, which has the symbols' indexes behind its chains */
function gnuLookup(elf: ElfFile, table: GnuHashTable, translated: boolean): HashLookup | undefined {
  if (table.symbols === undefined || table.buckets === 0) return undefined;

  const { first, shift, chainsOffset } = table;
  const { class: bits, littleEndian } = elf.header;
  const hashed = table.symbols - first;
  const halves = wordSize(elf.header) / 4;
  const what = "DT_GNU_HASH";
  const bloom = readWords(elf, table.offset + 16, table.bloomWords * halves, what);
  const buckets = readWords(elf, chainsOffset - table.buckets * 4, table.buckets, what);
  const chains = readWords(elf, chainsOffset, hashed, what);
  const symbols = translated ? readWords(elf, chainsOffset + hashed * 4, hashed, "DT_MIPS_XHASH") : undefined;

  const mask = table.bloomWords - 1;
  const bloomBit = (word: number, bit: number) => {
    const isSecond = halves === 2 && bit < 32 !== littleEndian;
    return (bloom[word * halves + (isSecond ? 1 : 0)]! >>> (bit & 31)) & 1;
  };
  const countStep = stepCounter(table.offset);

  return ({ gnu: hash }, visit) => {
    const word = (Math.floor(hash / bits) & mask) >>> 0;
    if (bloomBit(word, hash % bits) === 0 || bloomBit(word, (hash >>> shift) % bits) === 0) return;

    for (let i = buckets[hash % buckets.length]! - first; i >= 0 && i < hashed; i++) {
      countStep();
      const chain = chains[i]!;
      // The lowest bit is not part of the hash: it ends a chain.
      if ((chain | 1) === (hash | 1) && visit(symbols ? symbols[i]! : i + first)) return;
      if (chain & 1) return;
    }
  };
}

function sysvLookup(elf: ElfFile): HashLookup | undefined {
  const table = sysvHashTable(elf);
  if (!table || table.buckets === 0) return undefined;

  const { buckets, symbols } = table;
  const isWide = hashEntrySize(elf.header.machine, elf.header.class) === 8;
  const words = readWords(elf, table.offset, table.size / 4, "DT_HASH");
  const low = isWide && !elf.header.littleEndian ? 1 : 0;
  const entry = (i: number) => (isWide ? words[i * 2 + low]! : words[i]!);
  const countStep = stepCounter(table.offset);

  return ({ sysv: hash }, visit) => {
    let symbol = entry(2 + (hash % buckets));
    // A chain that is longer than the table runs in a circle.
    for (let left = symbols; symbol !== 0 && symbol < symbols && left > 0; left--) {
      countStep();
      if (visit(symbol)) return;
      symbol = entry(2 + buckets + symbol);
    }
  };
}
