import { viewOf } from "../../src/codec/bytes.js";
import {
  Dyn,
  type DynView,
  type EhdrView,
  Phdr,
  type PhdrView,
  Rela,
  Shdr,
  type ShdrView,
  Sym,
  type SymView,
} from "../../src/codec/records.js";
import type { View } from "../../src/codec/struct.js";
import { headerView } from "../../src/image/headers/header.js";
import { type ElfFile, readElf, SHT } from "../../src/index.js";
import type { RELA } from "../../src/spec/records.js";

export type RelaView = View<typeof RELA>;

/** A field or byte that is not there: the damage cannot be done to this file. */
export class Absent extends Error {}

/** A file that is being changed. */
export class Damaged {
  bytes: Buffer;
  readonly elf: ElfFile;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.elf = readElf(Buffer.from(bytes));
  }

  get header(): EhdrView {
    return headerView(this.bytes, this.elf.header);
  }

  /** The first (or `nth`) program header that a test accepts. */
  segment(test: (p: PhdrView) => boolean, nth = 0): PhdrView {
    const { header: h } = this.elf;
    const all = Array.from({ length: h.phnum }, (_, i) => Phdr.view(viewOf(this.bytes), h.phoff + i * h.phentsize, h));
    return found(all.filter(test)[nth]);
  }

  section(name: string): ShdrView {
    const { header: h, sections } = this.elf;
    const { index } = found(sections.find((s) => s.name === name));
    return Shdr.view(viewOf(this.bytes), h.shoff + index * h.shentsize, h);
  }

  tag(tag: number): DynView {
    const { header: h } = this.elf;
    const dynamic = found(this.elf.dynamic);
    const { index } = found(dynamic.entries.find((e) => e.tag === tag));
    return Dyn.view(viewOf(this.bytes), dynamic.offset + index * Dyn.size(h.class), h);
  }

  /** The address of a symbol of .symtab. */
  address(name: string): number {
    return Number(found([...found(this.elf.symbols)].find((s) => s.name === name)).value);
  }

  /** The file offset of a symbol of .symtab. */
  place(name: string): number {
    return found(this.elf.offsetOf(this.address(name)));
  }

  /** A symbol of .dynsym, and its index. */
  dynamicSymbol(name: string): { readonly view: SymView; readonly index: number } {
    const { header: h } = this.elf;
    const table = found(this.elf.dynamicSymbols);
    const { index } = found([...table].find((s) => s.name === name));
    return { view: Sym.view(viewOf(this.bytes), table.offset + index * Sym.size(h.class), h), index };
  }

  symbol(name: string): SymView {
    const { header: h } = this.elf;
    const table = found(this.elf.symbols);
    const { index } = found([...table].find((s) => s.name === name));
    return Sym.view(viewOf(this.bytes), table.offset + index * Sym.size(h.class), h);
  }

  /** The relocations of a section (SHT_RELA). */
  relocations(name: string): RelaView[] {
    const { offset, size, type } = this.section(name);
    if (type !== SHT.RELA) throw new Absent();
    const { header: h } = this.elf;
    const each = Rela.size(h.class);
    return Array.from({ length: size / each }, (_, i) => Rela.view(viewOf(this.bytes), offset + i * each, h));
  }

  /** The relocation of a place. */
  relocationAt(address: number): RelaView {
    return found(this.relocations(".rela.dyn").find((r) => r.offset === address));
  }

  flip(offset: number, mask = 0x15): void {
    this.bytes[offset]! ^= mask;
  }

  word(offset: number): number {
    return this.elf.header.littleEndian ? this.bytes.readUInt32LE(offset) : this.bytes.readUInt32BE(offset);
  }

  setWord(offset: number, value: number): void {
    if (this.elf.header.littleEndian) this.bytes.writeUInt32LE(value >>> 0, offset);
    else this.bytes.writeUInt32BE(value >>> 0, offset);
  }

  /** The parts of .gnu.hash: file offsets. */
  gnuHash(): { bloom: number; buckets: number; count: number; chains: number; first: number } {
    const { offset } = this.section(".gnu.hash");
    const [count, first, words] = [0, 4, 8].map((at) => this.word(offset + at)) as [number, number, number];
    const bloom = offset + 16;
    const buckets = bloom + words * (this.elf.header.class / 8);
    return { bloom, buckets, count, chains: buckets + 4 * count, first };
  }

  /** The first bucket that is not empty. */
  bucket(): number {
    const { buckets, count } = this.gnuHash();
    const places = Array.from({ length: count }, (_, i) => buckets + 4 * i);
    return found(places.find((at) => this.word(at) !== 0));
  }
}

export function found<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Absent();
  return value;
}
