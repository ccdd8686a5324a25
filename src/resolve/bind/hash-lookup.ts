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
 * Finds the symbols whose hash may be a name's, in the order in which a loader meets them, until `visit` says that one
 * is enough.
 */
export type HashLookup = (name: LookupName, visit: (symbol: number) => boolean) => void;

/** Steps along chains for one object, above which its table is no working hash table but a trap. */
const MOST_STEPS = 2 ** 29;

/**
 * The way through an object's hash table as loaders go it: DT_GNU_HASH where there is one (and DT_MIPS_XHASH for
 * glibc), else DT_HASH. Undefined for an object without either: nothing in it is ever found.
 *
 * @throws ElfError `TRUNCATED`, `MALFORMED`
 */
export function hashLookup(elf: ElfFile, xhash: boolean): HashLookup | undefined {
  const gnu = gnuHashTable(elf);
  if (gnu) return gnuLookup(elf, gnu, false);
  const mips = xhash ? mipsHashTable(elf) : undefined;
  return mips ? gnuLookup(elf, mips, true) : sysvLookup(elf);
}

function steps(offset: number): () => void {
  let left = MOST_STEPS;
  return () => {
    if (--left < 0) fail("MALFORMED", "the chains of the symbol hash table lead nowhere", { offset });
  };
}

function words(elf: ElfFile, offset: number, count: number, what: string): Uint32Array {
  const v = viewOf(readExactly(elf.source, offset, count * 4, what));
  const out = new Uint32Array(count);
  const le = elf.header.littleEndian;
  for (let i = 0; i < count; i++) out[i] = v.getUint32(i * 4, le);
  return out;
}

function gnuLookup(elf: ElfFile, t: GnuHashTable, translated: boolean): HashLookup | undefined {
  if (t.symbols === undefined || t.buckets === 0) return undefined;

  const { class: bits, littleEndian } = elf.header;
  const perWord = wordSize(elf.header) / 4;
  const hashed = t.symbols - t.first;
  const what = "DT_GNU_HASH";
  const bloom = words(elf, t.offset + 16, t.bloomWords * perWord, what);
  const buckets = words(elf, t.chainsOffset - t.buckets * 4, t.buckets, what);
  const chains = words(elf, t.chainsOffset, hashed, what);
  const symbols = translated ? words(elf, t.chainsOffset + hashed * 4, hashed, "DT_MIPS_XHASH") : undefined;
  const mask = t.bloomWords - 1;
  const step = steps(t.offset);
  const bit = (word: number, n: number) =>
    (bloom[word * perWord + (perWord === 1 ? 0 : n < 32 === littleEndian ? 0 : 1)]! >>> (n & 31)) & 1;

  return ({ gnu: h }, visit) => {
    const word = (Math.floor(h / bits) & mask) >>> 0;
    if (bit(word, h % bits) === 0 || bit(word, (h >>> t.shift) % bits) === 0) return;
    for (let i = buckets[h % t.buckets]! - t.first; i >= 0 && i < hashed; i++) {
      step();
      const chain = chains[i]!;
      if ((chain | 1) === (h | 1) && visit(symbols ? symbols[i]! : i + t.first)) return;
      if (chain & 1) return;
    }
  };
}

function sysvLookup(elf: ElfFile): HashLookup | undefined {
  const t = sysvHashTable(elf);
  if (!t || t.buckets === 0) return undefined;

  const wide = hashEntrySize(elf.header.machine, elf.header.class) === 8;
  const all = words(elf, t.offset, t.size / 4, "DT_HASH");
  const low = wide && !elf.header.littleEndian ? 1 : 0;
  const at = (i: number) => (wide ? all[i * 2 + low]! : all[i]!);
  const step = steps(t.offset);

  return ({ sysv: h }, visit) => {
    let left = t.symbols;
    for (let i = at(2 + (h % t.buckets)); i !== 0 && i < t.symbols && left > 0; i = at(2 + t.buckets + i), left--) {
      step();
      if (visit(i)) return;
    }
  };
}
