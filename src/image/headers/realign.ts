import { hex } from "../../error.js";
import { PT, SHT } from "../../spec/constants.js";
import { wordSize } from "../../codec/encoding.js";
import type { ElfFile, Segment } from "../elf.js";
import { headerSize } from "./header.js";
import { fileAlignment } from "./sections.js";

/** Bytes of the input move up by `by` bytes, from the offset `at` on until the next shift. */
export interface Shift {
  readonly at: number;
  readonly by: number;
}

/** What makes the offset of every PT_LOAD congruent to its address, without changing an address. */
export interface Realignment {
  /** In ascending order. What lies before the first shift stays. Empty where nothing has to move. */
  readonly shifts: readonly Shift[];
  /** Why it is not possible, in words. Empty where it is. */
  readonly obstacles: readonly string[];
}

/** Nobody wants a file with more padding than this. Only a p_align far above any page leads to it. */
const MOST_PADDING = 64 << 20;

/** A broken file may have an obstacle at each of its headers. More than this many help nobody. */
const MOST_OBSTACLES = 20;

/** A PT_LOAD with bytes in the file. */
interface Load {
  /** Its name in messages. */
  readonly label: string;
  readonly offset: number;
  readonly end: number;
  readonly vaddr: bigint;
  /** What p_vaddr and p_offset must be congruent modulo. */
  readonly modulus: bigint;
}

const isPowerOfTwo = (n: bigint): boolean => n > 0n && (n & (n - 1n)) === 0n;

/** What p_vaddr and p_offset must be congruent modulo: mmap asks for the page size, ld.so for p_align. */
export const modulusOf = (align: bigint, pageSize: number): bigint =>
  align > BigInt(pageSize) ? align : BigInt(pageSize);

/** The number of bytes that the byte at this offset moves up by. */
export function shiftAt(shifts: readonly Shift[], offset: number): number {
  let low = 0;
  let high = shifts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (shifts[middle]!.at <= offset) low = middle + 1;
    else high = middle;
  }
  return shifts[low - 1]?.by ?? 0;
}

/**
 * The smallest moves that make p_offset of every PT_LOAD congruent to p_vaddr modulo the page size. With each PT_LOAD
 * moves what lies behind it in the file, up to the next PT_LOAD.
 */
export function realignment(elf: ElfFile, pageSize: number): Realignment {
  const obstacles: string[] = [];
  const loads = loadsOf(elf, pageSize, obstacles);
  const shifts = shiftsOf(elf, loads);

  const padding = shifts.at(-1)?.by ?? 0;
  const largestSize = elf.header.class === 32 ? 0xffff_ffff : Number.MAX_SAFE_INTEGER;
  if (padding > MOST_PADDING || elf.source.size + padding > largestSize) {
    obstacles.push(`the file would grow by ${padding} bytes of padding`);
  }
  if (shifts.length > 0) obstacles.push(...conflicts(elf, loads, shifts));

  return { shifts, obstacles: obstacles.slice(0, MOST_OBSTACLES) };
}

/** The PT_LOADs with bytes in the file, in the order of their offsets. */
function loadsOf(elf: ElfFile, pageSize: number, obstacles: string[]): Load[] {
  const size = BigInt(elf.source.size);
  const loads: Load[] = [];
  for (const s of elf.segments) {
    if (s.type !== PT.LOAD) continue;

    const offset = s.exact("offset");
    const filesz = s.exact("filesz");
    const vaddr = s.exact("vaddr");
    const align = s.exact("align");
    const label = `PT_LOAD ${hex(vaddr)}`;
    const end = offset + filesz;

    if (align > 1n && !isPowerOfTwo(align)) {
      obstacles.push(`${label}: p_align ${hex(align)} is not a power of two`);
    } else if (filesz > 0n && end > size) {
      obstacles.push(`${label}: its bytes in the file reach past the end of the file (${hex(size)})`);
    } else if (filesz > 0n) {
      loads.push({ label, offset: Number(offset), end: Number(end), vaddr, modulus: modulusOf(align, pageSize) });
    }
  }

  return loads.sort((a, b) => a.offset - b.offset);
}

/** The bytes that a PT_LOAD has to move up further to be congruent, once it has moved by `by` bytes. */
function missing({ offset, vaddr, modulus }: Load, by: number): number {
  const difference = (vaddr - BigInt(offset + by)) % modulus;
  return Number((difference + modulus) % modulus);
}

function shiftsOf(elf: ElfFile, loads: readonly Load[]): Shift[] {
  const shifts: Shift[] = [];
  let by = 0;
  let end = 0;
  for (const load of loads) {
    const more = missing(load, by);
    if (more > 0) {
      by += more;
      shifts.push({ at: load.offset, by });
    }
    end = Math.max(end, load.end);
  }

  // What lies behind the PT_LOADs keeps its alignment.
  const align = by > 0 ? alignmentFrom(elf, end) : 1;
  const excess = by % align;
  if (excess > 0) shifts.push({ at: end, by: by + align - excess });

  return shifts;
}

/** The largest alignment of sections from this offset on, at least that of a header table. */
function alignmentFrom(elf: ElfFile, start: number): number {
  let align: number = wordSize(elf.header);
  for (const { header: s } of elf.sections) {
    const counts = s.type !== SHT.NULL && s.near("offset") >= start && isPowerOfTwo(s.exact("addralign"));
    if (counts) align = Math.max(align, fileAlignment(s.near("addralign")));
  }
  return align;
}

/** What the moves would tear apart, and what they would move that has to stay. */
function* conflicts(elf: ElfFile, loads: readonly Load[], shifts: readonly Shift[]): Generator<string> {
  const { header: h } = elf;
  const firstMoved = shifts[0]!.at;
  const fixed = (what: string, start: number, end: number) =>
    firstMoved < end
      ? [`${what} (${hex(start)}..${hex(end - 1)}) would have to move with the bytes at ${hex(firstMoved)}`]
      : [];
  yield* fixed("the ELF header", 0, headerSize(h));
  if (h.phnum > 0) yield* fixed("the program header table", h.phoff, h.phoff + h.phnum * h.phentsize);

  for (const load of loads) {
    if (missing(load, shiftAt(shifts, load.offset)) > 0) {
      yield `${load.label}: another PT_LOAD maps the same bytes of the file (${hex(load.offset)}) at another address`;
    }
  }

  for (const { what, start, end } of describedRanges(elf)) {
    const last = end - 1;
    const startShift = shiftAt(shifts, start);
    const lastShift = shiftAt(shifts, last);
    if (startShift !== lastShift) {
      yield (
        `${what()}: its first byte (${hex(start)}) would move by ${startShift} bytes, ` +
        `its last one (${hex(last)}) by ${lastShift}`
      );
    }
  }
}

/** A range of the file that a header describes. */
interface DescribedRange {
  /** Its name in messages. */
  what(): string;
  readonly start: number;
  readonly end: number;
}

/**
 * The ranges that headers describe. PT_GNU_RELRO is left out: it is a range of the memory and not of the file, and some
 * linkers pad it.
 */
function* describedRanges(elf: ElfFile): Generator<DescribedRange> {
  const { header: h } = elf;
  const size = BigInt(elf.source.size);
  const range = (what: () => string, offset: bigint, length: bigint): DescribedRange[] =>
    length > 0n && offset + length <= size ? [{ what, start: Number(offset), end: Number(offset + length) }] : [];

  yield* range(() => "the section header table", BigInt(h.shoff), BigInt(h.shnum * h.shentsize));

  for (const s of elf.segments) {
    if (s.type === PT.NULL || s.type === PT.GNU_RELRO) continue;
    const what = () => `the program header at address ${hex(s.exact("vaddr"))}`;
    yield* range(what, s.exact("offset"), s.exact("filesz"));
  }

  for (const s of elf.sections) {
    if (s.header.type === SHT.NULL || s.header.type === SHT.NOBITS) continue;
    const what = () => `section ${s.name || `[${s.index}]`}`;
    yield* range(what, s.header.exact("offset"), s.header.exact("size"));
  }
}

/** Finds the PT_LOAD at an address. For what has no bytes in the file, only its address tells where it belongs. */
export function loadContaining(elf: ElfFile): (address: bigint) => Segment | undefined {
  const sorted = elf.segments
    .filter((s) => s.type === PT.LOAD)
    .sort((a, b) => (a.exact("vaddr") < b.exact("vaddr") ? -1 : 1));

  return (address) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]!.exact("vaddr") <= address) low = middle + 1;
      else high = middle;
    }
    const load = sorted[low - 1];
    return load && address <= load.exact("vaddr") + load.exact("memsz") ? load : undefined;
  };
}
