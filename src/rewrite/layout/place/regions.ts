import { skipZeros } from "../../../codec/bytes.js";
import { wordSize } from "../../../codec/encoding.js";
import { readExactly } from "../../../codec/source.js";
import type { ElfFile } from "../../../image/elf.js";
import type { Requests } from "../../wish/requests.js";
import { PF, PT, SHT } from "../../../spec/constants.js";
import { DT } from "../../../spec/dynamic.js";
import type { Region } from "../rewrite.js";

/** Free entries a .dynamic that moves gets beside its terminator, so that the next patches need not move it again. */
const SPARE_ENTRIES = 16;

/** The tables that the requests give new bytes, each with the bytes it will take. */
export function requestedRegions(elf: ElfFile, requests: Requests): Region[] {
  const out: Region[] = [], d = elf.dynamic;
  if (requests.interpreter) out.push(interpreterRegion(elf, requests.interpreter.length));
  if (requests.strings && d?.strings)
    out.push({ name: ".dynstr", offset: d.strings.offset, address: d.get(DT.STRTAB)!, size: d.strings.size, align: 1, writable: false, newSize: requests.strings.length });
  if (requests.dynamic && d) {
    const entry = 2 * wordSize(elf.header), needed = requests.dynamic.length + 1;
    const home = elf.segments.find((s) => s.type === PT.LOAD && s.exact("vaddr") <= d.address && d.address < s.exact("vaddr") + s.exact("memsz"));
    out.push({
      // Entries behind the terminator that are not DT_NULL belong to nobody that is known, so they are no room.
      name: ".dynamic", offset: d.offset, address: d.address, size: d.capacity * entry, align: wordSize(elf.header), writable: home !== undefined && (home.flags & PF.W) !== 0,
      newSize: (needed <= d.capacity ? d.capacity : needed + SPARE_ENTRIES) * entry, least: Math.max(needed, d.capacity) * entry,
    });
  }
  requests.tables.forEach(({ name, tag, was, align, bytes }, i) =>
    out.push({ name, align, writable: false, newSize: bytes.length, ...(was ? { ...was } : { tag, offset: -1 - i, address: 0n, size: 0 }) }));
  return out;
}

/** The path and the zeros behind it: what else PT_INTERP or its section hold is not the loader's, and stays. */
function interpreterRegion(elf: ElfFile, newSize: number): Region {
  const s = elf.segments.find((s) => s.type === PT.INTERP)!;
  const section = elf.sections.find((x) => x.header.offset === s.offset && x.header.type === SHT.PROGBITS);
  const bytes = readExactly(elf.source, s.offset, Math.min(s.filesz, section?.header.size ?? s.filesz), "PT_INTERP");
  const size = skipZeros(bytes, Math.max(0, bytes.indexOf(0)));
  return { name: ".interp", offset: s.offset, address: s.exact("vaddr"), size, align: 1, writable: false, newSize };
}
