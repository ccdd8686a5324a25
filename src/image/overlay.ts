import { SHT } from "../spec/constants.js";
import type { ElfFile } from "./elf.js";
import { headerSize } from "./header.js";

/** Bytes that follow everything the ELF file describes: a payload of a self-extractor, .NET, bun, AppImage, a module's signature. */
export interface Overlay {
  /** File offset in bytes: the end of the ELF file proper. */
  readonly offset: number;
  readonly size: number;
}

/** The end of what headers, segments and sections describe, in bytes; not past the file's end. */
export function elfEnd(elf: ElfFile): number {
  const h = elf.header;
  let end = headerSize(h);
  const grow = (offset: bigint, size: bigint) => {
    const e = offset + size;
    if (size > 0n && e > BigInt(end)) end = e > BigInt(elf.source.size) ? elf.source.size : Number(e);
  };
  grow(BigInt(h.phoff), BigInt(h.phnum * h.phentsize));
  grow(BigInt(h.shoff), BigInt(h.shnum * h.shentsize));
  for (const s of elf.segments) grow(s.exact("offset"), s.exact("filesz"));
  for (const { header: s } of elf.sections) if (s.type !== SHT.NULL && s.type !== SHT.NOBITS) grow(s.exact("offset"), s.exact("size"));
  return Math.min(end, elf.source.size);
}

export function readOverlay(elf: ElfFile): Overlay | null {
  const offset = elfEnd(elf);
  return offset < elf.source.size ? { offset, size: elf.source.size - offset } : null;
}
