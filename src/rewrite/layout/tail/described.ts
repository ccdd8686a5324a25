import { where } from "../../../codec/ascending.js";
import { skipZeros } from "../../../codec/bytes.js";
import { readExactly } from "../../../codec/source.js";
import type { ElfFile } from "../../../image/elf.js";
import { headerSize } from "../../../image/headers/header.js";
import { elfEnd } from "../../../image/headers/overlay.js";
import { sectionColumns, sectionsByOffset } from "../../../image/headers/section-columns.js";
import { assertInFile } from "../../../image/headers/sections.js";
import { PT } from "../../../spec/constants.js";
import { merged, type Range, subtract } from "../../../pieces/ranges.js";

/** What of these ranges no header, segment or section names, those of sections that are gone aside. */
function undescribed(elf: ElfFile, ranges: readonly Range[], isGone: (section: number) => boolean): Range[] {
  const { header: h, source } = elf;
  const headers = [
    { start: 0, end: headerSize(h) },
    { start: h.phoff, end: h.phoff + h.phnum * h.phentsize },
    { start: h.shoff, end: h.shoff + h.shnum * h.shentsize },
    ...elf.segments
      .filter((s) => s.type !== PT.NULL)
      .map((s) => ({ start: s.offset, end: Math.min(source.size, s.offset + s.filesz) })),
  ];
  return subtract(subtract(ranges, merged(headers)), sectionRanges(elf, isGone));
}

/** The bytes of the sections that are not gone, in order; ranges that touch are joined. */
function sectionRanges(elf: ElfFile, isGone: (section: number) => boolean): Range[] {
  const c = sectionColumns(elf);
  const out: { start: number; end: number }[] = [];
  let last = { start: 0, end: -1 };

  for (const i of sectionsByOffset(elf)) {
    const start = c.offset[i]!;
    const size = c.fileSize[i]!;
    if (isGone(i)) continue;
    assertInFile(elf, c, i);
    if (size === 0) continue;
    if (start <= last.end) last.end = Math.max(last.end, start + size);
    else out.push((last = { start, end: start + size }));
  }

  return out;
}

/** Bytes before `end` of sections that are gone, and that nothing else describes. */
export function blanks(elf: ElfFile, isGone: (section: number) => boolean, end: number): Range[] {
  const c = sectionColumns(elf);
  const gone: Range[] = [];
  for (let i = 0; i < c.count; i++) {
    if (c.fileSize[i] === 0 || c.offset[i]! >= end || !isGone(i)) continue;
    assertInFile(elf, c, i);
    gone.push({ start: c.offset[i]!, end: Math.min(end, c.offset[i]! + c.fileSize[i]!) });
  }
  return gone.length === 0 ? [] : undescribed(elf, merged(gone), isGone);
}

/**
 * Ranges from `start` on, up to the end of the ELF file, that nothing describes: only zeros, so padding, or somebody's
 * payload.
 *
 * @param dropped sections of which no byte is read
 */
export function gapsFrom(
  elf: ElfFile,
  start: number,
  dropped: ReadonlySet<number>,
): { padding: Range[]; payload: Range[] } {
  const padding: Range[] = [];
  const payload: Range[] = [];
  const isZero = zeroTest(elf, dropped);
  for (const g of undescribed(elf, [{ start, end: Math.max(start, elfEnd(elf)) }], () => false)) {
    (isZero(g) ? padding : payload).push(g);
  }
  return { padding, payload };
}

/** What one read takes, where nothing that goes stands there: many small gaps stand close together. */
const WINDOW = 4096;
/** What one read takes at most. */
const LARGEST = 1 << 20;

/** Tells of ranges, in ascending order, whether they hold nothing but zeros. */
function zeroTest(elf: ElfFile, dropped: ReadonlySet<number>): (r: Range) => boolean {
  const { source } = elf;
  const { offset, fileSize } = sectionColumns(elf);
  const gone = where(sectionsByOffset(elf), (i) => fileSize[i]! > 0 && dropped.has(i));
  let from = 0;
  let window: Uint8Array = new Uint8Array(0);
  let next = 0;
  const read = (start: number, length: number): number => {
    if (start < from || start + length > from + window.length) {
      while (next < gone.length && offset[gone[next]!]! < start + length) next++;
      const limit = next < gone.length ? offset[gone[next]!]! : source.size;
      from = start;
      window = readExactly(source, start, Math.max(length, Math.min(WINDOW, limit - start)), "a gap");
    }
    return start - from;
  };

  return ({ start, end }) => {
    for (let at = start; at < end; at += LARGEST) {
      const length = Math.min(LARGEST, end - at);
      const first = read(at, length);
      if (skipZeros(window, first, first + length) < first + length) return false;
    }
    return true;
  };
}
