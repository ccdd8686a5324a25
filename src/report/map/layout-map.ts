import type { ElfFile } from "../../image/elf.js";
import { Tolerant } from "../../image/tolerant.js";
import { PT, SHT } from "../../spec/constants.js";
import { segmentFlagsText, segmentTypeName } from "../../spec/names.js";
import { describeFile } from "../describe.js";
import { toQuantity } from "../quantity.js";
import { sectionCaption } from "./claims.js";
import { fileRegions } from "./file-regions.js";
import { layoutPage, mapLoads } from "./loads.js";
import { memorySegments } from "./memory.js";
import type { LayoutMap, MapMarker, MapPart, UnplacedSection } from "./model.js";
import { assertElf } from "../../input.js";

/**
 * Maps where everything lies. The file is regions (what a PT_LOAD loads, what none does, the overlay) of parts
 * (headers, sections or, without section headers, the loader's tables; what nothing describes); memory is the PT_LOADs
 * with .bss and the rest of their pages. Each byte of the file is in exactly one part. Program headers count first,
 * section headers say what is inside. What cannot be read is listed under `problems`.
 *
 * @throws ElfError `TRUNCATED` only where the program header table cannot be read
 * @example
 * const { regions } = layoutMap(readElf(bytes));
 * for (const r of regions) console.log(r.offset, r.kind, r.flags, r.parts.map((p) => p.label));
 */
export function layoutMap(elf: ElfFile): LayoutMap {
  assertElf("layoutMap", elf);
  const tolerant = new Tolerant();
  const file = describeFile(elf, tolerant);
  const all = mapLoads(elf, tolerant);
  const pageSize = layoutPage(elf, all.loads);
  const regions = fileRegions(elf, all, tolerant);
  const memory = pageSize === null ? [] : memorySegments(elf, all, pageSize, regions, tolerant);
  const markers = mapMarkers(elf);
  const parts = [...regions, ...memory].flatMap((it) => it.parts);
  const unplaced = unplacedSections(elf, parts, tolerant);

  return { file, pageSize, regions, memory, markers, unplaced, problems: tolerant.problems };
}

function mapMarkers(elf: ElfFile): MapMarker[] {
  const out: MapMarker[] = [];
  elf.segments.forEach((header, segment) => {
    if (header.type === PT.LOAD || header.type === PT.NULL) return;

    out.push({
      type: segmentTypeName(header.type, elf.header.machine),
      segment,
      flags: segmentFlagsText(header.flags),
      offset: toQuantity(header.exact("offset")),
      filesz: toQuantity(header.exact("filesz")),
      address: toQuantity(header.exact("vaddr")),
      memsz: toQuantity(header.exact("memsz")),
      marks: [],
    });
  });

  return out;
}

/** Sections that no part shows. */
function unplacedSections(elf: ElfFile, parts: readonly MapPart[], tolerant: Tolerant): UnplacedSection[] {
  const shown = new Set(parts.map((part) => part.section));
  const out: UnplacedSection[] = [];
  for (const section of tolerant.part(() => elf.sections) ?? []) {
    const { index, header } = section;
    if (header.type === SHT.NULL || shown.has(index)) continue;
    out.push({ section: index, label: sectionCaption(section, tolerant), size: toQuantity(header.exact("size")) });
  }

  return out;
}
