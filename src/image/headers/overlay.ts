import type { ElfFile, Overlay } from "../elf.js";
import { headerSize } from "./header.js";
import { sectionColumns } from "./section-columns.js";

/** The end of what headers, segments and sections describe, in bytes; not past the file's end. */
export function elfEnd(elf: ElfFile): number {
  const h = elf.header;
  let end = headerSize(h);
  // Above 2^53 a double is near enough to lie behind the file's end.
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

export function readOverlay(elf: ElfFile): Overlay | null {
  const offset = elfEnd(elf);
  return offset < elf.source.size ? { offset, size: elf.source.size - offset } : null;
}
