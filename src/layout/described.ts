import { ascending } from "../codec/ascending.js";
import { skipZeros } from "../codec/bytes.js";
import { type ByteSource, readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { headerSize } from "../image/header.js";
import { elfEnd } from "../image/overlay.js";
import { sectionColumns } from "../image/section-columns.js";
import { assertInFile } from "../image/sections.js";
import { PT, SHT } from "../spec/constants.js";
import { merged, type Range, subtract } from "./ranges.js";

/** Every range that the headers, segments and sections name, those of sections that are gone aside; ones that touch are joined. */
function described(elf: ElfFile, isGone: (section: number) => boolean): Range[] {
  const { header: h, source } = elf, c = sectionColumns(elf), starts: number[] = [], ends: number[] = [], add = (start: number, end: number) => {
    if (start >= end) return;
    starts.push(start);
    ends.push(end);
  };
  add(0, headerSize(h));
  add(h.phoff, h.phoff + h.phnum * h.phentsize);
  add(h.shoff, h.shoff + h.shnum * h.shentsize);
  for (const s of elf.segments) if (s.type !== PT.NULL) add(s.offset, Math.min(source.size, s.offset + s.filesz));
  for (let i = 0; i < c.count; i++) {
    if (c.type[i] === SHT.NULL || isGone(i)) continue;
    assertInFile(elf, c, i);
    add(c.offset[i]!, c.offset[i]! + c.fileSize[i]!);
  }
  const out: { start: number; end: number }[] = [];
  let last: { start: number; end: number } | undefined;
  for (const i of ascending(starts, starts.length)) {
    if (last && starts[i]! <= last.end) last.end = Math.max(last.end, ends[i]!);
    else out.push((last = { start: starts[i]!, end: ends[i]! }));
  }
  return out;
}

/** Bytes before `end` of sections that are gone, and that nothing else describes. */
export function blanks(elf: ElfFile, sections: Iterable<number>, isGone: (section: number) => boolean, end: number): Range[] {
  const c = sectionColumns(elf), gone: Range[] = [];
  for (const i of sections) {
    assertInFile(elf, c, i);
    if (c.fileSize[i]! > 0 && c.offset[i]! < end) gone.push({ start: c.offset[i]!, end: Math.min(end, c.offset[i]! + c.fileSize[i]!) });
  }
  return gone.length === 0 ? [] : subtract(merged(gone), described(elf, isGone));
}

/** Ranges from `start` on, up to the end of the ELF file, that nothing describes: only zeros, so padding, or somebody's payload. */
export function gapsFrom(elf: ElfFile, start: number): { padding: Range[]; payload: Range[] } {
  const gaps = subtract([{ start, end: Math.max(start, elfEnd(elf)) }], described(elf, () => false)), padding: Range[] = [], payload: Range[] = [], isZero = zeroTest(elf.source);
  for (const g of gaps) (isZero(g) ? padding : payload).push(g);
  return { padding, payload };
}

/** What one read takes at least, where the file has it: many small gaps stand close together. */
const WINDOW = 4096;
/** And at most. */
const LARGEST = 1 << 20;

function zeroTest(source: ByteSource): (r: Range) => boolean {
  let from = 0, window: Uint8Array = new Uint8Array(0);
  const read = (start: number, length: number) => {
    if (start < from || start + length > from + window.length) {
      from = start;
      window = readExactly(source, start, Math.min(Math.max(length, WINDOW), source.size - start), "a gap");
    }
    return start - from;
  };
  return ({ start, end }) => {
    for (let at = start; at < end; at += LARGEST) {
      const length = Math.min(LARGEST, end - at), first = read(at, length);
      if (skipZeros(window, first, first + length) < first + length) return false;
    }
    return true;
  };
}
