import type { ElfFile } from "../../image/elf.js";
import type { Requests } from "../wish/requests.js";
import type { LayoutOptions } from "./options.js";
import type { Placing } from "./place/place.js";

/**
 * What becomes of the parts of the file behind the tables that have got their places: decided once, and only read by
 * what follows.
 */
export interface Shape {
  /**
   * The part of the file that is not loaded. "stays": nothing of it changes. "keeps its places": a payload behind the
   * file must not move, so nothing does; what goes becomes zeros, what is new stands behind the payload. "is packed":
   * holes are closed, and what is new stands at its end.
   */
  readonly unloaded: "stays" | "keeps its places" | "is packed";
  /**
   * The section header table. "stays": with all its indexes, since a payload may be found by its end. "moves": it is
   * written anew at the end of the file.
   */
  readonly sectionHeaders: "stays" | "moves" | "goes";
  /**
   * Sections for the bytes that moved tables leave behind, which strip would zero. "none": nothing is left behind, or
   * the file has no sections. "impossible": the table that would name them must not grow.
   */
  readonly covers: "none" | "added" | "impossible";
  /** Tables or sections that the file had not get section headers, without which strip would zero them. */
  readonly addsRows: boolean;
}

/** A payload behind the ELF file that shall stay at its offset. */
export const keepsOverlay = ({ overlay }: ElfFile, options: LayoutOptions): boolean =>
  options.overlay === "keep-in-place" && overlay !== null;

export function decideShape(elf: ElfFile, requests: Requests, options: LayoutOptions, placing: Placing): Shape {
  const { ground, homeless, grownTo, entries } = placing;
  const { dropped, contents, dropsHeaders, tables, newSections } = requests;
  const hasHeaders = elf.header.shnum > 0;

  // What needs the end of the file.
  const grows = homeless.length > 0 || grownTo !== undefined;
  const tableIsInTheWay = isInTheWay(elf, entries);
  const addsRows = hasHeaders && (tables.some((t) => !t.was) || newSections.length > 0);
  const changesSections = dropped.size > 0 || contents.runs.length > 0 || dropsHeaders;
  const needsEnd = grows || tableIsInTheWay || addsRows || changesSections;

  // A payload may be found by the end of the section header table: where it keeps its place, so does the table, unless
  // the file grows behind it.
  const tableIsFixed = keepsOverlay(elf, options) && !grows && !tableIsInTheWay && !addsRows;

  // The end of the file stays untouched before an overlay while nothing but covers would change it.
  const leavesBytes = hasHeaders && (grows || ground.moves.length > 0);
  const mayCover = !tableIsFixed && (needsEnd || elf.overlay === null);
  const covers = !leavesBytes ? "none" : mayCover ? "added" : "impossible";

  const isCut = needsEnd || covers === "added";
  return {
    unloaded: !isCut ? "stays" : keepsOverlay(elf, options) ? "keeps its places" : "is packed",
    sectionHeaders: dropsHeaders ? "goes" : isCut && !tableIsFixed ? "moves" : "stays",
    covers,
    addsRows,
  };
}

/** Go's linker puts the section header table right behind the program headers, where more of them may have to go. */
function isInTheWay({ header: h }: ElfFile, entries: number): boolean {
  const end = h.phoff + h.phnum * h.phentsize;
  return entries > 0 && h.shnum > 0 && h.shoff < end + entries * h.phentsize && h.shoff + h.shnum * h.shentsize > end;
}
