import type { ElfFile } from "../image/elf.js";
import { gnuHashTable, sysvHashTable } from "../image/dynamic/hash.js";
import { viewOf } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import type { CheckRule } from "./rule.js";

/** What is wrong with the head of DT_GNU_HASH, or with a bucket. */
function gnuFault(elf: ElfFile): string | undefined {
  const table = gnuHashTable(elf);
  if (!table) return undefined;

  const { buckets, bloomWords, first, chainsOffset } = table;
  if (buckets === 0) return "it has no buckets";
  // glibc: "Assertion `powerof2 (bitmask_nwords)' failed". With none, loaders read the words before the filter.
  if (bloomWords === 0 || (bloomWords & (bloomWords - 1)) !== 0) {
    return `its Bloom filter has ${bloomWords} words, which is no power of two`;
  }

  const symbols = elf.dynamicSymbols;
  if (symbols?.exact && first > symbols.count) return `it begins with symbol ${first} of ${symbols.count}`;

  const view = viewOf(readExactly(elf.source, chainsOffset - buckets * 4, buckets * 4, "DT_GNU_HASH"));
  for (let i = 0; i < buckets; i++) {
    const symbol = view.getUint32(i * 4, elf.header.littleEndian);
    if (symbol !== 0 && symbol < first) return `bucket ${i} leads to symbol ${symbol}, but it begins with ${first}`;
  }
  return undefined;
}

/** What loaders see of a hash table before they look for a symbol. `hash-symbol` looks for all of them. */
export const hashRules: readonly CheckRule[] = [
  {
    id: "hash-table",
    severity: "error",
    sentence: "DT_GNU_HASH and DT_HASH have buckets, and these lead to symbols that they hold.",
    *test(elf) {
      const message = gnuFault(elf);
      if (message) yield { message, at: "DT_GNU_HASH" };
      if (sysvHashTable(elf)?.buckets === 0) yield { message: "it has no buckets", at: "DT_HASH" };
    },
  },
];
