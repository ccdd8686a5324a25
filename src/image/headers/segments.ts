import { type ByteSource, readExactly } from "../../codec/source.js";
import { Phdr } from "../../codec/records.js";
import { PT } from "../../spec/constants.js";
import type { Header, Segment } from "../elf.js";

/** Reads the program headers. `TRUNCATED`. */
export function readSegments(source: ByteSource, h: Header): readonly Segment[] {
  if (h.phnum === 0) return [];
  return Phdr.table(readExactly(source, h.phoff, h.phnum * h.phentsize, "the program header table"), h, h.phentsize);
}

/** The PT_LOADs as exact address ranges, which translate addresses of any size. */
export interface LoadMap {
  /** The file offset of `length` bytes at an address; undefined where no PT_LOAD has them all in the file. */
  offsetOf(address: number | bigint, length?: number): number | undefined;
  /** The address of `length` bytes at a file offset; undefined where no PT_LOAD maps them all. */
  addressOf(offset: number, length?: number): bigint | undefined;
}

export function loadMap(segments: readonly Segment[]): LoadMap {
  const loads = segments
    .filter((s) => s.type === PT.LOAD)
    .map((s) => ({ vaddr: s.exact("vaddr"), offset: s.exact("offset"), filesz: s.exact("filesz") }));

  return {
    offsetOf(address, length = 1) {
      const start = BigInt(address);
      const end = start + BigInt(length);
      const load = loads.find((l) => l.vaddr <= start && end <= l.vaddr + l.filesz);
      return load && Number(start - load.vaddr + load.offset);
    },
    addressOf(offset, length = 1) {
      const start = BigInt(offset);
      const end = start + BigInt(length);
      const load = loads.find((l) => l.offset <= start && end <= l.offset + l.filesz);
      return load && start - load.offset + load.vaddr;
    },
  };
}

/** A range of memory, as a program header has it in p_vaddr and p_memsz. */
export interface AddressRange {
  readonly vaddr: bigint;
  readonly memsz: bigint;
}

/**
 * Finds the range that holds an address, among ranges in ascending order, in logarithmic time. Of ranges that overlap,
 * it is the one that begins last.
 */
export function rangeFinder<T extends AddressRange>(sorted: readonly T[]): (address: bigint) => T | undefined {
  return (address) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]!.vaddr <= address) low = middle + 1;
      else high = middle;
    }
    const range = sorted[low - 1];
    return range && address < range.vaddr + range.memsz ? range : undefined;
  };
}
