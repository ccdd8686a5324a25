import { gnuHash, sysvHash } from "../../src/codec/hash.js";
import { dynamicRelocations } from "../../src/image/relocations/relocations.js";
import { type ElfFile, readElf, symbolVersions } from "../../src/index.js";
import { hashEntrySize } from "../../src/spec/machines.js";

/** A loader's own way through DT_HASH (gABI, "Hash Table"): indexes of the symbols of this name. */
function inSysv(elf: ElfFile, at: number, name: string, names: readonly string[]): number[] {
  const e = hashEntrySize(elf.header.machine, elf.header.class);
  const le = elf.header.littleEndian;
  const b = elf.source.read(at, elf.source.size - at);
  const v = new DataView(b.buffer, b.byteOffset, b.byteLength);
  const word = (i: number) => (e === 8 ? Number(v.getBigUint64(i * 8, le)) : v.getUint32(i * 4, le));
  const found: number[] = [];

  for (
    let i = word(2 + (sysvHash(name) % word(0))), steps = 0;
    i !== 0 && steps <= names.length;
    i = word(2 + word(0) + i), steps++
  ) {
    if (names[i] === name) found.push(i);
  }

  return found;
}

/** A loader's own way through DT_GNU_HASH, or DT_MIPS_XHASH: the filter, the bucket, the chain. */
function inGnu(elf: ElfFile, at: number, name: string, names: readonly string[], isMips: boolean): number[] {
  const { class: c, littleEndian: le } = elf.header;
  const b = elf.source.read(at, elf.source.size - at);
  const v = new DataView(b.buffer, b.byteOffset, b.byteLength);
  const u32 = (o: number) => v.getUint32(o, le);
  const h = gnuHash(name);
  const [buckets, first, words, shift] = [u32(0), u32(4), u32(8), u32(12)];
  const chains = 16 + words * (c / 8) + buckets * 4;
  const filter = 16 + (Math.floor(h / c) % words) * (c / 8);
  const bits = c === 64 ? v.getBigUint64(filter, le) : BigInt(u32(filter));
  const has = (bit: number) => (bits >> BigInt(bit)) & 1n;
  if (!has(h % c) || !has((h >>> shift) % c)) return [];

  const found: number[] = [];
  for (let i = u32(16 + words * (c / 8) + (h % buckets) * 4); i >= first && i < names.length; i++) {
    const chain = u32(chains + (i - first) * 4);
    const symbol = isMips ? u32(chains + (names.length - first + i - first) * 4) : i;
    if ((chain | 1) === (h | 1) && names[symbol] === name) found.push(symbol);
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

/** What a loader sees of the dynamic symbols. */
export function look(bytes: Uint8Array): Looked {
  const elf = readElf(bytes);
  const all = [...(elf.dynamicSymbols ?? [])];
  const names = all.map((s) => s.name);
  const version = symbolVersions(elf);
  const lost: string[] = [];
  const table = (tag: string) => {
    const e = elf.dynamic?.entries.find((e) => e.name === tag);
    return e && elf.offsetOf(e.value);
  };
  const sysv = table("DT_HASH");
  const gnu = table("DT_GNU_HASH");
  const mips = table("DT_MIPS_XHASH");

  for (const s of all) {
    if (s.index === 0 || s.shndx === 0 || s.binding === 0) continue;

    if (sysv !== undefined && !inSysv(elf, sysv, s.name, names).includes(s.index)) lost.push(`DT_HASH ${s.name}`);
    if (gnu !== undefined && !inGnu(elf, gnu, s.name, names, false).includes(s.index)) {
      lost.push(`DT_GNU_HASH ${s.name}`);
    }

    if (mips !== undefined && !inGnu(elf, mips, s.name, names, true).includes(s.index)) {
      lost.push(`DT_MIPS_XHASH ${s.name}`);
    }
  }

  const key = (i: number) => `${names[i]}@${version(i)?.name ?? ""}`;
  return {
    lost,
    symbols: all
      .slice(1)
      .map((s) => `${key(s.index)} ${s.value} ${s.size} ${s.binding} ${s.type} ${s.shndx}`)
      .sort(),
    relocations: [...dynamicRelocations(elf)]
      .map((r) => `${r.offset} ${r.symbol === 0 ? "" : names[r.symbol]} ${r.addend ?? ""}`)
      .sort(),
    tables: [
      ...(sysv === undefined ? [] : ["DT_HASH"]),
      ...(gnu === undefined ? [] : ["DT_GNU_HASH"]),
      ...(mips === undefined ? [] : ["DT_MIPS_XHASH"]),
    ],
  };
}
