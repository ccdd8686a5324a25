import { gnuHash, sysvHash } from "../codec/hash.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { type GnuHashTable, gnuHashTable, mipsHashTable, sysvHashTable } from "../image/dynamic/hash.js";
import { GnuHashWords, SysvHashWords } from "../image/dynamic/hash-words.js";
import { sectionsOf } from "../image/headers/sections.js";
import { NameBudget } from "../image/strings.js";
import { decodeText } from "../codec/bytes.js";
import { Sym } from "../codec/records.js";
import { SHN, SHT, STB } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import type { CheckRule, Violation } from "./rule.js";

/** A symbol that other files look for by its name: it is defined, and not local. */
interface Wanted {
  readonly index: number;
  readonly name: Uint8Array;
}

function* wantedSymbols(table: SymbolTable): Generator<Wanted> {
  const text = table.strings?.load() ?? new Uint8Array(0);
  const budget = new NameBudget(table.strings);

  for (const piece of table.pieces()) {
    const names = piece.words("name");
    const shndx = piece.words("shndx");
    const info = piece.words("info");
    for (let i = 0; i < piece.count; i++) {
      if (shndx[i] === SHN.UNDEF || info[i]! >> 4 === STB.LOCAL) continue;

      const end = text.indexOf(0, names[i]!);
      if (end <= names[i]!) continue;
      budget.count(end - names[i]!);
      yield { index: piece.first + i, name: text.subarray(names[i]!, end) };
    }
  }
}

/** Counts the symbols that a table should hold and does not. */
class Lost {
  #count = 0;
  #first = "";

  add({ index, name }: Wanted, why: string): void {
    if (this.#count++ === 0) this.#first = `symbol ${index} (${decodeText(name)}): ${why}`;
  }

  *told(at: string): Generator<Violation> {
    if (this.#count === 0) return;
    yield { message: `${this.#count} symbols are not found by their hashes; the first is ${this.#first}`, at };
  }
}

/** The number of dynamic symbols by their section header. */
function symbolsOfSection(elf: ElfFile): number {
  const address = elf.dynamic?.get(DT.SYMTAB);
  const section = sectionsOf(elf, SHT.DYNSYM).find((s) => s.header.exact("addr") === address);
  return section ? Math.floor(section.header.size / Sym.size(elf.header.class)) : Infinity;
}

function* gnuViolations(elf: ElfFile, symbols: SymbolTable, table: GnuHashTable): Generator<Violation> {
  const { buckets, bloomWords, first, symbols: end = first } = table;
  if (buckets === 0 || bloomWords === 0) return;

  const known = symbolsOfSection(elf);
  if (end > known) yield { message: `its last chain ends behind the last of ${known} symbols`, at: "DT_GNU_HASH" };

  const words = new GnuHashWords(elf, table, false);
  const lost = new Lost();
  for (const symbol of wantedSymbols(symbols)) {
    const hash = gnuHash(symbol.name);
    const entry = symbol.index - first;
    if (entry < 0 || symbol.index >= known || (entry < words.count && words.isFound(entry, hash))) continue;
    lost.add(symbol, whyLost(words, entry, hash));
  }
  yield* lost.told("DT_GNU_HASH");
}

/** DT_MIPS_XHASH says itself which symbols it holds. */
function* xhashViolations(elf: ElfFile, symbols: SymbolTable, table: GnuHashTable): Generator<Violation> {
  if (table.symbols === undefined || table.buckets === 0 || table.bloomWords === 0) return;

  const words = new GnuHashWords(elf, table, true);
  const entries = new Map<number, number>();
  for (let entry = 0; entry < words.count; entry++) entries.set(words.symbolAt(entry), entry);

  const lost = new Lost();
  for (const symbol of wantedSymbols(symbols)) {
    const hash = gnuHash(symbol.name);
    const entry = entries.get(symbol.index);
    if (entry === undefined || words.isFound(entry, hash)) continue;
    lost.add(symbol, whyLost(words, entry, hash));
  }
  yield* lost.told("DT_MIPS_XHASH");
}

function whyLost(words: GnuHashWords, entry: number, hash: number): string {
  if (entry >= words.count) return "no chain goes on to it";
  if (!words.hasHash(entry, hash)) return "its entry has another hash";
  return words.mayHold(hash) ? "its bucket leads elsewhere" : "the Bloom filter has not its hash";
}

function* sysvViolations(elf: ElfFile, symbols: SymbolTable): Generator<Violation> {
  const table = sysvHashTable(elf);
  if (!table || table.buckets === 0) return;

  const words = new SysvHashWords(elf, table);
  const bucketOf = new Float64Array(words.symbols).fill(-1);
  const fault = words.walk((symbol, bucket) => {
    bucketOf[symbol] = bucket;
  });
  if (fault !== undefined) {
    const message =
      fault < words.symbols
        ? `its chains come by symbol ${fault} twice`
        : `a chain leads to symbol ${fault} of ${words.symbols}`;
    yield { message, at: "DT_HASH" };
    return;
  }

  const lost = new Lost();
  for (const symbol of wantedSymbols(symbols)) {
    const bucket = bucketOf[symbol.index];
    if (bucket === sysvHash(symbol.name) % words.buckets) continue;
    lost.add(
      symbol,
      bucket === undefined || bucket < 0 ? "no chain leads to it" : "it is in the chain of another bucket",
    );
  }
  yield* lost.told("DT_HASH");
}

/** Every symbol, looked for as loaders do. */
export const hashSymbolRules: readonly CheckRule[] = [
  {
    id: "hash-symbol",
    severity: "error",
    sentence: "DT_GNU_HASH and DT_HASH lead to every symbol that they hold, by the hash of its name.",
    *test(elf) {
      const symbols = elf.dynamicSymbols;
      if (!symbols?.exact) return;

      const gnu = gnuHashTable(elf);
      if (gnu) yield* gnuViolations(elf, symbols, gnu);
      const xhash = mipsHashTable(elf);
      if (xhash) yield* xhashViolations(elf, symbols, xhash);
      yield* sysvViolations(elf, symbols);
    },
  },
];
