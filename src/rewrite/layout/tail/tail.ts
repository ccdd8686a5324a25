import { alignUp } from "../../../codec/bytes.js";
import { fail, hex } from "../../../error.js";
import type { ElfFile } from "../../../image/elf.js";
import { placedAt, sectionColumns, sectionsByOffset } from "../../../image/headers/section-columns.js";
import { assertInObject, fileAlignment, isDebugFile } from "../../../image/headers/sections.js";
import { segmentTypeName } from "../../../spec/names.js";
import type { Requests } from "../../wish/requests.js";
import { assertSectionsWhole } from "../damage.js";
import { bytesOfGoneSections, undescribedGaps } from "./described.js";
import type { FileMap } from "../../../pieces/pieces.js";
import { type Range, sized, subtractRanges } from "../../../pieces/ranges.js";
import type { OverlayChoice } from "../options.js";
import { refuseOverlay } from "./overlay.js";
import { fixedEnd, unloadedSegments } from "../place/space.js";
import { PackedItems, TailItems } from "./tail-items.js";

/** The part of the file after everything that is loaded: sections for tools, the section header table. */
export interface Tail {
  /** Where new bytes may go: after all that stays. */
  readonly end: number;
  /** Where a byte of the input is in the output; where it went, the place of what follows it. */
  outputOf(offset: number): number;
  /** Offsets of sections, by index: of all that are written anew, and of others where they are known, else below 0. */
  readonly places: Float64Array;
}

const unknownPlaces = (elf: ElfFile): Float64Array => new Float64Array(elf.header.shnum).fill(-1);

/** Keeps the whole input as it is. */
export function keepTail(elf: ElfFile, map: FileMap): Tail {
  const { size } = elf.source;
  map.keep(0, size);
  return { end: size, outputOf: (offset) => offset, places: unknownPlaces(elf) };
}

/**
 * For an overlay that keeps its place: nothing moves, and dropped sections become zeros. New bytes go after the
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
  return { end, outputOf: (offset) => offset, places };
}

/** Bytes before `end` of sections that go or are written anew, and that nothing else describes. */
const holesBefore = (elf: ElfFile, { dropped, contents }: Requests, end: number): Range[] =>
  bytesOfGoneSections(elf, (i) => dropped.has(i) || contents.has(i), end);

/**
 * The places of sections whose new bytes can stand where the old ones were. The new bytes must be no more than the old
 * ones, and these must lie in a hole, so that no other section has them.
 */
function oldPlaces(elf: ElfFile, contents: Requests["contents"], holes: readonly Range[]): Float64Array {
  const places = unknownPlaces(elf);
  const { offset, fileSize } = sectionColumns(elf);
  if (holes.length === 0) return places;

  let next = 0;
  let free = 0;
  for (const i of contents.sections.sort((a, b) => offset[a]! - offset[b]!)) {
    const start = offset[i]!;
    const end = start + fileSize[i]!;
    while (next < holes.length && holes[next]!.end <= start) next++;

    const hole = holes[next];
    const isInHole = hole !== undefined && start >= Math.max(free, hole.start) && end <= hole.end;
    if (!isInHole || contents.size(i) > fileSize[i]!) continue;

    places[i] = start;
    free = end;
  }

  return places;
}

/** What {@link compactTail} needs to know. */
export interface TailOptions {
  /** The name table's index, where it is written anew at the end; else empty. */
  readonly rewritten: ReadonlySet<number>;
  readonly overlay: OverlayChoice | undefined;
  /** Where the loaded part ends now; undefined where its last segment has not grown. */
  readonly grownTo: number | undefined;
}

/**
 * Cuts off the section header table and the name table, which are written anew at the end. Also closes the holes of
 * dropped sections, and makes room for a last segment that grew. What is loaded never moves.
 */
export function compactTail(
  elf: ElfFile,
  map: FileMap,
  requests: Requests,
  { rewritten, overlay, grownTo }: TailOptions,
): Tail {
  // Program headers only change where the last segment needs the room; a strip leaves them alone.
  const hasGrown = grownTo !== undefined;
  const unloaded = isDebugFile(elf) ? [] : unloadedRanges(elf);
  const fixed = Math.max(fixedEnd(elf), ...(hasGrown ? [] : unloaded.map((r) => r.end)));

  const moves = requests.dropped.size > 0 || requests.contents.runs.length > 0 || hasGrown;
  const holes = holesBefore(elf, requests, fixed);
  const places = oldPlaces(elf, requests.contents, holes);
  const { padding, payload } = undescribedGaps(elf, fixed, requests.dropped);

  const items = new TailItems(elf.header.shnum + unloaded.length + payload.length);
  const keep = (r: Range): void => items.add(r.start, r.end - r.start, 1);
  addSections(items, elf, requests, rewritten, fixed, places);

  // What a program header names stays, also where its section goes.
  for (const range of unloaded) {
    if (range.start >= fixed) keep(range);
  }

  // A payload before the end of what stays keeps its place where nothing moves.
  const last = items.end(fixed);
  for (const range of payload) {
    if (!moves && range.start < last) continue;
    if (overlay === undefined || overlay === "keep-in-place") {
      assertSectionsWhole(elf);
      refuseOverlay(elf.source, sized(range));
    }
    if (overlay === "keep") keep(range);
  }

  keepExcept(map, 0, fixed, holes);
  if (moves) return packed(elf, map, items, { start: grownTo ?? fixed, fixed, padding }, places);

  const end = items.end(fixed);
  map.keep(fixed, end - fixed);
  return { end, outputOf: (offset) => offset, places };
}

/** The bytes of segments that are not loaded. `TRUNCATED` for one that begins after the end of the file. */
function unloadedRanges(elf: ElfFile): Range[] {
  const { size } = elf.source;
  return unloadedSegments(elf).map(({ type, offset, filesz }) => {
    if (offset > size) {
      const name = segmentTypeName(type, elf.header.machine);
      fail(
        "TRUNCATED",
        `${name} (${filesz} bytes at ${hex(offset)}) begins behind the end of the file (${size} bytes)`,
        { offset, length: filesz, size },
      );
    }
    return { start: offset, end: Math.min(offset + filesz, size) };
  });
}

/** Adds the sections after `fixed` that stay, and those that are written anew, unless these take their old places. */
function addSections(
  items: TailItems,
  elf: ElfFile,
  { dropped, contents }: Requests,
  rewritten: ReadonlySet<number>,
  fixed: number,
  places: Float64Array,
): void {
  const columns = sectionColumns(elf);
  for (const i of sectionsByOffset(elf)) {
    assertInObject(elf, columns, i);
    const offset = columns.offset[i]!;
    const end = offset + columns.fileSize[i]!;
    const align = fileAlignment(columns.align[i]!);

    if (contents.has(i)) {
      if (places[i]! < 0) items.add(end <= fixed ? Infinity : offset, contents.size(i), align, i, 1);
      continue;
    }

    const isInTail = columns.fileSize[i]! > 0 && end > fixed;
    const stays = !dropped.has(i) && !rewritten.has(i);
    if (!isInTail || !stays || placedAt(elf, columns, i)) continue;

    const start = Math.max(offset, fixed);
    const isAligned = offset % align === 0 && start === offset;
    items.add(start, end - start, isAligned ? align : 1, i);
  }
}

/** Where the tail begins in the output and in the input, and what of it is padding. */
interface Bounds {
  readonly start: number;
  readonly fixed: number;
  readonly padding: readonly Range[];
}

/** Puts what stays one after the other. */
function packed(
  elf: ElfFile,
  map: FileMap,
  all: TailItems,
  { start, fixed, padding }: Bounds,
  places: Float64Array,
): Tail {
  const { items, into } = all.joined();
  const packing = new PackedItems(items, map, start, padding);
  const { offset } = sectionColumns(elf);

  for (let i = 0; i < all.count; i++) {
    const section = all.section[i]!;
    if (section < 0) continue;

    const item = into[i]!;
    const from = offset[section]!;
    if (all.isNew[i] === 1) places[section] = packing.at[item]!;
    else if (from < fixed) places[section] = from;
    else places[section] = packing.at[item]! + from - items.start[item]!;
  }

  const outputOf = (at: number): number => (at < fixed ? at : packing.outputOf(at));
  return { end: packing.end, places, outputOf };
}

/** Keeps a range of the input at its place, but for the holes in it. */
function keepExcept(map: FileMap, start: number, end: number, holes: readonly Range[]): void {
  for (const range of subtractRanges([{ start, end }], holes)) {
    map.keep(range.start, range.end - range.start);
  }
}
