import type { ElfFile } from "../../image/elf.js";
import { PF, PT, SHF, SHT } from "../../spec/constants.js";
import { disjoint, type SearchedRange } from "./text-search.js";

const near = (s: { near(field: "offset"): number }, size: number): SearchedRange => ({
  offset: s.near("offset"),
  size,
});

/**
 * Where constants can stand: segments that are not executable, and sections that are not. Linkers that give code and
 * constants one segment leave nothing else to tell them apart, so a file without section headers is then searched
 * there, too.
 */
export function dataRanges(elf: ElfFile): SearchedRange[] {
  const loads = elf.segments.filter((s) => s.type === PT.LOAD);
  const code = loads.filter((s) => s.flags & PF.X);
  const data = loads.filter((s) => !(s.flags & PF.X));
  const ranges = data.map((s) => near(s, s.near("filesz")));
  if (elf.sections.length > 0) ranges.push(...constantSections(elf));
  else if (data.every((s) => s.flags & PF.W)) ranges.push(...code.map((s) => near(s, s.near("filesz"))));
  return disjoint(ranges, elf.source.size);
}

const constantSections = (elf: ElfFile): SearchedRange[] =>
  elf.sections
    .filter(({ header: h }) => h.type === SHT.PROGBITS && h.flags & SHF.ALLOC && !(h.flags & SHF.EXECINSTR))
    .map(({ header: h }) => near(h, h.near("size")));

/** The names of symbols that only linkers and debuggers need: they name runtimes, where they were not stripped. */
export function symbolNameRanges(elf: ElfFile): SearchedRange[] {
  return elf.sections.flatMap(({ header: s }) => {
    const names = s.type === SHT.SYMTAB ? elf.sections[s.link]?.header : undefined;
    return names?.type === SHT.STRTAB ? disjoint([near(names, names.near("size"))], elf.source.size) : [];
  });
}
