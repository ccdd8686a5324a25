import { alignUp, skipZeros } from "../codec/bytes.js";
import { chunks } from "../codec/source.js";
import { fail, hex } from "../error.js";
import { headerSize } from "../image/header.js";
import { elfEnd } from "../image/overlay.js";
import { fileAlignment, fileRange, isDebugFile, isPlaced } from "../image/sections.js";
import type { ElfFile } from "../image/elf.js";
import type { Requests } from "../request/requests.js";
import { PT, SHT } from "../spec/constants.js";
import type { FileMap } from "./pieces.js";
import type { OverlayChoice, Rewrite } from "./rewrite.js";
import { merged, type Range, subtract } from "./ranges.js";
import { fixedEnd, unloadedSegments } from "./space.js";

/** The part of the file behind everything that is loaded: sections for tools, the section header table. */
export interface Tail {
  /** Where new bytes may go: behind all that stays. */
  readonly end: number;
  /** Where a byte of the input is in the output; where it went, what follows it. */
  outputOf(offset: number): number;
  /** Where sections are that are written anew, by index. */
  readonly places: ReadonlyMap<number, number>;
}

/** The whole input as it stands. */
export function keepTail(rewrite: Rewrite, map: FileMap): Tail {
  const { size } = rewrite.elf.source;
  map.keep(0, size);
  return { end: size, outputOf: (o) => o, places: new Map() };
}

/**
 * For an overlay that keeps its place: nothing moves, dropped sections become zeros, and new bytes go behind the overlay, but for those that
 * take no more room than what they replace.
 */
export function blankTail(rewrite: Rewrite, map: FileMap, { dropped, contents }: Requests): Tail {
  const { elf } = rewrite, { size } = elf.source, holes = blanks(rewrite, new Set([...dropped, ...contents.keys()]), size), places = oldPlaces(elf, contents, holes);
  let end = size;
  for (const [index, content] of contents) {
    if (places.has(index)) continue;
    end = alignUp(end, fileAlignment(elf.sections[index]!));
    places.set(index, end);
    end += content.size;
  }
  keepExcept(map, 0, size, holes);
  return { end, outputOf: (o) => o, places };
}

/** Sections whose new bytes take the place of the old ones: they are no more, and the old ones have become a hole, which is no other section's. */
function oldPlaces(elf: ElfFile, contents: Requests["contents"], holes: readonly Range[]): Map<number, number> {
  const places = new Map<number, number>();
  if (holes.length === 0) return places;
  let hole = 0, free = 0;
  for (const { index, offset, size } of [...contents.keys()].map((index) => ({ index, ...fileRange(elf.sections[index]!, elf.source) })).sort((a, b) => a.offset - b.offset)) {
    while (hole < holes.length && holes[hole]!.end <= offset) hole++;
    const h = holes[hole];
    if (!h || contents.get(index)!.size > size || offset < Math.max(free, h.start) || offset + size > h.end) continue;
    places.set(index, offset);
    free = offset + size;
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

/** Bytes of the tail that stay together: a range of the input, or a section's new bytes. */
interface Item {
  readonly start: number;
  size: number;
  readonly align: number;
  /** The section whose new bytes these are. */
  readonly section?: number;
  /** Its place in the output. */
  at: number;
}

/**
 * Cuts the section header table and the name table off, which are written anew at the end, closes the holes of dropped
 * sections, and makes room for a last segment that grew. What is loaded never moves.
 */
export function compactTail(rewrite: Rewrite, map: FileMap, requests: Requests, { rewritten, overlay, grownTo }: TailOptions): Tail {
  const { elf } = rewrite, { dropped, contents } = requests;
  const unloaded = isDebugFile(elf) ? [] : unloadedSegments(elf).map((s) => ({ start: s.offset, end: Math.min(s.offset + s.filesz, elf.source.size) }));
  // Program headers only change where the last segment needs the room; a strip leaves them alone.
  const fixed = Math.max(fixedEnd(elf), ...(grownTo === undefined ? unloaded.map((r) => r.end) : [])), moves = dropped.size > 0 || contents.size > 0 || grownTo !== undefined;
  const holes = blanks(rewrite, new Set([...dropped, ...contents.keys()]), fixed), places = oldPlaces(elf, contents, holes), items = keptItems(rewrite, requests, rewritten, fixed, places), keep = (r: Range) => items.push({ start: r.start, size: r.end - r.start, align: 1, at: 0 });
  // What a program header speaks of stays, also where its section goes.
  for (const r of unloaded) if (r.start >= fixed) keep(r);
  const last = items.reduce((end, i) => (i.section === undefined ? Math.max(end, i.start + i.size) : end), fixed);
  for (const r of unknownRanges(rewrite, fixed)) {
    if (!moves && r.start < last) continue;
    if (overlay === undefined || overlay === "keep-in-place") refuseOverlay(r);
    if (overlay === "keep") keep(r);
  }
  keepExcept(map, 0, fixed, holes);
  if (moves) return packed(map, grownTo ?? fixed, fixed, joinedItems(items), places);
  const end = items.reduce((end, i) => Math.max(end, i.start + i.size), fixed);
  map.keep(fixed, end - fixed);
  return { end, outputOf: (o) => o, places: new Map() };
}

/** Sections behind `fixed` that stay, and those that are written anew, but for the ones that take their old place before it. */
function keptItems({ elf }: Rewrite, { dropped, contents }: Requests, rewritten: ReadonlySet<number>, fixed: number, places: ReadonlyMap<number, number>): Item[] {
  const items: Item[] = [];
  for (const s of elf.sections) {
    const { offset, size } = fileRange(s, elf.source), content = contents.get(s.index), align = fileAlignment(s);
    if (content && !places.has(s.index)) items.push({ start: offset + size <= fixed ? Infinity : offset, size: content.size, align, section: s.index, at: 0 });
    if (size === 0 || offset + size <= fixed || content || dropped.has(s.index) || rewritten.has(s.index) || isPlaced(elf, s)) continue;
    const start = Math.max(offset, fixed);
    items.push({ start, size: offset + size - start, align: offset % align === 0 && start === offset ? align : 1, at: 0 });
  }
  return items;
}

/** In the order of the input; ranges of it that overlap stay together. */
function joinedItems(items: Item[]): Item[] {
  const out: Item[] = [];
  let last: Item | undefined;
  for (const i of items.sort((a, b) => (a.start === b.start ? 0 : a.start - b.start))) {
    if (i.section !== undefined) out.push(i);
    else if (last && i.start < last.start + last.size) last.size = Math.max(last.size, i.start + i.size - last.start);
    else out.push((last = i));
  }
  return out;
}

/** Puts what stays one behind the other, from `start` on. */
function packed(map: FileMap, start: number, fixed: number, items: readonly Item[], places: Map<number, number>): Tail {
  let at = start;
  for (const i of items) {
    i.at = at = alignUp(at, i.align);
    if (i.section === undefined) map.keep(i.start, i.size, at);
    else places.set(i.section, at);
    at += i.size;
  }
  const end = at, kept = items.filter((i) => i.section === undefined);
  // A section may lie over a table that is written anew: its own bytes are where those of the input went.
  return { end, places, outputOf: (o) => (o < fixed ? o : (placeIn(kept, o) ?? placeIn(items, o) ?? items[firstBehind(items, o)]?.at ?? end)) };
}

/** The first item that begins behind an offset of the input. Binary search. */
function firstBehind(items: readonly Item[], offset: number): number {
  let low = 0, high = items.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (items[mid]!.start <= offset) low = mid + 1;
    else high = mid;
  }
  return low;
}

function placeIn(items: readonly Item[], offset: number): number | undefined {
  const i = items[firstBehind(items, offset) - 1];
  return i && offset < i.start + i.size ? offset - i.start + i.at : undefined;
}

/** Bytes of dropped sections that nothing else describes. */
function blanks(rewrite: Rewrite, dropped: ReadonlySet<number>, end: number): Range[] {
  const { elf } = rewrite;
  const gone = merged([...dropped].map((i) => fileRange(elf.sections[i]!, elf.source)).filter((r) => r.size > 0 && r.offset < end).map((r) => ({ start: r.offset, end: Math.min(end, r.offset + r.size) })));
  return gone.length === 0 ? [] : subtract(gone, described(rewrite, dropped));
}

/** Every range that the headers, segments and sections name, those of `without` aside. */
function described(rewrite: Rewrite, without: ReadonlySet<number>): Range[] {
  const { elf } = rewrite, h = elf.header;
  return merged([
    { start: 0, end: headerSize(h) },
    { start: h.phoff, end: h.phoff + h.phnum * h.phentsize },
    { start: h.shoff, end: h.shoff + h.shnum * h.shentsize },
    ...elf.segments.filter((s) => s.type !== PT.NULL).map((s) => ({ start: s.offset, end: Math.min(elf.source.size, s.offset + s.filesz) })),
    ...elf.sections.filter((s) => !without.has(s.index) && s.header.type !== SHT.NULL).map((s) => fileRange(s, elf.source)).map((r) => ({ start: r.offset, end: r.offset + r.size })),
  ]);
}

/** Ranges behind the loaded part that nothing describes and that are not only padding: somebody's payload. */
function unknownRanges(rewrite: Rewrite, fixed: number): Range[] {
  const { elf } = rewrite;
  const gaps = subtract([{ start: fixed, end: Math.max(fixed, elfEnd(elf)) }], described(rewrite, new Set()));
  return gaps.filter((g) => {
    for (const b of chunks(elf.source, g.start, g.end - g.start, "a gap")) if (skipZeros(b) < b.length) return true;
    return false;
  });
}

export function refuseOverlay(r: Range): never {
  return fail("OVERLAY", `${r.end - r.start} bytes at ${hex(r.start)} belong to no header, segment or section (the payload of a self-extracting program?), and this rewrite would move or lose them; say what to do with them by the option overlay: "keep" | "keep-in-place" | "drop"`, { offset: r.start, size: r.end - r.start });
}

function keepExcept(map: FileMap, start: number, end: number, holes: readonly Range[]): void {
  for (const r of subtract([{ start, end }], holes)) map.keep(r.start, r.end - r.start);
}
