import { viewOf } from "../codec/bytes.js";
import { SHT } from "../spec/constants.js";
import type { ElfFile } from "./elf.js";
import { runs } from "./runs.js";
import { indexesOf, sectionColumns } from "./section-columns.js";

/** All section groups (gABI, "Section Groups") as columns, in the order of the file: C++ has one for each of very many functions. */
export interface Groups {
  /** The indexes of the groups' own sections. */
  readonly sections: readonly number[];
  readonly flags: readonly number[];
  /** Where each one's members begin in `members`; one entry more is the end of the last. */
  readonly first: readonly number[];
  /** Section indexes. */
  readonly members: readonly number[];
}

export function readGroups(elf: ElfFile): Groups {
  const c = sectionColumns(elf), { offset, fileSize } = c, { littleEndian } = elf.header;
  const sections: number[] = [], flags: number[] = [], first = [0], members: number[] = [];
  for (const { bytes, start, sections: part } of runs(elf, indexesOf(c, SHT.GROUP))) {
    const v = viewOf(bytes);
    for (const i of part) {
      const at = offset[i]! - start, end = at + fileSize[i]!;
      sections.push(i);
      flags.push(end - at < 4 ? 0 : v.getUint32(at, littleEndian));
      for (let m = at + 4; m + 4 <= end; m += 4) members.push(v.getUint32(m, littleEndian));
      first.push(members.length);
    }
  }
  return { sections, flags, first, members };
}
