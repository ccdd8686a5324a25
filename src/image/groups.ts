import { viewOf } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "./elf.js";
import { fileRange, type Section } from "./sections.js";

/** A section group (gABI, "Section Groups"): its flag word, and the indexes of its sections. */
export interface Group {
  readonly flags: number;
  readonly members: readonly number[];
}

export function readGroup(elf: ElfFile, section: Section): Group {
  const { offset, size } = fileRange(section, elf.source), v = viewOf(readExactly(elf.source, offset, size, "a section group"));
  const words = Array.from({ length: size >> 2 }, (_, i) => v.getUint32(i * 4, elf.header.littleEndian));
  return { flags: words[0] ?? 0, members: words.slice(1) };
}
