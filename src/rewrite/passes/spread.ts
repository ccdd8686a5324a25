import { largest } from "../../codec/ascending.js";
import { viewOf } from "../../codec/bytes.js";
import { Phdr, type PhdrView, Shdr, type ShdrView } from "../../codec/records.js";
import { holdsZeros, readExactly } from "../../codec/source.js";
import { fail, hex, type Note } from "../../error.js";
import { headerSize, headerView } from "../../image/headers/header.js";
import type { ElfFile, Overlay, Segment } from "../../image/elf.js";
import { elfEnd } from "../../image/headers/overlay.js";
import { loadContaining, realignment, type Shift, shiftAt } from "../../image/headers/realign.js";
import { PT, SHF, SHT } from "../../spec/constants.js";
import { FileMap } from "../../pieces/pieces.js";
import { mergedRanges, type Range, sized, subtractRanges } from "../../pieces/ranges.js";
import type { OverlayChoice } from "../layout/options.js";
import { refuseOverlay } from "../layout/tail/overlay.js";
import type { Layout } from "./pass.js";

/** The file before the ordinary layout: offsets and p_align fit a larger page size, all else is as it was. */
export interface Spread extends Layout {
  /** Bytes after the end of the ELF file, which are not among the pieces: they go to the end of the finished file. */
  readonly held: Overlay | undefined;
}

/**
 * Raises p_align of every PT_LOAD to the page size. Moves PT_LOADs whose offsets are not congruent to their addresses
 * up in the file, with everything after them. The file must allow it (`pageFitness`). `OVERLAY`, `MALFORMED`,
 * `TRUNCATED`.
 */
export function spread(elf: ElfFile, pageSize: number, overlay: OverlayChoice | undefined): Spread {
  const { shifts } = realignment(elf, pageSize);
  const moves = shifts.length > 0;
  const held = moves ? movedOverlay(elf, overlay) : undefined;
  const from = held?.offset ?? elf.source.size;
  const size = from + shiftAt(shifts, from);

  const map = new FileMap(elf.source);
  const lost = moves ? lostRanges(elf, shifts, overlay) : [];
  keepShifted(map, subtractRanges([{ start: 0, end: from }], lost), shifts);
  writeTables(elf, map, pageSize, shifts, from);

  const notes = notesOf(elf, pageSize, shifts, size - from);
  return { pieces: map.finish(size), size, placements: [], notes, held };
}

/**
 * The payload that is to move. Refuses one that shall keep its place, and one of which nothing was said. One that is
 * dropped goes in the ordinary layout.
 */
function movedOverlay(elf: ElfFile, choice: OverlayChoice | undefined): Overlay | undefined {
  const { overlay } = elf;
  if (!overlay || choice === "drop") return undefined;
  if (choice === undefined) refuseOverlay(elf.source, overlay);
  if (choice === "keep-in-place") {
    fail(
      "OVERLAY",
      `${overlay.size} bytes at ${hex(overlay.offset)}, behind the end of the ELF file, cannot keep their place: ` +
        'raiseAlignment has to move PT_LOADs up in the file; say overlay: "keep" or "drop"',
      { offset: overlay.offset, size: overlay.size },
    );
  }
  return overlay;
}

/**
 * Bytes after what is loaded that nothing describes: somebody's payload, which may be found by its offset. Refused
 * unless an option says what to do; returned where they are dropped. Padding between PT_LOADs moves along.
 */
function lostRanges(elf: ElfFile, shifts: readonly Shift[], choice: OverlayChoice | undefined): Range[] {
  const { header: h, source } = elf;
  const ends = elf.segments.filter((s) => s.type === PT.LOAD && s.exact("filesz") > 0n).map((s) => s.offset + s.filesz);
  const start = Math.max(shifts[0]!.at, largest(ends));

  const range = (offset: bigint, size: bigint): Range => ({ start: Number(offset), end: Number(offset + size) });
  const segments = elf.segments.filter((s) => s.type !== PT.NULL);
  const sections = elf.sections.filter((s) => s.header.type !== SHT.NULL && s.header.type !== SHT.NOBITS);
  const described = mergedRanges([
    { start: h.phoff, end: h.phoff + h.phnum * h.phentsize },
    { start: h.shoff, end: h.shoff + h.shnum * h.shentsize },
    ...segments.map((s) => range(s.exact("offset"), s.exact("filesz"))),
    ...sections.map((s) => range(s.header.exact("offset"), s.header.exact("size"))),
  ]);

  const gaps = subtractRanges([{ start, end: Math.max(start, elfEnd(elf)) }], described);
  const unknown = gaps.filter(({ start: at, end }) => !holdsZeros(source, at, end - at, "a gap"));
  if (unknown.length > 0 && (choice === undefined || choice === "keep-in-place"))
    refuseOverlay(source, sized(unknown[0]!));
  return choice === "drop" ? unknown : [];
}

/** Keeps these ranges of the input, each part at the place that it moves to. */
function keepShifted(map: FileMap, ranges: readonly Range[], shifts: readonly Shift[]): void {
  const cuts = [{ at: 0, by: 0 }, ...shifts].map(({ at, by }, i) => ({
    start: at,
    end: shifts[i]?.at ?? Infinity,
    by,
  }));

  // Both are in order: a range that ends in front of a cut ends in front of all later ones.
  let first = 0;
  for (const cut of cuts) {
    while (first < ranges.length && ranges[first]!.end <= cut.start) first++;

    for (let i = first; i < ranges.length && ranges[i]!.start < cut.end; i++) {
      const start = Math.max(ranges[i]!.start, cut.start);
      const end = Math.min(ranges[i]!.end, cut.end);
      if (start < end) map.keep(start, end - start, start + cut.by);
    }
  }
}

/** Gives an offset its new place; the address, where one is given, tells which PT_LOAD it belongs to. */
type Followed = (offset: bigint, address: bigint | undefined) => bigint;

function followerOf(elf: ElfFile, shifts: readonly Shift[], size: number): Followed {
  const owner = loadContaining(elf);

  return (offset, address) => {
    if (offset > BigInt(size)) return offset;

    // What has no bytes in the file may stand where one PT_LOAD ends and the next begins: its address tells.
    const load = address === undefined ? undefined : owner(address);
    const hasBytes = load !== undefined && load.exact("filesz") > 0n;
    const at = hasBytes ? load.exact("offset") : offset;
    return offset + BigInt(shiftAt(shifts, Number(at)));
  };
}

/** Writes the program headers, the section headers and the ELF header, each at the place that the old ones move to. */
function writeTables(elf: ElfFile, map: FileMap, pageSize: number, shifts: readonly Shift[], size: number): void {
  const { header: h, source } = elf;
  const followed = followerOf(elf, shifts, size);

  const segments = readExactly(source, h.phoff, h.phnum * h.phentsize, "the program header table").slice();
  for (let i = 0; i < h.phnum; i++) {
    spreadSegment(Phdr.view(viewOf(segments), i * h.phentsize, h), pageSize, size, shifts, followed);
  }
  map.write(h.phoff, segments);
  if (shifts.length === 0 || h.shnum === 0) return;

  const sections = readExactly(source, h.shoff, h.shnum * h.shentsize, "the section header table").slice();
  for (let i = 0; i < h.shnum; i++) {
    spreadSection(Shdr.view(viewOf(sections), i * h.shentsize, h), followed);
  }
  map.write(h.shoff + shiftAt(shifts, h.shoff), sections);

  const bytes = readExactly(source, 0, headerSize(h), "the ELF header").slice();
  const header = headerView(bytes, h);
  header.shoff += shiftAt(shifts, h.shoff);
  map.write(0, bytes);
}

function spreadSegment(
  segment: PhdrView,
  pageSize: number,
  size: number,
  shifts: readonly Shift[],
  followed: Followed,
): void {
  if (segment.type === PT.NULL) return;

  const isEmpty = segment.exact("filesz") === 0n;
  if (segment.type !== PT.LOAD) {
    const address = isEmpty && segment.exact("memsz") > 0n ? segment.exact("vaddr") : undefined;
    segment.setExact("offset", followed(segment.exact("offset"), address));
    return;
  }

  if (segment.exact("align") < BigInt(pageSize)) segment.align = pageSize;
  const offset = isEmpty
    ? emptyOffset(segment, size + shiftAt(shifts, size), followed)
    : followed(segment.exact("offset"), undefined);
  segment.setExact("offset", offset);
}

/**
 * The offset of a PT_LOAD without bytes in the file. It maps none of them, so any offset does that is congruent to the
 * address; best one inside the file.
 */
function emptyOffset(segment: PhdrView, end: number, followed: Followed): bigint {
  const offset = followed(segment.exact("offset"), undefined);
  const align = segment.exact("align");
  const skew = (segment.exact("vaddr") - offset) % align;
  const up = offset + ((skew + align) % align);
  return up <= BigInt(end) || up < align ? up : up - align;
}

function spreadSection(section: ShdrView, followed: Followed): void {
  if (section.type === SHT.NULL) return;

  const isLoaded = (section.exact("flags") & BigInt(SHF.ALLOC)) !== 0n;
  const isEmpty = section.type === SHT.NOBITS || section.exact("size") === 0n;
  const address = isLoaded && isEmpty ? section.exact("addr") : undefined;
  section.setExact("offset", followed(section.exact("offset"), address));
}

function notesOf(elf: ElfFile, pageSize: number, shifts: readonly Shift[], grown: number): Note[] {
  if (shifts.length === 0) return [];

  const isMoved = (s: Segment): boolean =>
    s.type === PT.LOAD && s.exact("filesz") > 0n && shiftAt(shifts, s.offset) > 0;
  const moved = elf.segments.filter(isMoved).length;
  const message =
    `the file grew by ${grown} bytes of padding, so that the ${moved} PT_LOAD(s) behind it lie at offsets congruent ` +
    `to their addresses modulo ${pageSize}; no address changed`;
  return [{ note: "REALIGNED", message }];
}
