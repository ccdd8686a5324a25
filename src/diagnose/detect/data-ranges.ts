import type { ElfFile } from "../../image/elf.js";
import { PF, PT, SHF, SHT } from "../../spec/constants.js";
import { disjoint, type SearchedRange } from "./text-search.js";

const rangeOf = (record: { near(field: "offset"): number }, size: number): SearchedRange => ({
  offset: record.near("offset"),
  size,
});

/**
 * Where constants can stand: segments that are not executable, and sections that are not. Linkers that give code and
 * constants one segment leave nothing else to tell them apart. In such a file without section headers, the executable
 * segments are searched, too.
 */
export function dataRanges(elf: ElfFile): SearchedRange[] {
  const loads = elf.segments.filter((s) => s.type === PT.LOAD);
  const code = loads.filter((s) => s.flags & PF.X);
  const data = loads.filter((s) => !(s.flags & PF.X));
  const ranges = data.map((s) => rangeOf(s, s.near("filesz")));

  if (elf.sections.length > 0) {
    ranges.push(...constantSections(elf));
  } else if (data.every((s) => s.flags & PF.W)) {
    ranges.push(...code.map((s) => rangeOf(s, s.near("filesz"))));
  }

  return disjoint(ranges, elf.source.size);
}

const constantSections = (elf: ElfFile): SearchedRange[] =>
  elf.sections
    .filter(({ header: h }) => h.type === SHT.PROGBITS && h.flags & SHF.ALLOC && !(h.flags & SHF.EXECINSTR))
    .map(({ header: h }) => rangeOf(h, h.near("size")));

/** The names in .symtab, for linkers and debuggers alone. They name runtimes, unless the file was stripped. */
export function symbolNameRanges(elf: ElfFile): SearchedRange[] {
  return elf.sections.flatMap(({ header }) => {
    const names = header.type === SHT.SYMTAB ? elf.sections[header.link]?.header : undefined;
    return names?.type === SHT.STRTAB ? disjoint([rangeOf(names, names.near("size"))], elf.source.size) : [];
  });
}
