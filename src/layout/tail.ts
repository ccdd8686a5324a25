import { alignUp, skipZeros } from "../codec/bytes.js";
import { chunks } from "../codec/source.js";
import { fail, hex } from "../error.js";
import { headerSize } from "../image/header.js";
import { elfEnd } from "../image/overlay.js";
import { fileRange, isDebugFile, isLoaded } from "../image/sections.js";
import { PT, SHT } from "../spec/constants.js";
import type { FileMap } from "./pieces.js";
import type { OverlayChoice, Rewrite } from "./rewrite.js";
import { merged, type Range, subtract } from "./ranges.js";
import { fixedEnd, unloadedSegments } from "./space.js";

/** The part of the file behind everything that is loaded: sections for tools, the section header table. */
export interface Tail {
  /** Where new bytes may go: behind all that stays. */
  readonly end: number;
  /** Where a byte of the input is in the output. */
  outputOf(offset: number): number;
}

/** Alignment in the file only helps tools that map sections; a larger one is not kept. */
const LARGEST_ALIGN = 4096;

/** The whole input as it stands. */
export function keepTail(rewrite: Rewrite, map: FileMap): Tail {
  const { size } = rewrite.elf.source;
  map.keep(0, size);
  return { end: size, outputOf: (o) => o };
}

/**
 * For an overlay that keeps its place: nothing moves, dropped sections become zeros, and new bytes go behind the overlay.
 */
export function blankTail(rewrite: Rewrite, map: FileMap, dropped: ReadonlySet<number>): Tail {
  const { size } = rewrite.elf.source;
  keepExcept(map, 0, size, blanks(rewrite, dropped, size));
  return { end: size, outputOf: (o) => o };
}

/** What {@link compactTail} needs to know. */
export interface TailOptions {
  readonly dropped: ReadonlySet<number>;
  /** Sections that are written anew at the end. */
  readonly rewritten: ReadonlySet<number>;
  readonly overlay: OverlayChoice | undefined;
  /** Where the loaded part ends, when its last segment grew. */
  readonly grownTo: number | undefined;
}

/**
 * Cuts the section header table and the name table off, which are written anew at the end, closes the holes of dropped
 * sections, and makes room for a last segment that grew. What is loaded never moves.
 */
export function compactTail(rewrite: Rewrite, map: FileMap, { dropped, rewritten, overlay, grownTo }: TailOptions): Tail {
  const { elf } = rewrite, unloaded = isDebugFile(elf) ? [] : unloadedSegments(elf).map((s) => ({ start: s.offset, end: Math.min(s.offset + s.filesz, elf.source.size) }));
  // Program headers only change where the last segment needs the room; a strip leaves them alone.
  const fixed = Math.max(fixedEnd(elf), ...(grownTo === undefined ? unloaded.map((r) => r.end) : [])), moves = dropped.size > 0 || grownTo !== undefined;
  const kept: Range[] = [], aligns = new Map<number, number>();
  for (const s of elf.sections) {
    const { offset, size } = fileRange(s, elf.source);
    if (size === 0 || offset + size <= fixed || isLoaded(s) || dropped.has(s.index) || rewritten.has(s.index)) continue;
    const start = Math.max(offset, fixed);
    kept.push({ start, end: offset + size });
    aligns.set(start, Math.min(LARGEST_ALIGN, Math.max(aligns.get(start) ?? 1, s.header.addralign)));
  }
  // What a program header speaks of stays, also where its section goes.
  kept.push(...unloaded.filter((r) => r.start >= fixed));
  const holes = unknownRanges(rewrite, fixed).filter((r) => moves || r.start >= Math.max(fixed, ...kept.map((k) => k.end)));
  for (const r of holes) {
    if (overlay === undefined || overlay === "keep-in-place") refuseOverlay(r);
    if (overlay === "keep") kept.push(r);
  }
  keepExcept(map, 0, fixed, blanks(rewrite, dropped, fixed));
  if (!moves) {
    const end = Math.max(fixed, ...kept.map((k) => k.end));
    map.keep(fixed, end - fixed);
    return { end, outputOf: (o) => o };
  }
  return packed(map, grownTo ?? fixed, merged(kept), aligns);
}

/** Puts what stays one behind the other, from `start` on. */
function packed(map: FileMap, start: number, kept: readonly Range[], aligns: ReadonlyMap<number, number>): Tail {
  const moved: { from: Range; at: number }[] = [];
  let at = start;
  for (const k of kept) {
    const align = aligns.get(k.start) ?? 1;
    if (k.start % align === 0) at = alignUp(at, align);
    map.keep(k.start, k.end - k.start, at);
    moved.push({ from: k, at });
    at += k.end - k.start;
  }
  return {
    end: at,
    outputOf: (o) => {
      const m = moved.find((m) => m.from.start <= o && o < m.from.end);
      return m ? o - m.from.start + m.at : o;
    },
  };
}

/** Bytes of dropped sections that nothing else describes. */
function blanks(rewrite: Rewrite, dropped: ReadonlySet<number>, end: number): Range[] {
  const { elf } = rewrite;
  const gone = merged([...dropped].map((i) => fileRange(elf.sections[i]!, elf.source)).filter((r) => r.size > 0).map((r) => ({ start: r.offset, end: Math.min(end, r.offset + r.size) })));
  return subtract(gone, described(rewrite, dropped));
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
