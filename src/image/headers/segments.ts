import { firstPassing } from "../../codec/ascending.js";
import { type ByteSource, readExactly } from "../../codec/source.js";
import { Phdr } from "../../codec/records.js";
import { PT } from "../../spec/constants.js";
import { SMALLEST_PAGE } from "../../spec/machines.js";
import type { Header, Segment } from "../elf.js";

/** Reads the program headers. `TRUNCATED`. */
export function readSegments(source: ByteSource, h: Header): readonly Segment[] {
  if (h.phnum === 0) return [];
  return Phdr.table(readExactly(source, h.phoff, h.phnum * h.phentsize, "the program header table"), h, h.phentsize);
}

/** The PT_LOADs as exact address ranges, which translate addresses of any size. */
export interface LoadMap {
  // Bytes behind p_filesz that are mapped all the same count, too: see mappedSize.
  /** The file offset of `length` bytes at an address; undefined where no PT_LOAD has them all in the file. */
  offsetOf(address: number | bigint, length?: number): number | undefined;
  /** The address of `length` bytes at a file offset; undefined where no PT_LOAD maps them all. */
  addressOf(offset: number, length?: number): bigint | undefined;
}

export function loadMap(segments: readonly Segment[], fileSize: number): LoadMap {
  const loads = segments
    .filter((s) => s.type === PT.LOAD)
    .map((s) => ({
      vaddr: s.exact("vaddr"),
      offset: s.exact("offset"),
      filesz: s.exact("filesz"),
      memsz: s.exact("memsz"),
      mapped: 0n,
    }));

  // Of several PT_LOADs that map a page of the file, the one counts that says so.
  const starts = loads.map((l) => l.vaddr).sort((a, b) => (a < b ? -1 : 1));
  const nextStart = new Map(starts.map((vaddr, i) => [vaddr, starts[i + 1]]));
  for (const l of loads) l.mapped = mappedSize(l, nextStart.get(l.vaddr), BigInt(fileSize));

  return {
    offsetOf(address, length = 1) {
      const start = BigInt(address);
      const end = start + BigInt(length);
      const load =
        loads.find((l) => l.vaddr <= start && end <= l.vaddr + l.filesz) ??
        loads.find((l) => l.vaddr <= start && end <= l.vaddr + l.mapped);
      return load && Number(start - load.vaddr + load.offset);
    },
    addressOf(offset, length = 1) {
      const start = BigInt(offset);
      const end = start + BigInt(length);
      const load =
        loads.find((l) => l.offset <= start && end <= l.offset + l.filesz) ??
        loads.find((l) => l.offset <= start && end <= l.offset + l.mapped);
      return load && start - load.offset + load.vaddr;
    },
  };
}

/** A PT_LOAD as exact numbers. */
interface LoadExtent {
  readonly vaddr: bigint;
  readonly offset: bigint;
  readonly filesz: bigint;
  readonly memsz: bigint;
}

const floor = (n: bigint): bigint => n - (n % BigInt(SMALLEST_PAGE));

/**
 * How many bytes of the file a PT_LOAD brings into memory. Kernels and loaders map whole pages, so what stands behind
 * p_filesz in its last page is there, too: up to the page of the next PT_LOAD, or the end of the file. Where p_memsz is
 * larger, they clear the rest of the page.
 */
function mappedSize(load: LoadExtent, next: bigint | undefined, fileSize: bigint): bigint {
  const { vaddr, offset, filesz, memsz } = load;
  const isPaged = filesz > 0n && filesz === memsz && floor(vaddr - offset) === vaddr - offset;
  if (!isPaged) return filesz;

  const ends = [floor(vaddr + filesz + BigInt(SMALLEST_PAGE) - 1n) - vaddr, fileSize - offset];
  if (next !== undefined) ends.push(floor(next) - vaddr);
  const least = ends.reduce((a, b) => (a < b ? a : b));
  return least > filesz ? least : filesz;
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
    const range = sorted[firstPassing(sorted.length, (i) => sorted[i]!.vaddr > address) - 1];
    return range && address < range.vaddr + range.memsz ? range : undefined;
  };
}
