import { hex } from "../../error.js";
import { PT, SHT } from "../../spec/constants.js";
import { wordSize } from "../../codec/encoding.js";
import type { ElfFile, Segment } from "../elf.js";
import { headerSize } from "./header.js";
import { fileAlignment } from "./sections.js";

/** From this offset of the input on, bytes move up by so many, until the next shift. */
export interface Shift {
  readonly at: number;
  readonly by: number;
}

/** What it takes to make every PT_LOAD's offset congruent to its address, no address changed. */
export interface Realignment {
  /** Ascending; what lies before the first one stays. Empty where nothing has to move. */
  readonly shifts: readonly Shift[];
  /** Why it cannot be done, in words; empty where it can. */
  readonly obstacles: readonly string[];
}

/** Padding above this is no file anybody wants: it takes a p_align far above any page. */
const MOST_PADDING = 64 << 20;

/** A broken file may have an obstacle at each of its headers; more than this tell nobody more. */
const MOST_OBSTACLES = 20;

interface Load {
  readonly at: string;
  readonly offset: number;
  readonly end: number;
  readonly vaddr: bigint;
  readonly modulus: bigint;
}

const isPowerOfTwo = (n: bigint): boolean => n > 0n && (n & (n - 1n)) === 0n;

/** The least multiple of a page that p_vaddr and p_offset must agree in: mmap asks for the page, ld.so for p_align. */
export const modulusOf = (align: bigint, pageSize: number): bigint =>
  align > BigInt(pageSize) ? align : BigInt(pageSize);

/** By how much the byte at this offset moves. */
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
 * The smallest moves that make p_offset of every PT_LOAD congruent to p_vaddr modulo the page size. Each PT_LOAD takes
 * along what lies behind it in the file, up to the next one.
 */
export function realignment(elf: ElfFile, pageSize: number): Realignment {
  const obstacles: string[] = [];
  const loads = loadsOf(elf, pageSize, obstacles);
  const shifts = shiftsOf(elf, loads);
  const by = shifts.at(-1)?.by ?? 0;
  const limit = elf.header.class === 32 ? 0xffff_ffff : Number.MAX_SAFE_INTEGER;

  if (by > MOST_PADDING || elf.source.size + by > limit) {
    obstacles.push(`the file would grow by ${by} bytes of padding`);
  }

  if (shifts.length > 0) obstacles.push(...torn(elf, loads, shifts));
  return { shifts, obstacles: obstacles.slice(0, MOST_OBSTACLES) };
}

/** The PT_LOADs with bytes in the file, ascending by offset. */
function loadsOf(elf: ElfFile, pageSize: number, obstacles: string[]): Load[] {
  const size = BigInt(elf.source.size);
  const out: Load[] = [];
  for (const s of elf.segments) {
    if (s.type !== PT.LOAD) continue;

    const offset = s.exact("offset");
    const filesz = s.exact("filesz");
    const vaddr = s.exact("vaddr");
    const align = s.exact("align");
    const at = `PT_LOAD ${hex(vaddr)}`;

    if (align > 1n && !isPowerOfTwo(align)) {
      obstacles.push(`${at}: p_align ${hex(align)} is not a power of two`);
    } else if (filesz > 0n && offset + filesz > size) {
      obstacles.push(`${at}: its file bytes reach past the end of the file (${hex(size)})`);
    } else if (filesz > 0n) {
      out.push({
        at,
        offset: Number(offset),
        end: Number(offset + filesz),
        vaddr,
        modulus: modulusOf(align, pageSize),
      });
    }
  }

  return out.sort((a, b) => a.offset - b.offset);
}

/** What a PT_LOAD misses to be congruent when it moves by so many bytes. */
const missing = (l: Load, by: number): number =>
  Number((((l.vaddr - BigInt(l.offset + by)) % l.modulus) + l.modulus) % l.modulus);

function shiftsOf(elf: ElfFile, loads: readonly Load[]): Shift[] {
  const shifts: Shift[] = [];
  let by = 0;
  let end = 0;

  for (const l of loads) {
    const more = missing(l, by);
    if (more > 0) shifts.push({ at: l.offset, by: (by += more) });
    end = Math.max(end, l.end);
  }

  // What is not loaded keeps its alignment.
  const align = by > 0 ? tailAlign(elf, end) : 1;
  const over = by % align;
  if (over > 0) shifts.push({ at: end, by: by + align - over });

  return shifts;
}

function tailAlign(elf: ElfFile, end: number): number {
  let align: number = wordSize(elf.header);
  for (const s of elf.sections) {
    if (s.header.type !== SHT.NULL && s.header.near("offset") >= end && isPowerOfTwo(s.header.exact("addralign"))) {
      align = Math.max(align, fileAlignment(s.header.near("addralign")));
    }
  }
  return align;
}

/** What the moves would tear apart or take along that may not move. */
function* torn(elf: ElfFile, loads: readonly Load[], shifts: readonly Shift[]): Generator<string> {
  const { header: h } = elf;
  const first = shifts[0]!;
  const fixed = (what: string, start: number, end: number) =>
    first.at < end
      ? [`${what} (${hex(start)}..${hex(end - 1)}) would have to move with the bytes at ${hex(first.at)}`]
      : [];
  yield* fixed("the ELF header", 0, headerSize(h));
  if (h.phnum > 0) yield* fixed("the program header table", h.phoff, h.phoff + h.phnum * h.phentsize);

  for (const l of loads) {
    if (missing(l, shiftAt(shifts, l.offset)) > 0) {
      yield `${l.at}: another PT_LOAD maps the same bytes of the file (${hex(l.offset)}) at another address`;
    }
  }

  for (const r of described(elf)) {
    const from = shiftAt(shifts, r.start);
    const to = shiftAt(shifts, r.end - 1);
    if (from !== to) {
      yield `${r.what()}: its first byte (${hex(r.start)}) would move by ${from} bytes, its last one (${hex(r.end - 1)}) by ${to}`;
    }
  }
}

interface Described {
  what(): string;
  readonly start: number;
  readonly end: number;
}

/**
 * What headers describe of the file. PT_GNU_RELRO is no range of the file but of the memory, and some linkers pad it.
 */
function* described(elf: ElfFile): Generator<Described> {
  const { header: h } = elf;
  const size = BigInt(elf.source.size);
  const range = (what: () => string, offset: bigint, length: bigint): Described[] =>
    length > 0n && offset + length <= size ? [{ what, start: Number(offset), end: Number(offset + length) }] : [];
  yield* range(() => "the section header table", BigInt(h.shoff), BigInt(h.shnum * h.shentsize));

  for (const s of elf.segments) {
    if (s.type !== PT.NULL && s.type !== PT.GNU_RELRO) {
      yield* range(
        () => `the program header at address ${hex(s.exact("vaddr"))}`,
        s.exact("offset"),
        s.exact("filesz"),
      );
    }
  }

  for (const s of elf.sections) {
    if (s.header.type !== SHT.NULL && s.header.type !== SHT.NOBITS) {
      yield* range(() => `section ${s.name || `[${s.index}]`}`, s.header.exact("offset"), s.header.exact("size"));
    }
  }
}

/** The PT_LOADs by address, to tell which one something without bytes in the file belongs to. */
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
    const l = sorted[low - 1];
    return l && address <= l.exact("vaddr") + l.exact("memsz") ? l : undefined;
  };
}
