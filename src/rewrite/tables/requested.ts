import { skipZeros } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile, Segment } from "../../image/elf.js";
import { PF, PT, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { Table } from "./table.js";

/** Free entries that a moved .dynamic gets beside its terminator, so that the next patches need not move it again. */
const SPARE_ENTRIES = 16;

/** PT_INTERP's path and the zeros after it. What else its segment or section hold is not the loader's, and stays. */
export function interpreterTable({ segments, sections, source }: ElfFile, bytes: Uint8Array): Table {
  const segment = segments.find((s) => s.type === PT.INTERP)!;
  const section = sections.find((s) => s.header.offset === segment.offset && s.header.type === SHT.PROGBITS);

  const oldSize = Math.min(segment.filesz, section?.header.size ?? segment.filesz);
  const old = readExactly(source, segment.offset, oldSize, "PT_INTERP");
  const size = skipZeros(old, Math.max(0, old.indexOf(0)));
  const was = { offset: segment.offset, address: segment.exact("vaddr"), size };
  return { kind: "interpreter", was, align: 1, writable: false, size: bytes.length, least: bytes.length, bytes };
}

/** .dynstr as a whole, with new bytes. */
export function stringTable({ dynamic }: ElfFile, bytes: Uint8Array): Table {
  const { offset, size } = dynamic!.strings!;
  const was = { offset, address: dynamic!.get(DT.STRTAB)!, size };
  return { kind: "strings", was, align: 1, writable: false, size: bytes.length, least: bytes.length, bytes };
}

/**
 * The dynamic section, with room for its entries and the terminator.
 *
 * @param count how many entries it has
 */
export function dynamicTable({ dynamic, header, segments }: ElfFile, count: number): Table {
  const { offset, address, capacity } = dynamic!;
  const entrySize = 2 * wordSize(header);
  const isHome = (s: Segment): boolean => {
    const start = s.exact("vaddr");
    return start <= address && address < start + s.exact("memsz");
  };
  const home = segments.find((s) => s.type === PT.LOAD && isHome(s));

  // `capacity` ends before entries after the terminator that are not DT_NULL: nobody knows whose they are.
  const was = { offset, address, size: capacity * entrySize };
  const needed = count + 1;
  const wanted = needed <= capacity ? capacity : needed + SPARE_ENTRIES;
  return {
    kind: "dynamic",
    was,
    align: wordSize(header),
    writable: home !== undefined && (home.flags & PF.W) !== 0,
    size: wanted * entrySize,
    least: Math.max(needed, capacity) * entrySize,
    bytes: undefined,
  };
}
