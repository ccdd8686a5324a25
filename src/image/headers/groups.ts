import { viewOf } from "../../codec/bytes.js";
import { SHT } from "../../spec/constants.js";
import type { ElfFile } from "../elf.js";
import { sectionRuns } from "./runs.js";
import { indexesOfType, sectionColumns } from "./section-columns.js";

/**
 * All section groups (gABI, "Section Groups") as columns, in the order of the file. An object file of C++ has very
 * many: one for each inline function or template.
 */
export interface Groups {
  /** The indexes of the groups' own sections. */
  readonly sections: Uint32Array;
  /** GRP_*. */
  readonly flags: Uint32Array;
  /** Where the members of each group begin in `members`. One entry more is the end of the last group. */
  readonly first: Uint32Array;
  /** Section indexes. */
  readonly members: Uint32Array;
}

/** Reads all section groups. `TRUNCATED`; `MALFORMED` where two of them share bytes. */
export function readGroups(elf: ElfFile): Groups {
  const columns = sectionColumns(elf);
  const { type, offset, fileSize } = columns;
  const { littleEndian } = elf.header;
  const groups = indexesOfType(columns, SHT.GROUP);
  const groupBytes = groups.reduce((sum, i) => sum + fileSize[i]!, 0);

  const sections = new Uint32Array(groups.length);
  const flags = new Uint32Array(groups.length);
  const first = new Uint32Array(groups.length + 1);
  // No two groups share bytes, so all together have no more than the file.
  const members = new Uint32Array(Math.min(groupBytes, elf.source.size) / 4);
  let groupCount = 0;
  let memberCount = 0;
  for (const run of sectionRuns(elf, (i) => type[i] === SHT.GROUP)) {
    const view = viewOf(run.bytes);
    for (const i of run.sections) {
      const at = offset[i]! - run.start;
      const end = at + fileSize[i]!;
      sections[groupCount] = i;
      flags[groupCount] = end - at < 4 ? 0 : view.getUint32(at, littleEndian);
      for (let word = at + 4; word + 4 <= end; word += 4) members[memberCount++] = view.getUint32(word, littleEndian);
      groupCount++;
      first[groupCount] = memberCount;
    }
  }

  return { sections, flags, first, members: members.subarray(0, memberCount) };
}
