import { alignDown, alignUp, skipZeros } from "../codec/bytes.js";
import type { PhdrView } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { headerSize } from "../image/header.js";
import type { ElfFile } from "../image/elf.js";
import { fileRange, isDebugFile, isLoaded, type Section } from "../image/sections.js";
import type { Segment } from "../image/segments.js";
import { PF, PT, SHF, SHT } from "../spec/constants.js";
import type { Region, Rewrite } from "./rewrite.js";

/** The name of the section header that keeps what a move left behind under a section, so that `strip` keeps the bytes. */
export const COVER_NAME = ".elfwright.old";

/** The same, for bytes whose address code may hold (the program's own notes, `_DYNAMIC`): nothing is ever written over them. */
export const KEPT_NAME = ".elfwright.kept";

/** Names of version tables that no tag leads to any more: they keep their bytes only. */
const RETIRED_NAMES: readonly string[] = ["gnu.version", "gnu.version_r"];

const isNamed = (s: Section, names: readonly string[]): boolean => isLoaded(s) && s.header.type === SHT.PROGBITS && names.includes(s.name);

/** Is the section one of those that keep bytes which earlier patches left behind? */
export const isCover = (s: Section): boolean => isNamed(s, [COVER_NAME, KEPT_NAME, ...RETIRED_NAMES]);

/** May those bytes be written over? */
export const isFree = (s: Section): boolean => isNamed(s, [COVER_NAME, ...RETIRED_NAMES]);

/** Program headers that lie over what others name, or over nothing: mold's PT_GNU_RELRO may have offset 0. */
export const LIES_OVER: readonly number[] = [PT.NULL, PT.LOAD, PT.PHDR, PT.GNU_RELRO, PT.GNU_STACK];

/** PT_LOADs and PT_GNU_RELRO that begin earlier do so at a multiple of this: tables of any machine are aligned there. */
const SEGMENT_START = 16;

/**
 * Program headers of bytes that are not loaded, behind all that are: RISC-V's attributes, notes for tools. They are found by
 * their offset, so they can move in the file as sections do that are not loaded.
 */
export function unloadedSegments(elf: ElfFile): Segment[] {
  const loads = elf.segments.filter((s) => s.type === PT.LOAD), end = loads.reduce((end, l) => Math.max(end, l.offset + l.filesz), 0);
  return loads.length === 0 ? [] : elf.segments.filter((s) => !LIES_OVER.includes(s.type) && s.exact("filesz") > 0n && s.offset >= end);
}

/** The end of what may not move in the file: headers, segments and loaded sections. Behind it lie only sections for tools. */
export function fixedEnd(elf: ElfFile): number {
  const h = elf.header, movable = unloadedSegments(elf);
  let end = Math.max(headerSize(h), h.phoff + h.phnum * h.phentsize);
  // The program headers of a separate debug file speak of bytes that it has not.
  for (const s of isDebugFile(elf) ? [] : elf.segments) if (s.type !== PT.NULL && s.exact("filesz") > 0n && !movable.includes(s)) end = Math.max(end, s.offset + s.filesz);
  for (const s of elf.sections) if (isLoaded(s)) end = Math.max(end, fileRange(s, elf.source).offset + fileRange(s, elf.source).size);
  return Math.min(end, elf.source.size);
}

/** Addresses of loaded sections without a byte (lld leaves some): BFD moves one that stands inside another section. */
export const emptySections = (elf: ElfFile): number[] => elf.sections.filter((s) => isLoaded(s) && s.header.type !== SHT.NULL && s.header.exact("size") === 0n).map((s) => s.header.addr);

/** Zeros in the file that a program's variables start with: 64-bit PowerPC has a SHT_NOBITS .plt in the middle of a PT_LOAD. */
function backedZeros(elf: ElfFile): { start: number; end: number }[] {
  const loads = elf.segments.filter((s) => s.type === PT.LOAD && s.exact("filesz") > 0n);
  return elf.sections.filter((s) => isLoaded(s) && s.header.type === SHT.NOBITS && !(s.header.flags & SHF.TLS)).flatMap(({ header: s }) => {
    const l = loads.find((l) => l.exact("vaddr") <= s.exact("addr") && s.exact("addr") < l.exact("vaddr") + l.exact("filesz"));
    if (!l) return [];
    const start = Number(s.exact("addr") - l.exact("vaddr")) + l.offset;
    return [{ start, end: Math.min(start + s.size, l.offset + l.filesz) }];
  });
}

/** Which bytes of the fixed part are taken, by the input and by what was placed since. */
export class Space {
  readonly #rewrite: Rewrite;
  readonly #taken: { start: number; end: number }[];
  readonly #end: number;
  #emptyAddresses: number[] | undefined;

  constructor(rewrite: Rewrite) {
    const { elf } = rewrite, h = elf.header;
    this.#rewrite = rewrite;
    this.#end = fixedEnd(elf);
    this.#taken = [
      { start: 0, end: headerSize(h) },
      { start: h.phoff, end: h.phoff + h.phnum * h.phentsize },
      { start: h.shoff, end: h.shoff + h.shnum * h.shentsize },
      ...elf.sections.map((s) => fileRange(s, elf.source)).map(({ offset, size }) => ({ start: offset, end: offset + size })),
      ...backedZeros(elf),
      ...elf.segments.filter((s) => !LIES_OVER.includes(s.type) && s.exact("filesz") > 0n).map((s) => ({ start: s.offset, end: s.offset + s.filesz })),
    ].filter((r) => r.start < r.end);
  }

  #empty(): number[] {
    return (this.#emptyAddresses ??= emptySections(this.#rewrite.elf));
  }

  take(start: number, size: number): void {
    this.#taken.push({ start, end: start + size });
  }

  /**
   * Zero bytes right behind `from` that nothing describes, up to `limit`. Without section headers nothing can be said of
   * what lies inside a segment, so there are none.
   */
  gap(from: number, limit: number): number {
    if (this.#rewrite.elf.sections.length === 0) return 0;
    return this.#free(from, limit);
  }

  #free(from: number, limit: number): number {
    let end = Math.min(limit, this.#end);
    for (const r of this.#taken) {
      if (r.start <= from && from < r.end) return 0;
      if (r.start >= from) end = Math.min(end, r.start);
    }
    if (end <= from) return 0;
    return skipZeros(readExactly(this.#rewrite.elf.source, from, end - from, "a gap"));
  }

  /** Bytes by which a PT_LOAD can grow in place: free in the file, and in memory up to the next segment's page. */
  slack(load: PhdrView): number {
    if (load.filesz !== load.memsz || load.filesz === 0) return 0;
    const fileEnd = load.offset + load.filesz, memoryEnd = load.vaddr + load.memsz;
    const others = this.#rewrite.loads().filter((l) => l.memsz > 0 && l.vaddr !== load.vaddr);
    const next = Math.min(...others.filter((l) => l.vaddr >= memoryEnd).map((l) => alignDown(l.vaddr, this.#rewrite.page)), ...this.#empty().filter((a) => a > memoryEnd));
    // Another segment may map the same bytes of the file (old layouts, injected payloads).
    const inFile = Math.min(...others.filter((l) => l.filesz > 0 && l.offset + l.filesz > fileEnd).map((l) => l.offset));
    return Math.max(0, Math.min(this.#free(fileEnd, inFile), next - memoryEnd));
  }

  /**
   * Puts .dynamic in front of the writable segment that holds it: GNU ld ends PT_GNU_RELRO on a page and so leaves the start of
   * its first page free. Both then begin earlier in the same page, so kernels and loaders map what they mapped before.
   */
  placeInFront(region: Region): boolean {
    const load = this.#rewrite.loads().find((l) => l.offset <= region.offset && region.offset + region.size <= l.offset + l.filesz);
    const relro = this.#rewrite.segment(PT.GNU_RELRO);
    if (!load || !(load.flags & PF.W) || load.flags & PF.X || (relro && relro.vaddr !== load.vaddr)) return false;
    const address = alignDown(load.vaddr - region.newSize, Math.max(region.align, SEGMENT_START)), bytes = load.vaddr - address, offset = load.offset - bytes;
    const others = this.#rewrite.loads().filter((l) => l.vaddr < load.vaddr);
    const isFree = offset > 0 && address >= alignDown(load.vaddr, this.#rewrite.page) && others.every((l) => l.vaddr + l.memsz <= alignDown(load.vaddr, this.#rewrite.page)) && this.#free(offset, load.offset) === bytes
      && !this.#empty().some((a) => a > address && a < load.vaddr);
    if (!isFree || this.#rewrite.loads().some((l) => l !== load && l.offset < load.offset && l.offset + l.filesz > offset)) return false;
    this.take(offset, bytes);
    for (const s of relro ? [load, relro] : [load]) {
      s.offset -= bytes;
      s.vaddr -= bytes;
      s.paddr -= bytes;
      s.filesz += bytes;
      s.memsz += bytes;
    }
    this.#rewrite.place(region, "in-front", offset, BigInt(address), `${bytes} bytes were free in front of its segment${relro ? " and of PT_GNU_RELRO" : ""}`);
    return true;
  }

  /** Puts a read-only region behind a read-only segment, without code if there is a choice. False where none has the room. */
  placeInSlack(region: Region): boolean {
    if (region.writable) return false;
    const loads = this.#rewrite.loads().filter((l) => l.flags & PF.R && !(l.flags & PF.W));
    loads.sort((a, b) => (a.flags & PF.X) - (b.flags & PF.X) || a.vaddr - b.vaddr);
    for (const load of loads) {
      const end = load.vaddr + load.memsz, address = alignUp(end, region.align), bytes = address - end + region.newSize;
      if (this.slack(load) < bytes) continue;
      const offset = load.offset + load.filesz + address - end;
      this.take(load.offset + load.filesz, bytes);
      this.#rewrite.place(region, "slack", offset, BigInt(address), `${bytes} bytes were free at the end of the read-only segment at 0x${load.vaddr.toString(16)}`);
      load.filesz = load.memsz = load.filesz + bytes;
      return true;
    }
    this.#rewrite.tried.push(`no read-only segment has ${region.newSize} free bytes behind it`);
    return false;
  }
}

/** Is the section a table that loaders reach through a pointer (so that nothing else can hold its address)? */
export function isTableSection(type: number): boolean {
  return ([SHT.DYNAMIC, SHT.DYNSYM, SHT.HASH, SHT.GNU_HASH, SHT.GNU_VERDEF, SHT.GNU_VERNEED, SHT.GNU_VERSYM, SHT.STRTAB, SHT.NOTE] as number[]).includes(type);
}
