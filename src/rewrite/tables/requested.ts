import { skipZeros } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import { PF, PT, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { Table } from "./table.js";

/** Free entries a .dynamic that moves gets beside its terminator, so that the next patches need not move it again. */
const SPARE_ENTRIES = 16;

/** PT_INTERP's path and the zeros behind it: what else its segment or section hold is not the loader's, and stays. */
export function interpreterTable({ segments, sections, source }: ElfFile, bytes: Uint8Array): Table {
  const s = segments.find((s) => s.type === PT.INTERP)!;
  const section = sections.find((x) => x.header.offset === s.offset && x.header.type === SHT.PROGBITS);

  const old = readExactly(source, s.offset, Math.min(s.filesz, section?.header.size ?? s.filesz), "PT_INTERP");
  const size = skipZeros(old, Math.max(0, old.indexOf(0)));
  const was = { offset: s.offset, address: s.exact("vaddr"), size };
  return { kind: "interpreter", was, align: 1, writable: false, size: bytes.length, least: bytes.length, bytes };
}

/** .dynstr as a whole. */
export function stringTable({ dynamic }: ElfFile, bytes: Uint8Array): Table {
  const { offset, size } = dynamic!.strings!;
  const was = { offset, address: dynamic!.get(DT.STRTAB)!, size };
  return { kind: "strings", was, align: 1, writable: false, size: bytes.length, least: bytes.length, bytes };
}

/**
 * The dynamic section, with room for so many entries and the terminator.
 *
 * @param count of the entries
 */
export function dynamicTable({ dynamic, header, segments }: ElfFile, count: number): Table {
  const { offset, address, capacity } = dynamic!;
  const entry = 2 * wordSize(header);
  const isHome = (vaddr: bigint, memsz: bigint): boolean => vaddr <= address && address < vaddr + memsz;
  const home = segments.find((s) => s.type === PT.LOAD && isHome(s.exact("vaddr"), s.exact("memsz")));

  // Entries behind the terminator that are not DT_NULL belong to nobody that is known, so they are no room.
  const was = { offset, address, size: capacity * entry };
  const needed = count + 1;
  const wanted = needed <= capacity ? capacity : needed + SPARE_ENTRIES;
  return {
    kind: "dynamic",
    was,
    align: wordSize(header),
    writable: home !== undefined && (home.flags & PF.W) !== 0,
    size: wanted * entry,
    least: Math.max(needed, capacity) * entry,
    bytes: undefined,
  };
}
