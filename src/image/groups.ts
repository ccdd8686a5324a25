import { viewOf } from "../codec/bytes.js";
import { SHT } from "../spec/constants.js";
import type { ElfFile } from "./elf.js";
import { runs } from "./runs.js";

/** A section group (gABI, "Section Groups"): its flag word, and the indexes of its sections. */
export interface Group {
  readonly flags: number;
  readonly members: readonly number[];
}

/** All groups by section index. */
export function readGroups(elf: ElfFile): Map<number, Group> {
  const out = new Map<number, Group>();
  for (const { bytes, parts } of runs(elf, elf.sections.filter((s) => s.header.type === SHT.GROUP))) {
    const v = viewOf(bytes);
    for (const { section, at, size } of parts) {
      const members: number[] = [];
      for (let i = at + 4; i + 4 <= at + size; i += 4) members.push(v.getUint32(i, elf.header.littleEndian));
      out.set(section.index, { flags: size < 4 ? 0 : v.getUint32(at, elf.header.littleEndian), members });
    }
  }
  return out;
}
