import { gnuHash, sysvHash } from "../../src/codec/hash.js";
import { dynamicRelocations } from "../../src/image/relocations/relocations.js";
import { type ElfFile, readElf, symbolVersions } from "../../src/index.js";
import { hashEntrySize } from "../../src/spec/machines.js";

/** A view over the file from an offset to its end. */
function viewFrom(elf: ElfFile, at: number): DataView {
  const bytes = elf.source.read(at, elf.source.size - at);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The symbols of this name, found through DT_HASH as a loader does it (gABI, "Hash Table"): their indexes. */
function inSysv(elf: ElfFile, at: number, name: string, names: readonly string[]): number[] {
  const { machine, class: bits, littleEndian } = elf.header;
  const isWide = hashEntrySize(machine, bits) === 8;
  const view = viewFrom(elf, at);
  const word = (i: number) =>
    isWide ? Number(view.getBigUint64(i * 8, littleEndian)) : view.getUint32(i * 4, littleEndian);

  const buckets = word(0);
  const found: number[] = [];
  let symbol = word(2 + (sysvHash(name) % buckets));
  // A chain of more steps than there are symbols runs in a circle.
  for (let steps = 0; symbol !== 0 && steps <= names.length; steps++) {
    if (names[symbol] === name) found.push(symbol);
    symbol = word(2 + buckets + symbol);
  }

  return found;
}

/** The same through DT_GNU_HASH or DT_MIPS_XHASH: the filter, the bucket, the chain. */
function inGnu(elf: ElfFile, at: number, name: string, names: readonly string[], isMips: boolean): number[] {
  const { class: bits, littleEndian } = elf.header;
  const view = viewFrom(elf, at);
  const u32 = (offset: number) => view.getUint32(offset, littleEndian);
  const hash = gnuHash(name);

  const [bucketCount, first, filterWords, shift] = [u32(0), u32(4), u32(8), u32(12)];
  const filter = 16;
  const buckets = filter + filterWords * (bits / 8);
  const chains = buckets + bucketCount * 4;

  const wordAt = filter + (Math.floor(hash / bits) % filterWords) * (bits / 8);
  const word = bits === 64 ? view.getBigUint64(wordAt, littleEndian) : BigInt(u32(wordAt));
  const has = (bit: number) => (word >> BigInt(bit)) & 1n;
  if (!has(hash % bits) || !has((hash >>> shift) % bits)) return [];

  const found: number[] = [];
  for (let i = u32(buckets + (hash % bucketCount) * 4); i >= first && i < names.length; i++) {
    const chain = u32(chains + (i - first) * 4);
    const symbol = isMips ? u32(chains + (names.length - first + i - first) * 4) : i;
    if ((chain | 1) === (hash | 1) && names[symbol] === name) found.push(symbol);
    if (chain & 1) break;
  }

  return found;
}

export interface Looked {
  /** `name@version value`, of every symbol. */
  readonly symbols: string[];
  /** `offset symbol addend`, of every relocation. */
  readonly relocations: string[];
  /** Definitions that a hash table does not lead to. */
  readonly lost: string[];
  readonly tables: string[];
}

interface HashTable {
  readonly tag: string;
  readonly find: (name: string) => number[];
}

/** The hash tables that the dynamic section names. */
function hashTables(elf: ElfFile, names: readonly string[]): HashTable[] {
  const finders: Readonly<Record<string, (at: number, name: string) => number[]>> = {
    DT_HASH: (at, name) => inSysv(elf, at, name, names),
    DT_GNU_HASH: (at, name) => inGnu(elf, at, name, names, false),
    DT_MIPS_XHASH: (at, name) => inGnu(elf, at, name, names, true),
  };

  return Object.entries(finders).flatMap(([tag, find]): HashTable[] => {
    const entry = elf.dynamic?.entries.find((e) => e.name === tag);
    const at = entry && elf.offsetOf(entry.value);
    return at === undefined ? [] : [{ tag, find: (name) => find(at, name) }];
  });
}

/** What a loader sees of the dynamic symbols. */
export function look(bytes: Uint8Array): Looked {
  const elf = readElf(bytes);
  const all = [...(elf.dynamicSymbols ?? [])];
  const names = all.map((s) => s.name);
  const tables = hashTables(elf, names);

  const lost: string[] = [];
  for (const s of all) {
    if (s.index === 0 || s.shndx === 0 || s.binding === 0) continue;
    for (const { tag, find } of tables) if (!find(s.name).includes(s.index)) lost.push(`${tag} ${s.name}`);
  }

  const version = symbolVersions(elf);
  const symbols = all
    .slice(1)
    .map((s) => `${s.name}@${version(s.index)?.name ?? ""} ${s.value} ${s.size} ${s.binding} ${s.type} ${s.shndx}`);
  const relocations = [...dynamicRelocations(elf)].map(
    (r) => `${r.offset} ${r.symbol === 0 ? "" : names[r.symbol]} ${r.addend ?? ""}`,
  );

  return { symbols: symbols.sort(), relocations: relocations.sort(), lost, tables: tables.map((t) => t.tag) };
}
