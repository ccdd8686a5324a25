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
import { beganAt, leftBy, moveOfRange } from "./segments.js";

/**
 * What placing has done to sections that are no tables: .bss that has bytes now, covers of a segment that is no more.
 */
export function followPlacing(following: Following, { backed, vacated }: TablePlaces): void {
  if (backed) backBss(following.rows, backed);
  for (const range of vacated) vacate(following, range);
}

function backBss(rows: SectionRows, { start, end, delta }: BackedBss): void {
  for (let row = 0; row < rows.length; row++) {
    const s = rows.view(row);
    const isBss = s.type === SHT.NOBITS && (s.flags & SHF.ALLOC) !== 0 && (s.flags & SHF.TLS) === 0;
    if (!isBss || s.addr < start || s.addr + s.size > end) continue;
    s.type = SHT.PROGBITS;
    s.offset = s.addr + delta;
  }
}

/** Takes out sections that covered bytes in a range, where they stand last; others' numbers stay as they are. */
function vacate({ elf, rows }: Following, { start, end }: Range): void {
  const isInside = (row: number): boolean => {
    const s = elf.sections[rows.was(row)!]!;
    return isCover(s) && s.header.offset >= start && s.header.offset < end;
  };

  let last = rows.inputs;
  while (last > 0 && isInside(last - 1)) last--;
  rows.retain((was) => was < last);
  for (let row = 0; row < rows.inputs; row++) if (isInside(row)) rows.clear(row);
}

/** Section headers follow what moved, also in the part of the file that is not loaded, and take the new sizes. */
export function fixSections(
  { elf, rows }: Following,
  places: TablePlaces,
  { contents }: Requests,
  { outputOf, places: tailPlaces }: Tail,
): void {
  const c = sectionColumns(elf);

  rows.eachInput((s, was, row) => {
    const offset = c.offset[was]!;
    if (contents.has(was)) {
      s.offset = tailPlaces[was]!;
      s.size = contents.size(was);
      s.info = contents.info(was) ?? s.info;
    } else if (s.type === SHT.NULL) {
      // Where extended numbers stand, or a cover that went.
    } else if (c.fileSize[was] === 0) {
      // It takes no bytes, but says where they would be.
      const isLoose = !placedAt(elf, c, was) && offset <= elf.source.size;
      if (isLoose) s.offset = outputOf(offset);
    } else if (places.placed.length > 0) {
      fixMoved(rows.view(row), sectionAt(elf, was).header, places, outputOf);
    } else {
      s.offset = tailPlaces[was]! >= 0 ? tailPlaces[was]! : outputOf(s.offset);
    }
  });
}

/** The header of a section that may have moved with a table of the loader's. */
function fixMoved(s: ShdrView, old: ShdrViewOf, { placed, moves }: TablePlaces, outputOf: Tail["outputOf"]): void {
  const own = placed.find((p) => isHeaderOf(p, s.type, old));
  const move = own && leftBy(own) ? { ...own, was: own.table.was! } : moveOfRange(moves, old.offset, old.size);

  if (move) {
    s.offset += move.offset - move.was.offset;
    s.setExact("addr", s.exact("addr") + move.address - move.was.address);
  } else {
    s.offset = outputOf(old.offset);
  }
  if (own && own.strategy !== "in-place") s.size = own.size;
}

type ShdrViewOf = ReturnType<typeof sectionAt>["header"];

/** Is it the table's own section header? */
function isHeaderOf(p: Placed, type: number, old: ShdrViewOf): boolean {
  const { section, sectionIsLoose } = KINDS[p.table.kind];
  if (!beganAt(p, old.offset)) return false;
  return (sectionIsLoose && section === type) || p.table.was?.size === old.size;
}

/** Version tables that have another number of records now, or that no tag leads to any more. */
export function fixVersionSections({ elf, rows }: Following, { dynamic, versionNeeds }: Requests): void {
  const rowsOf = (type: number, tag: number): number[] => {
    const address = elf.dynamic?.get(tag);
    const found = sectionsOf(elf, type).filter(({ header: h }) => h.exact("size") > 0n && h.exact("addr") === address);
    return found.map((s) => rows.indexOf(s.index)).filter((row) => row >= 0);
  };

  if (versionNeeds !== undefined) {
    for (const row of rowsOf(SHT.GNU_VERNEED, DT.VERNEED)) {
      if (versionNeeds === 0) retire(rows, row);
      // Its size stays: what follows the last record is zero, and of no other section.
      else rows.view(row).info = versionNeeds;
    }
  }

  const losesVersions = dynamic && !dynamic.some((e) => e.tag === DT.VERSYM);
  if (losesVersions) for (const row of rowsOf(SHT.GNU_VERSYM, DT.VERSYM)) retire(rows, row);
}

/**
 * A version table that no tag leads to any more: tools would look for versions in it, and BFD takes none that is empty.
 * Its bytes stay covered. The name loses its dot, since eu-elflint knows which type a `.gnu.version` has.
 */
function retire(rows: SectionRows, row: number): void {
  const view = Object.assign(rows.view(row), { type: SHT.PROGBITS, link: 0, info: 0, entsize: 0 });
  if (rows.name(row).startsWith(".")) view.name++;
}
