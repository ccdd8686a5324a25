import { smallest } from "../../../codec/ascending.js";
import { alignDown, skipZeros } from "../../../codec/bytes.js";
import type { PhdrView } from "../../../codec/records.js";
import { readExactly } from "../../../codec/source.js";
import { hangingEntries } from "../../../image/dynamic/hanging.js";
import { loaderTables } from "../../../image/dynamic/loader-tables.js";
import { headerSize } from "../../../image/headers/header.js";
import type { ElfFile, Segment } from "../../../image/elf.js";
import { loadedAt, sectionColumns } from "../../../image/headers/section-columns.js";
import { isDebugFile, isLoaded } from "../../../image/headers/sections.js";
import { Tolerant } from "../../../image/tolerant.js";
import { ET, PT, SHF, SHT } from "../../../spec/constants.js";
import type { ProgramHeaders } from "../program-headers.js";

/** Program headers that lie over what others name, or over nothing: mold's PT_GNU_RELRO may have offset 0. */
export const LIES_OVER: readonly number[] = [PT.NULL, PT.LOAD, PT.PHDR, PT.GNU_RELRO, PT.GNU_STACK];

/**
 * Program headers of bytes that are not loaded and follow all that are: RISC-V's attributes, notes for tools. They are
 * found by their offset, so they can move in the file like sections that are not loaded.
 */
export function unloadedSegments(elf: ElfFile): Segment[] {
  const loads = elf.segments.filter((s) => s.type === PT.LOAD);
  if (loads.length === 0) return [];

  const loadedEnd = loads.reduce((end, load) => Math.max(end, load.offset + load.filesz), 0);
  return elf.segments.filter((s) => !LIES_OVER.includes(s.type) && s.exact("filesz") > 0n && s.offset >= loadedEnd);
}

/**
 * The end of what may not move in the file: headers, segments and loaded sections. Only sections for tools lie after
 * it.
 */
export function fixedEnd(elf: ElfFile): number {
  const h = elf.header;
  const movable = unloadedSegments(elf);
  let end = Math.max(headerSize(h), h.phoff + h.phnum * h.phentsize);

  // The program headers of a separate debug file name bytes that it does not have.
  for (const s of isDebugFile(elf) ? [] : elf.segments) {
    const isFixed = s.type !== PT.NULL && s.exact("filesz") > 0n && !movable.includes(s);
    if (isFixed) end = Math.max(end, s.offset + s.filesz);
  }

  if (h.shnum === 0) end = hangingEntries(elf).reduce((most, hanging) => Math.max(most, hanging.end), end);

  const sections = sectionColumns(elf);
  const count = h.type === ET.REL ? 0 : sections.count;
  for (let i = 0; i < count; i++) {
    const hasBytes = sections.type[i] !== SHT.NULL && sections.type[i] !== SHT.NOBITS;
    if (hasBytes && loadedAt(sections, i)) end = Math.max(end, sections.offset[i]! + sections.fileSize[i]!);
  }

  return Math.min(end, elf.source.size);
}

/** Addresses of loaded sections without a byte (lld leaves some). BFD moves one that stands inside another section. */
export const emptySections = (elf: ElfFile): number[] =>
  elf.sections
    .filter((s) => isLoaded(s) && s.header.type !== SHT.NULL && s.header.exact("size") === 0n)
    .map((s) => s.header.addr);

/** A range of the file, which may be empty. */
interface FileRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Zeros in the file that a program's variables start with: 64-bit PowerPC has a SHT_NOBITS .plt in the middle of a
 * PT_LOAD.
 */
function backedZeros(elf: ElfFile): FileRange[] {
  const loads = elf.segments.filter((s) => s.type === PT.LOAD && s.exact("filesz") > 0n);
  const variables = elf.sections.filter(
    (s) => isLoaded(s) && s.header.type === SHT.NOBITS && !(s.header.flags & SHF.TLS),
  );

  return variables.flatMap(({ header }) => {
    const addr = header.exact("addr");
    const load = loads.find((l) => {
      const vaddr = l.exact("vaddr");
      return vaddr <= addr && addr < vaddr + l.exact("filesz");
    });
    if (!load) return [];

    const start = Number(addr - load.exact("vaddr")) + load.offset;
    return [{ start, end: Math.min(start + header.size, load.offset + load.filesz) }];
  });
}

/**
 * What loaders read by DT_* and PT_*, whatever section headers say of it. Where the tables of a file cannot be read,
 * section headers are all there is. Without these, the first byte of what a tag leads to ends what is free.
 */
function reachedTables(elf: ElfFile): FileRange[] {
  const tolerant = new Tolerant();
  const tables = tolerant.part(() => loaderTables(elf)) ?? [];
  const entries = elf.header.shnum === 0 ? (tolerant.part(() => elf.dynamic)?.entries ?? []) : [];
  const starts = entries.flatMap(({ kind, value }) => (kind === "address" ? (elf.offsetOf(value) ?? []) : []));

  return [
    ...tables.map(({ offset, size }) => ({ start: offset, end: offset + size })),
    ...starts.map((start) => ({ start, end: start + 1 })),
  ];
}

/** What of the input cannot take a table. */
interface TakenBytes {
  readonly taken: FileRange[];
  /** The end of the fixed part. */
  readonly end: number;
}

function takenByInput(elf: ElfFile): TakenBytes {
  const h = elf.header;
  const { offset, fileSize } = sectionColumns(elf);
  const taken = [
    { start: 0, end: headerSize(h) },
    { start: h.phoff, end: h.phoff + h.phnum * h.phentsize },
    { start: h.shoff, end: h.shoff + h.shnum * h.shentsize },
    ...Array.from(offset, (start, i) => ({ start, end: start + fileSize[i]! })),
    ...backedZeros(elf),
    ...reachedTables(elf),
    ...elf.segments
      .filter((s) => !LIES_OVER.includes(s.type) && s.exact("filesz") > 0n)
      .map((s) => ({ start: s.offset, end: s.offset + s.filesz })),
  ];
  return { taken: taken.filter((r) => r.start < r.end), end: fixedEnd(elf) };
}

/** Which bytes of the fixed part are taken, by the input and by what has been placed since. */
export class Space {
  readonly #elf: ElfFile;
  readonly #headers: ProgramHeaders;
  readonly #page: number;
  #takenBytes: TakenBytes | undefined;
  #emptyAddresses: number[] | undefined;

  /** @param page page size in bytes, for every question of what segments may share */
  constructor(elf: ElfFile, headers: ProgramHeaders, page: number) {
    this.#elf = elf;
    this.#headers = headers;
    this.#page = page;
  }

  /** Worked out only where something has to be placed: a strip places nothing. */
  get #input(): TakenBytes {
    return (this.#takenBytes ??= takenByInput(this.#elf));
  }

  /** Addresses of empty sections: no table may lie over one. */
  get emptyAddresses(): number[] {
    return (this.#emptyAddresses ??= emptySections(this.#elf));
  }

  take(start: number, size: number): void {
    this.#input.taken.push({ start, end: start + size });
  }

  /**
   * How many zero bytes from `from` on, up to `limit`, belong to no section, no segment and no table that was placed. 0
   * without section headers, since nothing is known then of what lies inside a segment.
   */
  gap(from: number, limit: number): number {
    if (this.#elf.header.shnum === 0) return 0;
    return this.free(from, limit);
  }

  /** The same, whether there are section headers or not: for bytes in front of a segment or after it. */
  free(from: number, limit: number): number {
    const input = this.#input;
    let end = Math.min(limit, input.end);
    for (const range of input.taken) {
      if (range.start <= from && from < range.end) return 0;
      if (range.start >= from) end = Math.min(end, range.start);
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
    const memoryLimit = smallest([
      ...others.filter((l) => l.vaddr >= memoryEnd).map((l) => alignDown(l.vaddr, this.#page)),
      ...this.emptyAddresses.filter((address) => address > memoryEnd),
    ]);

    // Another segment may map the same bytes of the file (old layouts, injected payloads).
    const mapped = others.filter((l) => l.filesz > 0 && l.offset + l.filesz > fileEnd);
    const fileLimit = smallest(mapped.map((l) => l.offset));

    return Math.max(0, Math.min(this.free(fileEnd, fileLimit), memoryLimit - memoryEnd));
  }
}
