import { decodeText } from "../codec/bytes.js";
import { gnuHash, sysvHash } from "../codec/hash.js";
import type { ElfFile } from "../image/elf.js";
import { gnuHashTable, type GnuHashTable, mipsHashTable, sysvHashTable } from "../image/dynamic/hash.js";
import { GnuHashWords, SysvHashWords } from "../image/dynamic/hash-words.js";
import { SHN, STB } from "../spec/constants.js";
import { damage, type ProgramDifference } from "./difference.js";
import { type HashTable, hashTables } from "./hash-tables.js";
import type { Pair } from "./pair.js";
import type { MatchedSymbols } from "./match-symbols.js";

/** Finds a symbol as a loader does, by the bytes of its name. */
type Lookup = (symbol: number, name: Uint8Array) => boolean;

/** Every symbol that a hash table leads to is found by it in the output, and every symbol by a new one. */
export function* hashDifferences(pair: Pair, symbols: MatchedSymbols): Generator<ProgramDifference> {
  const { before, after } = pair;
  if (!before.dynamicSymbols || !after.dynamicSymbols) return;
  if (symbols.isSame && tablesAreSame(pair)) return;

  const old = lookupsOf(before);
  const oldText = before.dynamicSymbols.strings?.load() ?? new Uint8Array(0);
  const newNames = namesOf(after);
  for (const { tag, find } of lookupsOf(after)) {
    const own = old.find((table) => table.tag === tag);
    for (const { index, symbol } of before.dynamicSymbols.records()) {
      if (index === 0 || symbol.info >> 4 === STB.LOCAL) continue;
      // DT_GNU_HASH is about definitions; DT_HASH has every symbol.
      if (!own && symbol.shndx === SHN.UNDEF && tag !== "DT_HASH") continue;

      const name = nameIn(oldText, symbol.name);
      const at = symbols.indexOf(index);
      const wasFound = own?.find(index, name) ?? true;
      if (!wasFound || at < 0 || find(at, newNames(at))) continue;

      yield damage("hash", tag, `${tag} does not lead to the symbol ${decodeText(newNames(at))}`);
      return;
    }
  }
}

function nameIn(text: Uint8Array, at: number): Uint8Array {
  const end = text.indexOf(0, at);
  return text.subarray(at, Math.max(at, end));
}

function namesOf({ dynamicSymbols }: ElfFile): (symbol: number) => Uint8Array {
  const text = dynamicSymbols!.strings?.load() ?? new Uint8Array(0);
  const at: number[] = [];
  for (const piece of dynamicSymbols!.pieces()) for (const name of piece.words("name")) at.push(name);
  return (symbol) => nameIn(text, at[symbol] ?? 0);
}

/** Are all hash tables of the file before there, with the same bytes, and no others? */
function tablesAreSame(pair: Pair): boolean {
  const old = hashTables(pair.before);
  const now = hashTables(pair.after);
  const isSame = ({ tag, offset, size }: HashTable): boolean =>
    now.some((t) => t.tag === tag && t.size === size && pair.isSame({ from: offset, at: t.offset, size }));
  return old.length === now.length && old.every(isSame);
}

function lookupsOf(elf: ElfFile): { readonly tag: string; readonly find: Lookup }[] {
  const sysv = sysvHashTable(elf);
  const gnu = gnuHashTable(elf);
  const mips = mipsHashTable(elf);
  return [
    ...(sysv && sysv.buckets > 0 ? [{ tag: "DT_HASH", find: sysvLookup(new SysvHashWords(elf, sysv)) }] : []),
    ...(gnu && gnu.bloomWords > 0 ? [{ tag: "DT_GNU_HASH", find: gnuLookup(elf, gnu, false) }] : []),
    ...(mips && mips.bloomWords > 0 ? [{ tag: "DT_MIPS_XHASH", find: gnuLookup(elf, mips, true) }] : []),
  ];
}

/** By the bucket that the chains come to a symbol from. */
function sysvLookup(words: SysvHashWords): Lookup {
  const bucketOf = new Float64Array(words.symbols).fill(-1);
  words.walk((symbol, bucket) => {
    bucketOf[symbol] = bucket;
  });
  return (symbol, name) => bucketOf[symbol] === sysvHash(name) % words.buckets;
}

function gnuLookup(elf: ElfFile, table: GnuHashTable, translated: boolean): Lookup {
  if (table.buckets === 0) return () => false;

  const words = new GnuHashWords(elf, table, translated);
  const entries = new Map<number, number>();
  for (let entry = 0; entry < words.count; entry++) entries.set(words.symbolAt(entry), entry);
  return (symbol, name) => {
    const entry = entries.get(symbol);
    return entry !== undefined && words.isFound(entry, gnuHash(name));
  };
}
