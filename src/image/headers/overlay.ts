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
  const { count, offset, fileSize } = sectionColumns(elf);
  for (let i = 0; i < count; i++) grow(offset[i]!, fileSize[i]!);

  return Math.min(end, elf.source.size);
}

/** The bytes behind the end of the ELF file, or null. */
export function readOverlay(elf: ElfFile): Overlay | null {
  const offset = elfEnd(elf);
  return offset < elf.source.size ? { offset, size: elf.source.size - offset } : null;
}
