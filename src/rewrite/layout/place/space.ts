import { smallest } from "../../../codec/ascending.js";
import { alignDown, skipZeros } from "../../../codec/bytes.js";
import type { PhdrView } from "../../../codec/records.js";
import { readExactly } from "../../../codec/source.js";
import { loaderTables } from "../../../image/dynamic/loader-tables.js";
import { headerSize } from "../../../image/headers/header.js";
import type { ElfFile, Segment } from "../../../image/elf.js";
import { loadedAt, sectionColumns } from "../../../image/headers/section-columns.js";
import { assertInFile, fileRange, isDebugFile, isLoaded } from "../../../image/headers/sections.js";
import { Tolerant } from "../../../image/tolerant.js";
import { ET, PT, SHF, SHT } from "../../../spec/constants.js";
import type { ProgramHeaders } from "../program-headers.js";

/** Program headers that lie over what others name, or over nothing: mold's PT_GNU_RELRO may have offset 0. */
export const LIES_OVER: readonly number[] = [PT.NULL, PT.LOAD, PT.PHDR, PT.GNU_RELRO, PT.GNU_STACK];

/**
 * Program headers of bytes that are not loaded, behind all that are: RISC-V's attributes, notes for tools. They are
 * found by their offset, so they can move in the file as sections do that are not loaded.
 */
export function unloadedSegments(elf: ElfFile): Segment[] {
  const loads = elf.segments.filter((s) => s.type === PT.LOAD);
  const end = loads.reduce((end, l) => Math.max(end, l.offset + l.filesz), 0);
  return loads.length === 0
    ? []
    : elf.segments.filter((s) => !LIES_OVER.includes(s.type) && s.exact("filesz") > 0n && s.offset >= end);
}

/**
 * The end of what may not move in the file: headers, segments and loaded sections. Behind it lie only sections for
 * tools.
 */
export function fixedEnd(elf: ElfFile): number {
  const h = elf.header;
  const movable = unloadedSegments(elf);
  let end = Math.max(headerSize(h), h.phoff + h.phnum * h.phentsize);

  // The program headers of a separate debug file speak of bytes that it has not.
  for (const s of isDebugFile(elf) ? [] : elf.segments) {
    if (s.type !== PT.NULL && s.exact("filesz") > 0n && !movable.includes(s)) end = Math.max(end, s.offset + s.filesz);
  }

  const c = sectionColumns(elf);
  for (let i = 0; h.type !== ET.REL && i < c.count; i++) {
    if (!loadedAt(c, i)) continue;
    assertInFile(elf, c, i);
    if (c.type[i] !== SHT.NULL && c.type[i] !== SHT.NOBITS) end = Math.max(end, c.offset[i]! + c.fileSize[i]!);
  }

  return Math.min(end, elf.source.size);
}

/** Addresses of loaded sections without a byte (lld leaves some): BFD moves one that stands inside another section. */
export const emptySections = (elf: ElfFile): number[] =>
  elf.sections
    .filter((s) => isLoaded(s) && s.header.type !== SHT.NULL && s.header.exact("size") === 0n)
    .map((s) => s.header.addr);

/**
 * Zeros in the file that a program's variables start with: 64-bit PowerPC has a SHT_NOBITS .plt in the middle of a
 * PT_LOAD.
 */
function backedZeros(elf: ElfFile): { start: number; end: number }[] {
  const loads = elf.segments.filter((s) => s.type === PT.LOAD && s.exact("filesz") > 0n);
  return elf.sections
    .filter((s) => isLoaded(s) && s.header.type === SHT.NOBITS && !(s.header.flags & SHF.TLS))
    .flatMap(({ header: s }) => {
      const l = loads.find(
        (l) => l.exact("vaddr") <= s.exact("addr") && s.exact("addr") < l.exact("vaddr") + l.exact("filesz"),
      );
      if (!l) return [];
      const start = Number(s.exact("addr") - l.exact("vaddr")) + l.offset;
      return [{ start, end: Math.min(start + s.size, l.offset + l.filesz) }];
    });
}

/**
 * What loaders read by DT_* and PT_*, whatever section headers say of it. Of a file whose tables cannot be read, what
 * these say is all.
 */
function reachedTables(elf: ElfFile): { start: number; end: number }[] {
  const tables = new Tolerant().part(() => loaderTables(elf)) ?? [];
  return tables.map(({ offset, size }) => ({ start: offset, end: offset + size }));
}

/** Which bytes of the fixed part are taken, by the input and by what was placed since. */
export class Space {
  readonly #elf: ElfFile;
  readonly #headers: ProgramHeaders;
  readonly #page: number;
  #known: { taken: { start: number; end: number }[]; end: number } | undefined;
  #emptyKnown: number[] | undefined;

  /** @param page size in bytes of what segments may share */
  constructor(elf: ElfFile, headers: ProgramHeaders, page: number) {
    this.#elf = elf;
    this.#headers = headers;
    this.#page = page;
  }

  /** Worked out where something has to be placed: a strip places nothing. */
  get #input(): { taken: { start: number; end: number }[]; end: number } {
    if (this.#known) return this.#known;

    const elf = this.#elf;
    const h = elf.header;
    const taken = [
      { start: 0, end: headerSize(h) },
      { start: h.phoff, end: h.phoff + h.phnum * h.phentsize },
      { start: h.shoff, end: h.shoff + h.shnum * h.shentsize },
      ...elf.sections
        .map((s) => fileRange(s, elf.source))
        .map(({ offset, size }) => ({ start: offset, end: offset + size })),
      ...backedZeros(elf),
      ...reachedTables(elf),
      ...elf.segments
        .filter((s) => !LIES_OVER.includes(s.type) && s.exact("filesz") > 0n)
        .map((s) => ({ start: s.offset, end: s.offset + s.filesz })),
    ];

    return (this.#known = { taken: taken.filter((r) => r.start < r.end), end: fixedEnd(elf) });
  }

  /** Addresses of empty sections: no table may lie over one. */
  get emptyAddresses(): number[] {
    return (this.#emptyKnown ??= emptySections(this.#elf));
  }

  take(start: number, size: number): void {
    this.#input.taken.push({ start, end: start + size });
  }

  /**
   * How many zero bytes stand from `from` on, up to `limit`, that no section, no segment and no table that was placed
   * has. Without section headers nothing can be said of what lies inside a segment: 0.
   */
  gap(from: number, limit: number): number {
    if (this.#elf.header.shnum === 0) return 0;
    return this.free(from, limit);
  }

  /** The same, whether there are section headers or not: for bytes in front of a segment, or behind it. */
  free(from: number, limit: number): number {
    const input = this.#input;
    let end = Math.min(limit, input.end);
    for (const r of input.taken) {
      if (r.start <= from && from < r.end) return 0;
      if (r.start >= from) end = Math.min(end, r.start);
    }
    if (end <= from) return 0;
    return skipZeros(readExactly(this.#elf.source, from, end - from, "a gap"));
  }

  /** Bytes by which a PT_LOAD can grow in place: free in the file, and in memory up to the next segment's page. */
  slack(load: PhdrView): number {
    if (load.filesz !== load.memsz || load.filesz === 0) return 0;

    const fileEnd = load.offset + load.filesz;
    const memoryEnd = load.vaddr + load.memsz;
    const others = this.#headers.loads().filter((l) => l.memsz > 0 && l.vaddr !== load.vaddr);
    const next = smallest([
      ...others.filter((l) => l.vaddr >= memoryEnd).map((l) => alignDown(l.vaddr, this.#page)),
      ...this.emptyAddresses.filter((a) => a > memoryEnd),
    ]);
    // Another segment may map the same bytes of the file (old layouts, injected payloads).
    const inFile = smallest(others.filter((l) => l.filesz > 0 && l.offset + l.filesz > fileEnd).map((l) => l.offset));

    return Math.max(0, Math.min(this.free(fileEnd, inFile), next - memoryEnd));
  }
}
