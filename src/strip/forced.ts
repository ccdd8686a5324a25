import { fail } from "../error.js";
import type { ElfFile, Section } from "../image/elf.js";
import { fileRange } from "../image/headers/sections.js";
import { PT } from "../spec/constants.js";
import { segmentTypeName } from "../spec/names.js";

/** Segments whose bytes may become zero: those that follow what goes, and those that lie over everything. */
const MAY_BE_ZERO: readonly number[] = [
  PT.NULL,
  PT.LOAD,
  PT.PHDR,
  PT.NOTE,
  PT.GNU_PROPERTY,
  PT.GNU_RELRO,
  PT.GNU_STACK,
];

/** `STILL_NEEDED` for a section that a loader reads: if it held zeros, the program would not start. */
export function refuseZeroing(elf: ElfFile, section: Section): void {
  const { offset, size } = fileRange(section, elf.source);
  const start = section.header.exact("addr");
  const end = start + BigInt(size);

  const segments = elf.segments.filter((s) => {
    const overlaps = s.exact("filesz") > 0n && s.offset < offset + size && offset < s.offset + s.filesz;
    return overlaps && !MAY_BE_ZERO.includes(s.type);
  });
  const entries = elf.dynamic?.entries ?? [];
  const tags = entries.filter((e) => e.kind === "address" && start <= e.value && e.value < end);

  const segmentNames = segments.map((s) => segmentTypeName(s.type, elf.header.machine));
  const names = [...new Set([...segmentNames, ...tags.map((e) => e.name)])];
  if (size > 0 && names.length > 0) {
    const lead = names.length > 1 ? "lead" : "leads";
    fail("STILL_NEEDED", `${section.name} cannot become zero: ${names.join(", ")} ${lead} to it`, { names });
  }
}
