import type { ShdrView } from "../../../codec/records.js";
import { placedAt, sectionColumns } from "../../../image/headers/section-columns.js";
import { sectionAt, sectionsOf } from "../../../image/headers/sections.js";
import { SHF, SHT } from "../../../spec/constants.js";
import { DT } from "../../../spec/dynamic.js";
import { KINDS } from "../../tables/kinds.js";
import type { Placed } from "../../tables/table.js";
import type { Requests } from "../../wish/requests.js";
import { isCover } from "../place/covers.js";
import type { BackedBss, TablePlaces } from "../places.js";
import type { Range } from "../../../pieces/ranges.js";
import type { Tail } from "../tail/tail.js";
import type { Following } from "./following.js";
import type { SectionRows } from "./section-rows.js";
import { tableBeganAt, leftPlace, moveOfRange } from "./segments.js";

/** What placing has done to sections that are no tables: .bss that now has bytes, covers of a segment that has gone. */
export function followPlacing(following: Following, { backed, vacated }: TablePlaces): void {
  if (backed) backBss(following.rows, backed);
  for (const range of vacated) vacate(following, range);
}

function backBss(rows: SectionRows, { start, end, offset }: BackedBss): void {
  for (let row = 0; row < rows.length; row++) {
    const view = rows.view(row);
    const isBss = view.type === SHT.NOBITS && (view.flags & SHF.ALLOC) !== 0 && (view.flags & SHF.TLS) === 0;
    const addr = view.exact("addr");
    if (!isBss || addr < start || addr + view.exact("size") > end) continue;

    view.type = SHT.PROGBITS;
    view.offset = offset + Number(addr - start);
  }
}

/** Drops covers of bytes in a range: takes out those that stand last, and makes the others SHT_NULL to keep indexes. */
function vacate({ elf, rows }: Following, { start, end }: Range): void {
  const isInside = (row: number): boolean => {
    const section = elf.sections[rows.was(row)!]!;
    return isCover(section) && section.header.offset >= start && section.header.offset < end;
  };

  let count = rows.inputs;
  while (count > 0 && isInside(count - 1)) count--;
  rows.retain((was) => was < count);

  for (let row = 0; row < rows.inputs; row++) {
    if (isInside(row)) rows.clear(row);
  }
}

/** Makes section headers follow what moved, also in the part of the file that is not loaded, and take the new sizes. */
export function fixSections(
  { elf, rows }: Following,
  places: TablePlaces,
  { contents }: Requests,
  { outputOf, places: tailPlaces }: Tail,
): void {
  const columns = sectionColumns(elf);

  rows.eachInput((view, was, row) => {
    const offset = columns.offset[was]!;
    if (contents.has(was)) {
      view.offset = tailPlaces[was]!;
      view.size = contents.size(was);
      view.info = contents.info(was) ?? view.info;
      return;
    }

    // Extended numbers stand here, or a cover that went.
    if (view.type === SHT.NULL) return;

    // A section without bytes says where they would be.
    if (columns.fileSize[was] === 0) {
      const isLoose = !placedAt(elf, columns, was) && offset <= elf.source.size;
      if (isLoose) view.offset = outputOf(offset);
      return;
    }

    if (places.placed.length > 0) fixMoved(rows.view(row), sectionAt(elf, was).header, places, outputOf);
    else view.offset = tailPlaces[was]! >= 0 ? tailPlaces[was]! : outputOf(view.offset);
  });
}

type OldHeader = ReturnType<typeof sectionAt>["header"];

/** Fixes the header of a section that may have moved with a loader's table. */
function fixMoved(view: ShdrView, old: OldHeader, { placed, moves }: TablePlaces, outputOf: Tail["outputOf"]): void {
  const own = placed.find((p) => isHeaderOf(p, view.type, old));
  const move = own && leftPlace(own) ? { ...own, was: own.table.was! } : moveOfRange(moves, old.offset, old.size);

  if (move) {
    view.offset += move.offset - move.was.offset;
    view.setExact("addr", view.exact("addr") + move.address - move.was.address);
  } else {
    view.offset = outputOf(old.offset);
  }
  if (own && own.strategy !== "in-place") view.size = own.size;
}

/** Is it the table's own section header? */
function isHeaderOf(placed: Placed, type: number, old: OldHeader): boolean {
  if (!tableBeganAt(placed, old.offset)) return false;

  const { section, sectionIsLoose } = KINDS[placed.table.kind];
  return (sectionIsLoose && section === type) || placed.table.was?.size === old.size;
}

/** Fixes the headers of version tables that now have another number of records, or that no tag leads to any more. */
export function fixVersionSections({ elf, rows }: Following, { dynamic, versionNeeds }: Requests): void {
  const rowsOf = (type: number, tag: number): number[] => {
    const address = elf.dynamic?.get(tag);
    const found = sectionsOf(elf, type).filter(({ header: h }) => h.exact("size") > 0n && h.exact("addr") === address);
    return found.map((s) => rows.indexOf(s.index)).filter((row) => row >= 0);
  };

  if (versionNeeds !== undefined) {
    for (const row of rowsOf(SHT.GNU_VERNEED, DT.VERNEED)) {
      // The size stays: what follows the last record is zero, and belongs to no other section.
      if (versionNeeds === 0) retire(rows, row);
      else rows.view(row).info = versionNeeds;
    }
  }

  const losesVersions = dynamic && !dynamic.some((e) => e.tag === DT.VERSYM);
  if (!losesVersions) return;
  for (const row of rowsOf(SHT.GNU_VERSYM, DT.VERSYM)) retire(rows, row);
}

/**
 * Makes the section of a version table that no tag leads to any more a plain one, which only keeps the bytes. Tools
 * would look for versions in a version table, and BFD takes no empty one. The name loses its dot, since eu-elflint
 * knows which type a `.gnu.version` has.
 */
function retire(rows: SectionRows, row: number): void {
  const view = Object.assign(rows.view(row), { type: SHT.PROGBITS, link: 0, info: 0, entsize: 0 });
  if (rows.name(row).startsWith(".")) view.name++;
}
