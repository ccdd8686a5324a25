import { type ByteSource, readExactly } from "../../codec/source.js";
import { Phdr } from "../../codec/records.js";
import { PT } from "../../spec/constants.js";
import type { Header, Segment } from "../elf.js";

export function readSegments(source: ByteSource, h: Header): readonly Segment[] {
  if (h.phnum === 0) return [];
  return Phdr.table(readExactly(source, h.phoff, h.phnum * h.phentsize, "the program header table"), h, h.phentsize);
}

/** PT_LOADs as exact address ranges, for translating addresses of any size. */
export interface LoadMap {
  /** The file offset of `length` file-backed bytes at an address, or undefined where no PT_LOAD has them all. */
  offsetOf(address: number | bigint, length?: number): number | undefined;
  /** The address of `length` bytes at a file offset, or undefined where no PT_LOAD maps them all. */
  addressOf(offset: number, length?: number): bigint | undefined;
}

export function loadMap(segments: readonly Segment[]): LoadMap {
  const loads = segments
    .filter((s) => s.type === PT.LOAD)
    .map((s) => ({ start: s.exact("vaddr"), offset: s.exact("offset"), filesz: s.exact("filesz") }));
  return {
    offsetOf(address, length = 1) {
      const a = BigInt(address);
      const n = BigInt(length);
      const l = loads.find((l) => l.start <= a && a + n <= l.start + l.filesz);
      return l && Number(a - l.start + l.offset);
    },
    addressOf(offset, length = 1) {
      const o = BigInt(offset);
      const n = BigInt(length);
      const l = loads.find((l) => l.offset <= o && o + n <= l.offset + l.filesz);
      return l && o - l.offset + l.start;
    },
  };
}

/** What has a place in memory: a program header's p_vaddr and p_memsz. */
export interface AddressRange {
  readonly vaddr: bigint;
  readonly memsz: bigint;
}

/**
 * Finds, among ranges ascending by address, the one that holds an address; in logarithmic time. Of ranges that overlap,
 * the one that begins last.
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
    const r = sorted[low - 1];
    return r && address < r.vaddr + r.memsz ? r : undefined;
  };
}
