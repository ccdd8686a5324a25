import { toHex } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import type { ElfFile, Section } from "../image/elf.js";
import { fileRange, isPlaced } from "../image/headers/sections.js";
import { type Quantity, toQuantity } from "./quantity.js";

/** A section's bytes as they stand in the file: compressed ones stay compressed. */
export interface SectionDump {
  readonly name: string;
  readonly index: number;
  /** The section's address; 0 where it is not loaded. */
  readonly addr: Quantity;
  readonly offset: number;
  readonly size: number;
  /** In hex; empty for SHT_NOBITS. */
  readonly bytes: string;
}

/** The largest section, in bytes, that is made into text. */
const LARGEST = 64 << 20;

/**
 * Reads the bytes of the first section of this name, or with this index.
 *
 * @throws ElfError `UNSUPPORTED` for no such section, or one that is too large; `TRUNCATED`
 */
export function dumpSection(elf: ElfFile, name: string): SectionDump {
  const section = findSection(elf, name);
  if (!section) return fail("UNSUPPORTED", `the file has no section ${JSON.stringify(name)}`, { what: name });

  const { offset, size } = fileRange(section, elf.source);
  if (size > LARGEST) {
    fail("UNSUPPORTED", `section ${name} has ${size} bytes, but at most ${LARGEST} are printed`, { what: name });
  }

  return {
    name: section.name,
    index: section.index,
    addr: isPlaced(elf, section) ? toQuantity(section.header.exact("addr")) : 0,
    offset,
    size,
    bytes: toHex(readExactly(elf.source, offset, size, `section ${name}`)),
  };
}

function findSection({ sections }: ElfFile, name: string): Section | undefined {
  const named = sections.find((s) => s.name === name);
  if (named) return named;
  return /^\d+$/.test(name) ? sections[Number(name)] : undefined;
}
