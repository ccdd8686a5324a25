import { holdsZeros } from "../../codec/source.js";
import { hangingEntries } from "../dynamic/hanging.js";
import type { ElfFile, Overlay } from "../elf.js";
import { headerSize } from "./header.js";
import { sectionColumns } from "./section-columns.js";

/** The end of everything that headers, segments and sections describe, in bytes. It is not past the end of the file. */
export function elfEnd(elf: ElfFile): number {
  const h = elf.header;
  let end = headerSize(h);
  // Above 2^53 a double is near enough: it lies behind the end of the file.
  const grow = (offset: number, size: number) => {
    if (size > 0 && offset + size > end) end = Math.min(offset + size, elf.source.size);
  };

  grow(h.phoff, h.phnum * h.phentsize);
  grow(h.shoff, h.shnum * h.shentsize);
  for (const s of elf.segments) grow(s.near("offset"), s.near("filesz"));
  // Without section headers, the page tells how far it goes.
  for (const h of elf.header.shnum === 0 ? hangingEntries(elf) : []) grow(h.offset, h.end - h.offset);
  const { count, offset, fileSize } = sectionColumns(elf);
  for (let i = 0; i < count; i++) grow(offset[i]!, fileSize[i]!);

  return Math.min(end, elf.source.size);
}

/** Bytes at the end of the file that are read first. Few payloads end with zeros, and large ones need no more reads. */
const LAST = 4096;

/** More bytes than these are not read to see whether they are zero: a sparse file may be larger than any disk. */
const MOST_PADDING = 1 << 30;

/**
 * The bytes behind the end of the ELF file, or null. Zeros alone are padding: patchelf leaves one, Go's external linker
 * a kilobyte. Bytes that merely begin with zeros are somebody's as a whole.
 */
export function readOverlay(elf: ElfFile): Overlay | null {
  const { source } = elf;
  const offset = elfEnd(elf);
  const size = source.size - offset;
  const last = Math.min(size, LAST);

  const areZeros = (from: number, length: number): boolean => holdsZeros(source, from, length, "the overlay");
  const isPadding = size <= MOST_PADDING && areZeros(source.size - last, last) && areZeros(offset, size - last);
  return isPadding ? null : { offset, size };
}
