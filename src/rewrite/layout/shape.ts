import type { ElfFile } from "../../image/elf.js";
import type { Requests } from "../wish/requests.js";
import type { LayoutOptions } from "./options.js";
import type { Placing } from "./place/place.js";

/** What becomes of the rest of the file, now that tables have their places. Later phases only read it. */
export interface Shape {
  /**
   * The part of the file that is not loaded.
   * - "stays": nothing of it changes.
   * - "keeps its places": a payload after the ELF file must not move, so nothing does. What goes becomes zeros, and
   *   what is new goes after the payload.
   * - "is packed": holes are closed, and what is new goes to the end.
   */
  readonly unloaded: "stays" | "keeps its places" | "is packed";
  /**
   * The section header table.
   * - "stays": it keeps its place and all indexes, since a payload may be found by its end, or since it is broken.
   * - "moves": it is written anew at the end of the file.
   * - "goes": the output has none.
   */
  readonly sectionHeaders: "stays" | "moves" | "goes";
  /**
   * Sections for the bytes that moved tables leave behind. Without them, strip would zero these bytes.
   * - "none": nothing is left behind, or the file has no sections.
   * - "added": they get sections.
   * - "impossible": the table that would name them must not grow.
   */
  readonly covers: "none" | "added" | "impossible";
  /** Do new tables or sections get section headers? Without them strip would zero the tables. */
  readonly addsRows: boolean;
}

/** Is there a payload after the ELF file that shall stay at its offset? Asks for it only where it matters. */
export const keepsOverlay = (elf: ElfFile, { overlay }: LayoutOptions): boolean =>
  overlay === "keep-in-place" && elf.overlay !== null;

/** Decides what becomes of the rest of the file. */
export function decideShape(elf: ElfFile, requests: Requests, options: LayoutOptions, placing: Placing): Shape {
  const { ground, homeless, grownTo, entries } = placing;
  const { dropped, contents, dropsHeaders, tables, newSections } = requests;
  const hasHeaders = elf.header.shnum > 0;

  // Does anything have to be written at the end of the file?
  const grows = homeless.length > 0 || grownTo !== undefined;
  const tableIsInTheWay = isInTheWay(elf, entries);
  const addsRows = hasHeaders && (tables.some((t) => !t.was) || newSections.length > 0);
  const changesSections = dropped.size > 0 || contents.runs.length > 0 || dropsHeaders;
  const needsEnd = grows || tableIsInTheWay || addsRows || changesSections;

  // A payload may be found by the end of the section header table. Where the payload keeps its place, the table does
  // too, unless the file grows behind it.
  const keepsPayload = keepsOverlay(elf, options);
  const tableIsFixed = keepsPayload && !grows && !tableIsInTheWay && !addsRows;

  // Before an overlay, covers alone are no reason to change the end of the file.
  const leavesBytes = hasHeaders && (grows || ground.moves.length > 0);
  const addsCovers = leavesBytes && !tableIsFixed && (needsEnd || elf.overlay === null);
  const isCut = needsEnd || addsCovers;

  return {
    unloaded: unloadedShape(isCut, keepsPayload),
    sectionHeaders: headersShape(dropsHeaders, isCut && !tableIsFixed && elf.header.brokenSections === null),
    covers: coversShape(leavesBytes, addsCovers),
    addsRows,
  };
}

function unloadedShape(isCut: boolean, keepsPayload: boolean): Shape["unloaded"] {
  if (!isCut) return "stays";
  return keepsPayload ? "keeps its places" : "is packed";
}

function headersShape(goes: boolean, moves: boolean): Shape["sectionHeaders"] {
  if (goes) return "goes";
  return moves ? "moves" : "stays";
}

function coversShape(leavesBytes: boolean, addsCovers: boolean): Shape["covers"] {
  if (!leavesBytes) return "none";
  return addsCovers ? "added" : "impossible";
}

/**
 * Does the section header table stand where the program header table has to grow? Go's linker puts it right behind the
 * program headers.
 *
 * @param entries program headers that are added
 */
function isInTheWay({ header: h }: ElfFile, entries: number): boolean {
  if (entries === 0 || h.shnum === 0) return false;

  const end = h.phoff + h.phnum * h.phentsize;
  const newEnd = end + entries * h.phentsize;
  const sectionHeadersEnd = h.shoff + h.shnum * h.shentsize;
  return h.shoff < newEnd && sectionHeadersEnd > end;
}
