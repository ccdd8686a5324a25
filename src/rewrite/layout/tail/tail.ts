import { alignUp } from "../../../codec/bytes.js";
import { fail, hex } from "../../../error.js";
import type { ElfFile } from "../../../image/elf.js";
import { placedAt, sectionColumns, sectionsByOffset } from "../../../image/headers/section-columns.js";
import { assertInFile, fileAlignment, isDebugFile } from "../../../image/headers/sections.js";
import { segmentTypeName } from "../../../spec/names.js";
import type { Requests } from "../../wish/requests.js";
import { blanks, gapsFrom } from "./described.js";
import type { FileMap } from "../../../pieces/pieces.js";
import { type Range, subtract } from "../../../pieces/ranges.js";
import type { OverlayChoice } from "../options.js";
import { refuseOverlay } from "./overlay.js";
import { fixedEnd, unloadedSegments } from "../place/space.js";
import { PackedItems, TailItems } from "./tail-items.js";

/** The part of the file behind everything that is loaded: sections for tools, the section header table. */
export interface Tail {
  /** Where new bytes may go: behind all that stays. */
  readonly end: number;
  /** Where a byte of the input is in the output; where it went, what follows it. */
  outputOf(offset: number): number;
  /**
   * Where sections are, by index: all that are written anew, and others as far as it is known; below 0 where it is not.
   */
  readonly places: Float64Array;
}

const unknownPlaces = (elf: ElfFile): Float64Array => new Float64Array(elf.header.shnum).fill(-1);

/** The whole input as it stands. */
export function keepTail(elf: ElfFile, map: FileMap): Tail {
  const { size } = elf.source;
  map.keep(0, size);
  return { end: size, outputOf: (o) => o, places: unknownPlaces(elf) };
}

/**
 * For an overlay that keeps its place: nothing moves, dropped sections become zeros, and new bytes go behind the
 * overlay, but for those that take no more room than what they replace.
 */
export function blankTail(elf: ElfFile, map: FileMap, requests: Requests): Tail {
  const { size } = elf.source;
  const { contents } = requests;
  const { align } = sectionColumns(elf);
  const holes = holesBefore(elf, requests, size);
  const places = oldPlaces(elf, contents, holes);
  let end = size;

  for (const i of contents.sections) {
    if (places[i]! >= 0) continue;
    places[i] = alignUp(end, fileAlignment(align[i]!));
    end = places[i]! + contents.size(i);
  }

  keepExcept(map, 0, size, holes);
  return { end, outputOf: (o) => o, places };
}

const holesBefore = (elf: ElfFile, { dropped, contents }: Requests, end: number): Range[] =>
  blanks(elf, (i) => dropped.has(i) || contents.has(i), end);

/**
 * Sections whose new bytes take the place of the old ones: they are no more, and the old ones have become a hole, which
 * is no other section's.
 */
function oldPlaces(elf: ElfFile, contents: Requests["contents"], holes: readonly Range[]): Float64Array {
  const places = unknownPlaces(elf);
  const { offset, fileSize } = sectionColumns(elf);
  if (holes.length === 0) return places;

  let hole = 0;
  let free = 0;
  for (const i of contents.sections.sort((a, b) => offset[a]! - offset[b]!)) {
    const start = offset[i]!;
    const end = start + fileSize[i]!;
    while (hole < holes.length && holes[hole]!.end <= start) hole++;
    const h = holes[hole];
    if (!h || contents.size(i) > fileSize[i]! || start < Math.max(free, h.start) || end > h.end) continue;
    places[i] = start;
    free = end;
  }

  return places;
}

/** What {@link compactTail} needs to know. */
export interface TailOptions {
  /** The section that names the others is written anew at the end. */
  readonly rewritten: ReadonlySet<number>;
  readonly overlay: OverlayChoice | undefined;
  /** Where the loaded part ends, when its last segment grew. */
  readonly grownTo: number | undefined;
}

/**
 * Cuts the section header table and the name table off, which are written anew at the end, closes the holes of dropped
 * sections, and makes room for a last segment that grew. What is loaded never moves.
 */
export function compactTail(
  elf: ElfFile,
  map: FileMap,
  requests: Requests,
  { rewritten, overlay, grownTo }: TailOptions,
): Tail {
  const unloaded = isDebugFile(elf) ? [] : unloadedRanges(elf);
  // Program headers only change where the last segment needs the room; a strip leaves them alone.
  const fixed = Math.max(fixedEnd(elf), ...(grownTo === undefined ? unloaded.map((r) => r.end) : []));
  const moves = requests.dropped.size > 0 || requests.contents.runs.length > 0 || grownTo !== undefined;
  const holes = holesBefore(elf, requests, fixed);
  const places = oldPlaces(elf, requests.contents, holes);
  const { padding, payload } = gapsFrom(elf, fixed, requests.dropped);
  const items = new TailItems(elf.header.shnum + unloaded.length + payload.length);
  const keep = (r: Range) => items.add(r.start, r.end - r.start, 1);
  addSections(items, elf, requests, rewritten, fixed, places);
  // What a program header speaks of stays, also where its section goes.
  for (const r of unloaded) if (r.start >= fixed) keep(r);
  const last = items.end(fixed);

  for (const r of payload) {
    if (!moves && r.start < last) continue;
    if (overlay === undefined || overlay === "keep-in-place") refuseOverlay(r);
    if (overlay === "keep") keep(r);
  }

  keepExcept(map, 0, fixed, holes);
  if (moves) return packed(elf, map, items, { start: grownTo ?? fixed, fixed, padding }, places);

  const end = items.end(fixed);
  map.keep(fixed, end - fixed);
  return { end, outputOf: (o) => o, places };
}

/** The bytes of segments that are not loaded. `TRUNCATED` for one that begins behind the end of the file. */
function unloadedRanges(elf: ElfFile): Range[] {
  const { size } = elf.source;
  return unloadedSegments(elf).map(({ type, offset, filesz }) => {
    const isGone = offset > size;
    if (isGone) {
      fail(
        "TRUNCATED",
        `${segmentTypeName(type, elf.header.machine)} (${filesz} bytes at ${hex(offset)}) begins behind the end of the file (${size} bytes)`,
        { offset, length: filesz, size },
      );
    }
    return { start: offset, end: Math.min(offset + filesz, size) };
  });
}

/**
 * Sections behind `fixed` that stay, and those that are written anew, but for the ones that take their old place before
 * it.
 */
function addSections(
  items: TailItems,
  elf: ElfFile,
  { dropped, contents }: Requests,
  rewritten: ReadonlySet<number>,
  fixed: number,
  places: Float64Array,
): void {
  const c = sectionColumns(elf);
  for (const i of sectionsByOffset(elf)) {
    assertInFile(elf, c, i);
    const offset = c.offset[i]!;
    const end = offset + c.fileSize[i]!;
    const align = fileAlignment(c.align[i]!);

    if (contents.has(i)) {
      if (places[i]! < 0) items.add(end <= fixed ? Infinity : offset, contents.size(i), align, i, 1);
    } else if (c.fileSize[i]! > 0 && end > fixed && !dropped.has(i) && !rewritten.has(i) && !placedAt(elf, c, i)) {
      const start = Math.max(offset, fixed);
      items.add(start, end - start, offset % align === 0 && start === offset ? align : 1, i);
    }
  }
}

/** Where the tail begins in the output and in the input, and what of it is padding. */
interface Bounds {
  readonly start: number;
  readonly fixed: number;
  readonly padding: readonly Range[];
}

/** Puts what stays one behind the other. */
function packed(
  elf: ElfFile,
  map: FileMap,
  all: TailItems,
  { start, fixed, padding }: Bounds,
  places: Float64Array,
): Tail {
  const { items, into } = all.joined();
  const p = new PackedItems(items, map, start, padding);
  const { offset } = sectionColumns(elf);

  for (let i = 0; i < all.count; i++) {
    const section = all.section[i]!;
    const item = into[i]!;
    const from = offset[section]!;
    if (section >= 0) {
      places[section] =
        all.isNew[i] === 1 ? p.at[item]! : from < fixed ? from : p.at[item]! + from - items.start[item]!;
    }
  }

  return { end: p.end, places, outputOf: (o) => (o < fixed ? o : p.outputOf(o)) };
}

function keepExcept(map: FileMap, start: number, end: number, holes: readonly Range[]): void {
  for (const r of subtract([{ start, end }], holes)) map.keep(r.start, r.end - r.start);
}
