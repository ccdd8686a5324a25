import { toHex } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { fileRange, isPlaced } from "../image/headers/sections.js";
import { type Quantity, toQuantity } from "./quantity.js";

/** A section's bytes as they stand in the file: compressed ones stay so. */
export interface SectionDump {
  readonly name: string;
  readonly index: number;
  /** Its address, 0 for what is not loaded. */
  readonly addr: Quantity;
  readonly offset: number;
  readonly size: number;
  /** In hex; empty for SHT_NOBITS. */
  readonly bytes: string;
}

/** The largest section whose bytes are made into text. */
const LARGEST = 64 << 20;

/** The first section of this name, or with this index. `UNSUPPORTED` where there is none; `TRUNCATED`. */
export function dumpSection(elf: ElfFile, name: string): SectionDump {
  const section =
    elf.sections.find((s) => s.name === name) ?? (/^\d+$/.test(name) ? elf.sections[Number(name)] : undefined);
  if (!section) return fail("UNSUPPORTED", `the file has no section ${JSON.stringify(name)}`, { what: name });

  const { offset, size } = fileRange(section, elf.source);
  if (size > LARGEST) {
    fail("UNSUPPORTED", `section ${name} has ${size} bytes, more than are printed (${LARGEST})`, { what: name });
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
