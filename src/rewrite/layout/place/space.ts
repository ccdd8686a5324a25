import { firstPassing } from "../../../codec/ascending.js";
import { addressDown, skipZeros } from "../../../codec/bytes.js";
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

/**
 * Addresses of loaded sections without a byte (lld leaves some), in order. BFD moves one that stands inside another
 * section.
 */
const emptySections = (elf: ElfFile): bigint[] =>
  elf.sections
    .filter((s) => isLoaded(s) && s.header.type !== SHT.NULL && s.header.exact("size") === 0n)
    .map((s) => s.header.exact("addr"))
    .sort(byAddress);

const byAddress = (a: bigint, b: bigint): number => (a < b ? -1 : Number(a > b));

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
  /** Does it take one of these bytes? */
  readonly overlaps: (start: number, end: number) => boolean;
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
  return { overlaps: overlaps(taken), end: fixedEnd(elf) };
}

/** Tells in logarithmic time whether one of these ranges has a byte of another one. */
function overlaps(ranges: readonly FileRange[]): TakenBytes["overlaps"] {
  const sorted = ranges.filter((r) => r.start < r.end).sort((a, b) => a.start - b.start);
  const ends = sorted.map((r) => r.end);
  for (let i = 1; i < ends.length; i++) ends[i] = Math.max(ends[i]!, ends[i - 1]!);

  // Of the ranges that begin before the end, one has to reach over the start.
  return (start, end) => {
    const before = firstPassing(sorted.length, (i) => sorted[i]!.start >= end);
    return before > 0 && ends[before - 1]! > start;
  };
}

/** Where the PT_LOADs leave off, in memory and in the file. */
interface Neighbours {
  /** Where those with memory begin, in order. */
  readonly starts: readonly bigint[];
  /** Where those with bytes end in the file, in order. */
  readonly ends: readonly number[];
  /** The first byte in the file of those that end there or later, for each of `ends`. */
  readonly firsts: readonly number[];
}

function neighboursAmong(loads: readonly PhdrView[]): Neighbours {
  const starts = loads.filter((l) => l.exact("memsz") > 0n).map((l) => l.exact("vaddr"));
  const inFile = loads.filter((l) => l.filesz > 0).map((l) => ({ start: l.offset, end: l.offset + l.filesz }));
  inFile.sort((a, b) => a.end - b.end);

  const firsts = inFile.map((r) => r.start);
  for (let i = firsts.length - 2; i >= 0; i--) firsts[i] = Math.min(firsts[i]!, firsts[i + 1]!);
  return { starts: starts.sort(byAddress), ends: inFile.map((r) => r.end), firsts };
}

/** Which bytes of the fixed part are taken, by the input and by what has been placed since. */
export class Space {
  readonly #elf: ElfFile;
  readonly #headers: ProgramHeaders;
  readonly #page: number;
  readonly #placed: FileRange[] = [];
  #takenBytes: TakenBytes | undefined;
  #emptyAddresses: readonly bigint[] | undefined;
  #neighbours: Neighbours | undefined;

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

  /** Addresses of empty sections, in order: no table may lie over one. */
  get emptyAddresses(): readonly bigint[] {
    return (this.#emptyAddresses ??= emptySections(this.#elf));
  }

  /** A table takes these bytes, for which PT_LOADs may have grown. */
  take(start: number, size: number): void {
    this.#placed.push({ start, end: start + size });
    this.#neighbours = undefined;
  }

  /**
   * Are these bytes zeros that belong to no section, no segment and no table that was placed? Not without section
   * headers, since nothing is known then of what lies inside a segment.
   */
  isGap(from: number, size: number): boolean {
    return this.#elf.header.shnum > 0 && this.isFree(from, size);
  }

  /** The same, whether there are section headers or not: for bytes in front of a segment or after it. */
  isFree(from: number, size: number): boolean {
    const end = from + size;
    const { overlaps, end: fixed } = this.#input;
    const isTaken = overlaps(from, end) || this.#placed.some((r) => r.start < end && from < r.end);
    if (isTaken || end > fixed) return false;

    return skipZeros(readExactly(this.#elf.source, from, size, "a gap")) === size;
  }

  /** Can a PT_LOAD grow in place: free in the file, and in memory up to the next segment's page? */
  hasSlack(load: PhdrView, size: number): boolean {
    if (load.filesz !== load.memsz || load.filesz === 0) return false;

    const { starts, ends, firsts } = (this.#neighbours ??= neighboursAmong(this.#headers.loads()));
    const memoryEnd = load.exact("vaddr") + load.exact("memsz");
    const newEnd = memoryEnd + BigInt(size);
    const next = starts[firstPassing(starts.length, (i) => starts[i]! >= memoryEnd)];
    const empty =
      this.emptyAddresses[firstPassing(this.emptyAddresses.length, (i) => this.emptyAddresses[i]! > memoryEnd)];
    const meets =
      (next !== undefined && newEnd > addressDown(next, this.#page)) || (empty !== undefined && newEnd > empty);
    if (meets) return false;

    // Another segment may map the same bytes of the file (old layouts, injected payloads).
    const fileEnd = load.offset + load.filesz;
    const first = firsts[firstPassing(ends.length, (i) => ends[i]! > fileEnd)];
    if (first !== undefined && first < fileEnd + size) return false;
    return this.isFree(fileEnd, size);
  }
}
