import { viewOf } from "../../codec/bytes.js";
import { SHT } from "../../spec/constants.js";
import type { ElfFile } from "../elf.js";
import { runs } from "./runs.js";
import { indexesOfType, sectionColumns } from "./section-columns.js";

/**
 * All section groups (gABI, "Section Groups") as columns, in the order of the file: C++ has one for each of very many
 * functions.
 */
export interface Groups {
  /** The indexes of the groups' own sections. */
  readonly sections: Uint32Array;
  readonly flags: Uint32Array;
  /** Where each one's members begin in `members`; one entry more is the end of the last. */
  readonly first: Uint32Array;
  /** Section indexes. */
  readonly members: Uint32Array;
}

export function readGroups(elf: ElfFile): Groups {
  const c = sectionColumns(elf);
  const { offset, fileSize } = c;
  const { littleEndian } = elf.header;
  const all = indexesOfType(c, SHT.GROUP);
  const sections = new Uint32Array(all.length);
  const flags = new Uint32Array(all.length);
  const first = new Uint32Array(all.length + 1);
  // No two of them take the same bytes.
  const members = new Uint32Array(
    Math.min(
      all.reduce((n, i) => n + fileSize[i]!, 0),
      elf.source.size,
    ) / 4,
  );
  let g = 0;
  let m = 0;

  for (const { bytes, start, sections: part } of runs(elf, (i) => c.type[i] === SHT.GROUP)) {
    const v = viewOf(bytes);
    for (const i of part) {
      const at = offset[i]! - start;
      const end = at + fileSize[i]!;
      sections[g] = i;
      flags[g] = end - at < 4 ? 0 : v.getUint32(at, littleEndian);
      for (let word = at + 4; word + 4 <= end; word += 4) members[m++] = v.getUint32(word, littleEndian);
      first[++g] = m;
    }
  }

  return { sections, flags, first, members: members.subarray(0, m) };
}
