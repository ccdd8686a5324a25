import { filtered } from "../../../codec/ascending.js";
import { skipZeros } from "../../../codec/bytes.js";
import { readExactly } from "../../../codec/source.js";
import type { ElfFile } from "../../../image/elf.js";
import { headerSize } from "../../../image/headers/header.js";
import { elfEnd } from "../../../image/headers/overlay.js";
import { sectionColumns, sectionsByOffset } from "../../../image/headers/section-columns.js";
import { assertInObject } from "../../../image/headers/sections.js";
import { PT } from "../../../spec/constants.js";
import { mergedRanges, type Range, subtractRanges } from "../../../pieces/ranges.js";

/** What of these ranges no header, segment or section describes. Sections that are gone do not count. */
function undescribed(elf: ElfFile, ranges: readonly Range[], isGone: (section: number) => boolean): Range[] {
  const { header: h, source } = elf;
  const segments = elf.segments.filter((s) => s.type !== PT.NULL);
  const described = mergedRanges([
    { start: 0, end: headerSize(h) },
    { start: h.phoff, end: h.phoff + h.phnum * h.phentsize },
    { start: h.shoff, end: h.shoff + h.shnum * h.shentsize },
    ...segments.map((s) => ({ start: s.offset, end: Math.min(source.size, s.offset + s.filesz) })),
  ]);
  return subtractRanges(subtractRanges(ranges, described), sectionRanges(elf, isGone));
}

/** The bytes of the sections that are not gone, in order. Ranges that touch are joined. */
function sectionRanges(elf: ElfFile, isGone: (section: number) => boolean): Range[] {
  const columns = sectionColumns(elf);
  const out: { start: number; end: number }[] = [];
  let last = { start: 0, end: -1 };

  for (const i of sectionsByOffset(elf)) {
    const start = columns.offset[i]!;
    const size = columns.fileSize[i]!;
    if (isGone(i)) continue;
    assertInObject(elf, columns, i);
    if (size === 0) continue;

    if (start <= last.end) {
      last.end = Math.max(last.end, start + size);
    } else {
      last = { start, end: start + size };
      out.push(last);
    }
  }

  return out;
}

/** Bytes before `end` that belong to sections that are gone, and that nothing else describes. */
export function bytesOfGoneSections(elf: ElfFile, isGone: (section: number) => boolean, end: number): Range[] {
  const columns = sectionColumns(elf);
  const gone: Range[] = [];
  for (let i = 0; i < columns.count; i++) {
    const offset = columns.offset[i]!;
    const size = columns.fileSize[i]!;
    if (size === 0 || offset >= end || !isGone(i)) continue;

    assertInObject(elf, columns, i);
    gone.push({ start: offset, end: Math.min(end, offset + size) });
  }
  return gone.length === 0 ? [] : undescribed(elf, mergedRanges(gone), isGone);
}

/**
 * Ranges from `start` up to the end of the ELF file that nothing describes. Those that hold only zeros are padding, the
 * others somebody's payload.
 *
 * @param dropped sections of which no byte is read
 */
export function undescribedGaps(
  elf: ElfFile,
  start: number,
  dropped: ReadonlySet<number>,
): { padding: Range[]; payload: Range[] } {
  const isZero = zeroTest(elf, dropped);
  const gaps = undescribed(elf, [{ start, end: Math.max(start, elfEnd(elf)) }], () => false);

  const padding: Range[] = [];
  const payload: Range[] = [];
  for (const gap of gaps) {
    const kind = isZero(gap) ? padding : payload;
    kind.push(gap);
  }
  return { padding, payload };
}

/** Bytes of one read, up to the next section that goes. Many small gaps stand close together. */
const WINDOW = 4096;

/** The most bytes of one read. */
const LARGEST = 1 << 20;

/** Tells whether ranges hold nothing but zeros. They must come in ascending order. */
function zeroTest(elf: ElfFile, dropped: ReadonlySet<number>): (range: Range) => boolean {
  const { source } = elf;
  const { offset, fileSize } = sectionColumns(elf);
  const gone = filtered(sectionsByOffset(elf), (i) => fileSize[i]! > 0 && dropped.has(i));

  let window: Uint8Array = new Uint8Array(0);
  let windowStart = 0;
  let next = 0;

  /** Reads these bytes, unless the window has them. Returns where they begin in the window. */
  const read = (start: number, length: number): number => {
    const isInWindow = start >= windowStart && start + length <= windowStart + window.length;
    if (!isInWindow) {
      while (next < gone.length && offset[gone[next]!]! < start + length) next++;
      const limit = next < gone.length ? offset[gone[next]!]! : source.size;
      windowStart = start;
      window = readExactly(source, start, Math.max(length, Math.min(WINDOW, limit - start)), "a gap");
    }
    return start - windowStart;
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
