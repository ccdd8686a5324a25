import type { ElfFile } from "../../image/elf.js";
import { PT, SHT } from "../../spec/constants.js";
import { segmentFlagsText, segmentTypeName } from "../../spec/names.js";
import { describeFile } from "../describe.js";
import { toQuantity } from "../quantity.js";
import { Tolerant } from "../../image/tolerant.js";
import { sectionCaption } from "./claims.js";
import { fileRegions } from "./file-regions.js";
import { layoutPage, mapLoads } from "./loads.js";
import { memorySegments } from "./memory.js";
import type { FileRegion, LayoutMap, MapMarker, MapPart, UnplacedSection } from "./model.js";

/**
 * Where everything lies: the file as regions (what a PT_LOAD loads, what none does, the overlay) of parts (headers,
 * sections, or without section headers the loader's tables; what nothing describes), and the PT_LOADs in memory with
 * .bss and the rest of their pages. Each byte of the file is in exactly one part. Program headers count first, section
 * headers say what is inside; what cannot be read is listed under `problems`.
 *
 * @throws ElfError `TRUNCATED` only where the program header table cannot be read
 * @example
 * for (const r of layoutMap(readElf(bytes)).regions) console.log(r.offset, r.kind, r.flags, r.parts.map((p) => p.label));
 */
export function layoutMap(elf: ElfFile): LayoutMap {
  const t = new Tolerant();
  const file = describeFile(elf, t);
  const all = mapLoads(elf, t);
  const pageSize = layoutPage(elf, all.loads);
  const regions = fileRegions(elf, all, t);
  const memory = pageSize === null ? [] : memorySegments(elf, all, pageSize, regions, t);
  const markers = mapMarkers(elf);

  return {
    file,
    pageSize,
    regions,
    memory,
    markers,
    unplaced: unplaced(
      elf,
      regions,
      memory.flatMap((m) => m.parts),
      t,
    ),
    problems: t.problems,
  };
}

const mapMarkers = (elf: ElfFile): MapMarker[] =>
  elf.segments.flatMap((s, segment) =>
    s.type === PT.LOAD || s.type === PT.NULL
      ? []
      : [
          {
            type: segmentTypeName(s.type, elf.header.machine),
            segment,
            flags: segmentFlagsText(s.flags),
            offset: toQuantity(s.exact("offset")),
            filesz: toQuantity(s.exact("filesz")),
            address: toQuantity(s.exact("vaddr")),
            memsz: toQuantity(s.exact("memsz")),
            marks: [],
          },
        ],
  );

/** Sections that no part shows. */
function unplaced(
  elf: ElfFile,
  regions: readonly FileRegion[],
  memory: readonly MapPart[],
  t: Tolerant,
): UnplacedSection[] {
  const shown = new Set([...regions.flatMap((r) => r.parts), ...memory].map((p) => p.section));
  return (t.part(() => elf.sections) ?? []).flatMap((s) => {
    if (s.header.type === SHT.NULL || shown.has(s.index)) return [];
    return [{ section: s.index, label: sectionCaption(s, t), size: toQuantity(s.header.exact("size")) }];
  });
}
