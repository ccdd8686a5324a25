import { fail } from "../error.js";
import type { ElfFile, Section } from "../image/elf.js";
import { fileRange } from "../image/headers/sections.js";
import { PT } from "../spec/constants.js";
import { segmentTypeName } from "../spec/names.js";

/** Program headers whose bytes may become zero: those that follow what goes, and those that lie over everything. */
const YIELD: readonly number[] = [PT.NULL, PT.LOAD, PT.PHDR, PT.NOTE, PT.GNU_PROPERTY, PT.GNU_RELRO, PT.GNU_STACK];

/** `STILL_NEEDED` for a section that a loader reads: with zeros there the program would not start. */
export function refuseZeroing(elf: ElfFile, s: Section): void {
  const { offset, size } = fileRange(s, elf.source);
  const start = s.header.exact("addr");
  const end = start + BigInt(size);
  const segments = elf.segments
    .filter(
      (p) =>
        !YIELD.includes(p.type) && p.exact("filesz") > 0n && p.offset < offset + size && offset < p.offset + p.filesz,
    )
    .map((p) => segmentTypeName(p.type, elf.header.machine));
  const tags = (elf.dynamic?.entries ?? [])
    .filter((e) => e.kind === "address" && start <= e.value && e.value < end)
    .map((e) => e.name);
  const names = [...new Set([...segments, ...tags])];

  if (size > 0 && names.length > 0) {
    fail(
      "STILL_NEEDED",
      `${s.name} cannot become zero: ${names.join(", ")} ${names.length > 1 ? "lead" : "leads"} to it`,
      { names },
    );
  }
}
