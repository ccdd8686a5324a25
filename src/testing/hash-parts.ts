import { encodeText, viewOf } from "../codec/bytes.js";
import { type Encoding, wordSize } from "../codec/encoding.js";
import { sysvHash } from "../codec/hash.js";
import { SHF, SHT } from "../spec/constants.js";
import { hashEntrySize } from "../spec/machines.js";
import type { DynamicOptions } from "./dynamic-options.js";
import { type BuildSymbol, fixedPart, type SectionPart } from "./parts.js";

/** The hash of a symbol name in DT_GNU_HASH. */
export function gnuHashOf(name: string): number {
  let hash = 5381;
  for (const byte of encodeText(name)) hash = (Math.imul(hash, 33) + byte) >>> 0;
  return hash;
}

const gnuBucketCount = (definedCount: number): number => Math.max(1, definedCount >> 1);

/** Dynamic symbols in the order that DT_GNU_HASH needs: undefined ones first, the others by bucket. */
export function hashOrder(symbols: readonly BuildSymbol[], hash: DynamicOptions["hash"]): BuildSymbol[] {
  const undefinedOnes = symbols.filter((s) => s.defined === false);
  const defined = symbols.filter((s) => s.defined !== false);

  if (hash === "gnu" || hash === "both") {
    const bucketOf = (s: BuildSymbol) => gnuHashOf(s.name) % gnuBucketCount(defined.length);
    defined.sort((a, b) => bucketOf(a) - bucketOf(b));
  }
  return [...undefinedOnes, ...defined];
}

export function sysvHashPart(symbols: readonly BuildSymbol[], machine: number, encoding: Encoding): SectionPart {
  const entrySize = hashEntrySize(machine, encoding.class);
  const symbolCount = symbols.length + 1;
  const bucketCount = Math.max(1, symbols.length >> 1);
  const chains = 2 + bucketCount;
  const bytes = new Uint8Array((chains + symbolCount) * entrySize);
  const view = viewOf(bytes);
  const put = (at: number, entry: number): void => {
    if (entrySize === 8) view.setBigUint64(at * 8, BigInt(entry), encoding.littleEndian);
    else view.setUint32(at * 4, entry, encoding.littleEndian);
  };

  put(0, bucketCount);
  put(1, symbolCount);

  const heads = new Map<number, number>();
  symbols.forEach(({ name }, i) => {
    const index = i + 1;
    const bucket = sysvHash(name) % bucketCount;
    put(chains + index, heads.get(bucket) ?? 0);
    put(2 + bucket, index);
    heads.set(bucket, index);
  });

  return fixedPart(".hash", SHT.HASH, SHF.ALLOC, wordSize(encoding), bytes, { entsize: entrySize, link: ".dynsym" });
}

export function gnuHashPart(symbols: readonly BuildSymbol[], encoding: Encoding): SectionPart {
  const defined = symbols.filter((s) => s.defined !== false);
  const bucketCount = gnuBucketCount(defined.length);
  const word = wordSize(encoding);
  const wordShift = encoding.class === 64 ? 6 : 5;
  const le = encoding.littleEndian;

  // GNU ld writes first symbol 1 and shift 0 where nothing is defined.
  const isEmpty = defined.length === 0;
  const firstIndex = isEmpty ? 1 : symbols.length - defined.length + 1;
  const bloomShift = isEmpty ? 0 : wordShift;

  const bloomAt = 16;
  const bucketsAt = bloomAt + word;
  const chainsAt = bucketsAt + bucketCount * 4;
  const bytes = new Uint8Array(chainsAt + defined.length * 4);
  const view = viewOf(bytes);
  [bucketCount, firstIndex, 1, bloomShift].forEach((n, i) => view.setUint32(i * 4, n, le));

  const hashes = defined.map((s) => gnuHashOf(s.name));
  const bucketOf = (i: number) => hashes[i]! % bucketCount;
  let bloom = 0n;
  hashes.forEach((hash, i) => {
    bloom |= (1n << BigInt(hash % encoding.class)) | (1n << BigInt((hash >>> bloomShift) % encoding.class));

    const isFirst = i === 0 || bucketOf(i - 1) !== bucketOf(i);
    if (isFirst) view.setUint32(bucketsAt + bucketOf(i) * 4, firstIndex + i, le);

    const isLast = i + 1 === hashes.length || bucketOf(i + 1) !== bucketOf(i);
    view.setUint32(chainsAt + i * 4, isLast ? hash | 1 : hash & ~1, le);
  });

  if (word === 8) view.setBigUint64(bloomAt, bloom, le);
  else view.setUint32(bloomAt, Number(bloom), le);

  return fixedPart(".gnu.hash", SHT.GNU_HASH, SHF.ALLOC, word, bytes, {
    link: ".dynsym",
    entsize: encoding.class === 64 ? 0 : 4,
  });
}
