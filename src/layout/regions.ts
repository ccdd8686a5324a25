import { skipZeros } from "../codec/bytes.js";
import { wordSize } from "../codec/encoding.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import type { Requests } from "../request/requests.js";
import { PF, PT, SHT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import type { Region, Rewrite } from "./rewrite.js";
import type { Space } from "./space.js";

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

/** Keeps a region where it is, when its new bytes fit there, in the zero bytes behind it, or by growing the segment that it ends. */
export function placeInPlace(rewrite: Rewrite, space: Space, region: Region): boolean {
  const { offset, size, newSize } = region, end = offset + size, more = newSize - size;
  if (more <= 0) {
    rewrite.place(region, "in-place", offset, region.address, "the new bytes fit in the old place");
    return true;
  }
  const load = rewrite.loads().find((l) => l.offset <= offset && end <= l.offset + l.filesz);
  if (!load) return false;
  if (space.gap(end, load.offset + load.filesz) >= more) {
    space.take(end, more);
    rewrite.place(region, "extended", offset, region.address, `${more} zero bytes behind it belonged to nothing`);
    return true;
  }
  if (end === load.offset + load.filesz && space.slack(load) >= more) {
    space.take(end, more);
    load.filesz = load.memsz = load.filesz + more;
    rewrite.place(region, "extended", offset, region.address, `it ends its segment, which could grow by ${more} bytes`);
    return true;
  }
  rewrite.tried.push(`${region.name} needs ${more} bytes more than its place has`);
  return false;
}
