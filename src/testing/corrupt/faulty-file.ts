import { concat, viewOf } from "../../codec/bytes.js";
import {
  Dyn,
  type DynView,
  type EhdrView,
  Phdr,
  type PhdrView,
  Shdr,
  type ShdrView,
  Sym,
  type SymView,
} from "../../codec/records.js";
import type { Struct, View } from "../../codec/struct.js";
import type { Dynamic, ElfFile, SymbolTable } from "../../image/elf.js";
import { headerView } from "../../image/headers/header.js";
import { PT, SHF, SHT, STT } from "../../spec/constants.js";
import type { RecordFields } from "../../spec/records.js";

/** The file has not what a change wants to break. */
export class NothingToBreak extends Error {}

/** The value, or {@link NothingToBreak} where there is none. */
export function wanted<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new NothingToBreak();
  return value;
}

/** A record, for what changes a field of any of them. */
interface ExactFields<Name extends string> {
  exact(field: Name): bigint;
  setExact(field: Name, value: bigint): void;
}

/** Adds to a field of any width; bits above it are cut off. */
export function raise<Name extends string>(view: ExactFields<Name>, field: NoInfer<Name>, by: number | bigint): void {
  view.setExact(field, view.exact(field) + BigInt(by));
}

/** Sections that tables of symbols and names stand in: no change makes something else of them. */
const TABLES: readonly number[] = /* @__PURE__ */ [
  [SHT.NULL, SHT.SYMTAB, SHT.STRTAB, SHT.SYMTAB_SHNDX, SHT.GROUP],
].flat();

/** Program headers that a loader or a rule cannot do without. */
const VITAL: readonly number[] = /* @__PURE__ */ [
  [PT.LOAD, PT.DYNAMIC, PT.INTERP, PT.PHDR, PT.GNU_RELRO, PT.TLS],
].flat();

/** A copy of a file whose records can be written to. Records are found as they stood in the input. */
export class FaultyFile {
  bytes: Uint8Array;
  /** The input. */
  readonly elf: ElfFile;

  constructor(bytes: Uint8Array, elf: ElfFile) {
    // The slice() of a Buffer would share memory.
    this.bytes = Uint8Array.from(bytes);
    this.elf = elf;
  }

  /** The record at a file offset. */
  record<F extends RecordFields>(type: Struct<F>, at: number): View<F> {
    const size = type.size(this.elf.header.class);
    if (!(at >= 0 && at + size <= this.bytes.length)) throw new NothingToBreak();
    return type.view(viewOf(this.bytes), at, this.elf.header);
  }

  get header(): EhdrView {
    return headerView(this.bytes, this.elf.header);
  }

  segment(index: number): PhdrView {
    const { phoff, phentsize, phnum } = this.elf.header;
    if (index < 0 || index >= phnum) throw new NothingToBreak();
    return this.record(Phdr, phoff + index * phentsize);
  }

  /** The indexes of the program headers of a type. */
  segmentsOf(type: number): number[] {
    const { segments } = this.elf;
    return [...segments.keys()].filter((i) => segments[i]!.type === type);
  }

  /** The first program header of a type. */
  only(type: number): PhdrView {
    return this.segment(wanted(this.segmentsOf(type)[0]));
  }

  /** The indexes of the PT_LOADs that map something, in table order. */
  get loads(): number[] {
    const { segments } = this.elf;
    return this.segmentsOf(PT.LOAD).filter(
      (i) => segments[i]!.exact("memsz") > 0n || segments[i]!.exact("filesz") > 0n,
    );
  }

  /** Moves a program header to another place in the table; those between them make room. */
  moveSegment(from: number, to: number): void {
    const { phoff, phentsize } = this.elf.header;
    const at = (index: number) => phoff + index * phentsize;
    const moved = this.bytes.slice(at(from), at(from + 1));
    if (from < to) this.bytes.copyWithin(at(from), at(from + 1), at(to + 1));
    else this.bytes.copyWithin(at(to + 1), at(to), at(from));
    this.bytes.set(moved, at(to));
  }

  section(index: number): ShdrView {
    const { shoff, shentsize, shnum } = this.elf.header;
    if (index < 0 || index >= shnum) throw new NothingToBreak();
    return this.record(Shdr, shoff + index * shentsize);
  }

  /** The indexes of the sections that a test accepts, without section header 0. */
  sectionsWhere(test: (header: ShdrView) => boolean): number[] {
    const indexes: number[] = [];
    for (let i = 1; i < this.elf.header.shnum; i++) if (test(this.section(i))) indexes.push(i);
    return indexes;
  }

  /** The indexes of sections that are loaded and not empty. */
  get loadedSections(): number[] {
    return this.sectionsWhere((s) => isAllocated(s) && s.exact("size") > 0n);
  }

  /** The indexes of sections that are not loaded and hold no table of symbols or names: comments, debug data. */
  get spareSections(): number[] {
    return this.sectionsWhere((s) => !isAllocated(s) && !TABLES.includes(s.type));
  }

  /** A program header that can become another one. */
  get spareSegment(): number {
    const { segments } = this.elf;
    const indexes = [...segments.keys()].reverse();
    const ofType = (type: number) => indexes.find((i) => segments[i]!.type === type);
    const other = indexes.find((i) => !VITAL.includes(segments[i]!.type));
    return wanted(ofType(PT.NULL) ?? ofType(PT.GNU_STACK) ?? other);
  }

  get dynamic(): Dynamic {
    return wanted(this.elf.dynamic);
  }

  /** The entry of the dynamic section with this index. */
  entryAt(index: number): DynView {
    return this.record(Dyn, this.dynamic.offset + index * Dyn.size(this.elf.header.class));
  }

  /** The first entry of a tag. */
  entry(tag: number): DynView {
    return this.entryAt(wanted(this.dynamic.entries.find((e) => e.tag === tag)).index);
  }

  /** The indexes of the symbols of a table whose records a test accepts. */
  symbolsWhere(table: SymbolTable | null, test: (symbol: SymView) => boolean, most = 64): number[] {
    const found: number[] = [];
    if (!table?.exact) return found;
    for (let i = 1; i < table.count && found.length < most; i++) {
      if (test(this.symbol(table, i))) found.push(i);
    }
    return found;
  }

  symbol(table: SymbolTable | null, index: number): SymView {
    return this.record(Sym, wanted(table).offset + index * Sym.size(this.elf.header.class));
  }

  /** The file offset of bytes at an address. */
  place(address: bigint, length = 1): number {
    return wanted(this.elf.offsetOf(address, length));
  }

  word(at: number): number {
    if (at + 4 > this.bytes.length) throw new NothingToBreak();
    return viewOf(this.bytes).getUint32(at, this.elf.header.littleEndian);
  }

  setWord(at: number, value: number): void {
    if (at + 4 > this.bytes.length) throw new NothingToBreak();
    viewOf(this.bytes).setUint32(at, value, this.elf.header.littleEndian);
  }

  /** Puts bytes behind the end of the file, and returns their offset. */
  append(bytes: Uint8Array, alignment = 16): number {
    const padding = -this.bytes.length & (alignment - 1);
    const offset = this.bytes.length + padding;
    this.bytes = concat([this.bytes, new Uint8Array(padding), bytes]);
    return offset;
  }

  /** Makes another section of a spare section header. Its section symbols follow, so that they stay right. */
  reuseSection(index: number, fields: Readonly<Partial<Record<keyof ShdrView & string, number | bigint>>>): void {
    const section = this.section(index);
    for (const [field, value] of Object.entries(fields)) section.setExact(field as "size", BigInt(value as number));
    this.moveSymbols(index);
  }

  /** Gives the section symbols of a section its address. */
  moveSymbols(index: number): void {
    const { symbols } = this.elf;
    const addr = this.section(index).exact("addr");
    for (const i of this.symbolsWhere(symbols, (s) => (s.info & 15) === STT.SECTION && s.shndx === index)) {
      this.symbol(symbols, i).setExact("value", addr);
    }
  }
}

const isAllocated = (s: ShdrView): boolean => (s.exact("flags") & BigInt(SHF.ALLOC)) !== 0n;
