import { largest } from "../../codec/ascending.js";
import { skipZeros, viewOf } from "../../codec/bytes.js";
import { Phdr, type PhdrView, Shdr, type ShdrView } from "../../codec/records.js";
import { chunks, readExactly } from "../../codec/source.js";
import { fail, hex, type Note } from "../../error.js";
import { headerSize, headerView } from "../../image/headers/header.js";
import type { ElfFile, Overlay } from "../../image/elf.js";
import { elfEnd } from "../../image/headers/overlay.js";
import { loadContaining, realignment, type Shift, shiftAt } from "../../image/headers/realign.js";
import { PT, SHF, SHT } from "../../spec/constants.js";
import { FileMap } from "../../pieces/pieces.js";
import { merged, type Range, subtract } from "../../pieces/ranges.js";
import type { OverlayChoice } from "../layout/options.js";
import { refuseOverlay } from "../layout/tail/overlay.js";
import type { Layout } from "./pass.js";

/** The file before the ordinary layout: offsets and p_align as a larger page size wants them, all else as it was. */
export interface Spread extends Layout {
  /** Bytes behind the ELF file's end that are not among the pieces: they go behind the end of the finished file. */
  readonly held: Overlay | undefined;
}

/**
 * Raises p_align of every PT_LOAD to the page size and moves the PT_LOADs whose offsets are not congruent to their
 * addresses up in the file, with everything behind them. The file must allow it (`pageFitness`). `OVERLAY`,
 * `MALFORMED`, `TRUNCATED`.
 */
export function spread(elf: ElfFile, pageSize: number, overlay: OverlayChoice | undefined): Spread {
  const { shifts } = realignment(elf, pageSize);
  const moves = shifts.length > 0;
  const held = moves ? movedOverlay(elf, overlay) : undefined;
  const from = held?.offset ?? elf.source.size;
  const size = from + shiftAt(shifts, from);

  const map = new FileMap(elf.source);
  const lost = moves ? lostRanges(elf, shifts, overlay) : [];
  keepShifted(map, subtract([{ start: 0, end: from }], lost), shifts);
  writeTables(elf, map, pageSize, shifts, from);
  return { pieces: map.finish(size), size, placements: [], notes: notesOf(elf, pageSize, shifts, size - from), held };
}

/**
 * A payload that keeps its place, or one of which nothing was said, stands in the way; one that is dropped goes with
 * the ordinary layout.
 */
function movedOverlay(elf: ElfFile, choice: OverlayChoice | undefined): Overlay | undefined {
  const { overlay } = elf;
  if (!overlay || choice === "drop") return undefined;
  if (choice === undefined) refuseOverlay({ start: overlay.offset, end: overlay.offset + overlay.size });
  if (choice === "keep-in-place") {
    fail(
      "OVERLAY",
      `${overlay.size} bytes at ${hex(overlay.offset)}, behind the end of the ELF file, cannot keep their place: raiseAlignment has to move PT_LOADs up in the file; say overlay: "keep" or "drop"`,
      { offset: overlay.offset, size: overlay.size },
    );
  }

  return overlay;
}

/**
 * Bytes behind what is loaded that nothing describes: somebody's payload, which may be found by its offset. Padding
 * between PT_LOADs moves along.
 */
function lostRanges(elf: ElfFile, shifts: readonly Shift[], choice: OverlayChoice | undefined): Range[] {
  const { header: h, source } = elf;
  const ends = elf.segments.filter((s) => s.type === PT.LOAD && s.exact("filesz") > 0n).map((s) => s.offset + s.filesz);
  const start = Math.max(shifts[0]!.at, largest(ends));
  const range = (offset: bigint, size: bigint): Range => ({ start: Number(offset), end: Number(offset + size) });
  const described = merged([
    { start: h.phoff, end: h.phoff + h.phnum * h.phentsize },
    { start: h.shoff, end: h.shoff + h.shnum * h.shentsize },
    ...elf.segments.filter((s) => s.type !== PT.NULL).map((s) => range(s.exact("offset"), s.exact("filesz"))),
    ...elf.sections
      .filter((s) => s.header.type !== SHT.NULL && s.header.type !== SHT.NOBITS)
      .map((s) => range(s.header.exact("offset"), s.header.exact("size"))),
  ]);
  const unknown = subtract([{ start, end: Math.max(start, elfEnd(elf)) }], described).filter((r) => {
    for (const b of chunks(source, r.start, r.end - r.start, "a gap")) if (skipZeros(b) < b.length) return true;
    return false;
  });
  if (unknown.length > 0 && (choice === undefined || choice === "keep-in-place")) refuseOverlay(unknown[0]!);

  return choice === "drop" ? unknown : [];
}

function keepShifted(map: FileMap, ranges: readonly Range[], shifts: readonly Shift[]): void {
  const cuts = [{ at: 0, by: 0 }, ...shifts].map(({ at, by }, i) => ({
    start: at,
    end: shifts[i]?.at ?? Infinity,
    by,
  }));
  for (const c of cuts) {
    for (const r of ranges) {
      const start = Math.max(r.start, c.start);
      const end = Math.min(r.end, c.end);
      if (start < end) map.keep(start, end - start, start + c.by);
    }
  }
}

/** The three header tables, each at the place that its old one moves to. */
function writeTables(elf: ElfFile, map: FileMap, pageSize: number, shifts: readonly Shift[], size: number): void {
  const { header: h, source } = elf;
  const owner = loadContaining(elf);
  const followed = (offset: bigint, address: bigint | undefined): bigint => {
    if (offset > BigInt(size)) return offset;
    // What has no bytes in the file may stand where one PT_LOAD ends and the next begins: its address tells.
    const load = address === undefined ? undefined : owner(address);
    return offset + BigInt(shiftAt(shifts, Number(load && load.exact("filesz") > 0n ? load.exact("offset") : offset)));
  };
  const segments = readExactly(source, h.phoff, h.phnum * h.phentsize, "the program header table").slice();

  for (let i = 0; i < h.phnum; i++) {
    spreadSegment(Phdr.view(viewOf(segments), i * h.phentsize, h), pageSize, size, shifts, followed);
  }

  map.write(h.phoff, segments);
  if (shifts.length === 0 || h.shnum === 0) return;

  const sections = readExactly(source, h.shoff, h.shnum * h.shentsize, "the section header table").slice();
  for (let i = 0; i < h.shnum; i++) spreadSection(Shdr.view(viewOf(sections), i * h.shentsize, h), followed);
  map.write(h.shoff + shiftAt(shifts, h.shoff), sections);
  const bytes = readExactly(source, 0, headerSize(h), "the ELF header").slice();
  const header = headerView(bytes, h);
  header.shoff += shiftAt(shifts, h.shoff);
  map.write(0, bytes);
}

type Followed = (offset: bigint, address: bigint | undefined) => bigint;

function spreadSegment(
  s: PhdrView,
  pageSize: number,
  size: number,
  shifts: readonly Shift[],
  followed: Followed,
): void {
  const isEmpty = s.exact("filesz") === 0n;
  if (s.type === PT.NULL) return;
  if (s.type !== PT.LOAD) {
    return s.setExact(
      "offset",
      followed(s.exact("offset"), isEmpty && s.exact("memsz") > 0n ? s.exact("vaddr") : undefined),
    );
  }

  if (s.exact("align") < BigInt(pageSize)) s.align = pageSize;
  s.setExact(
    "offset",
    isEmpty ? emptyOffset(s, size + shiftAt(shifts, size), followed) : followed(s.exact("offset"), undefined),
  );
}

/**
 * A PT_LOAD without bytes in the file maps none of it: any offset does that is congruent to the address, best one
 * inside the file.
 */
function emptyOffset(s: PhdrView, end: number, followed: Followed): bigint {
  const offset = followed(s.exact("offset"), undefined);
  const align = s.exact("align");
  const up = offset + ((((s.exact("vaddr") - offset) % align) + align) % align);
  return up <= BigInt(end) || up < align ? up : up - align;
}

function spreadSection(s: ShdrView, followed: Followed): void {
  if (s.type === SHT.NULL) return;
  const isLoaded = (s.exact("flags") & BigInt(SHF.ALLOC)) !== 0n;
  const isEmpty = s.type === SHT.NOBITS || s.exact("size") === 0n;
  s.setExact("offset", followed(s.exact("offset"), isLoaded && isEmpty ? s.exact("addr") : undefined));
}

function notesOf(elf: ElfFile, pageSize: number, shifts: readonly Shift[], grown: number): Note[] {
  if (shifts.length === 0) return [];

  const moved = elf.segments.filter(
    (s) => s.type === PT.LOAD && s.exact("filesz") > 0n && shiftAt(shifts, s.offset) > 0,
  ).length;
  return [
    {
      note: "REALIGNED",
      message: `the file grew by ${grown} bytes of padding, so that the ${moved} PT_LOAD(s) behind it lie at offsets congruent to their addresses modulo ${pageSize}; no address changed`,
    },
  ];
}
