import { viewOf } from "../../src/codec/bytes.js";
import { Phdr, type PhdrView, Shdr, type ShdrView } from "../../src/codec/records.js";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import { headerSize } from "../../src/image/headers/header.js";
import { PT, SHT } from "../../src/spec/constants.js";
import { ehdr } from "./elf.js";

const SMALL_PAGE = 0x1000;

/** Writable views over all program headers. */
export function phdrs(bytes: Uint8Array): PhdrView[] {
  const { header: h } = readElf(bytes);
  return Array.from({ length: h.phnum }, (_, i) => Phdr.view(viewOf(bytes), h.phoff + i * h.phentsize, h));
}

export function shdrs(bytes: Uint8Array): ShdrView[] {
  const { header: h } = readElf(bytes);
  return Array.from({ length: h.shnum }, (_, i) => Shdr.view(viewOf(bytes), h.shoff + i * h.shentsize, h));
}

/** The same file with a smaller p_align: what it says is all that keeps it from larger pages. */
export function lowered(original: Uint8Array, align = SMALL_PAGE): Uint8Array {
  const bytes = original.slice();
  for (const p of phdrs(bytes)) if (p.type === PT.LOAD) p.align = align;
  return bytes;
}

/**
 * The same file for pages of 4 KiB: each PT_LOAD's bytes at the lowest offset that is congruent to its address modulo
 * 4096 (or `extra` pages above), everything else following. A file with no padding to take out comes back with p_align
 * lowered.
 */
export function squeezed(original: Uint8Array, extra = 0): Uint8Array {
  const elf = readElf(original);
  const h = elf.header;
  const loads = elf.segments.filter((s) => s.type === PT.LOAD && s.filesz > 0).sort((a, b) => a.offset - b.offset);
  const blocks: { from: number; to: number; size: number }[] = [];
  let end = 0;

  for (const [i, l] of loads.entries()) {
    const next = loads[i + 1]?.offset ?? original.length;
    let last = i + 1 < loads.length ? l.offset + l.filesz : original.length;
    for (const { header: s } of elf.sections) {
      if (s.type !== SHT.NULL && s.type !== SHT.NOBITS && s.offset >= l.offset && s.offset < next) {
        last = Math.max(last, s.offset + s.size);
      }
    }

    const miss = (((l.vaddr - end) % SMALL_PAGE) + SMALL_PAGE) % SMALL_PAGE;
    const to = i === 0 ? l.offset : end + miss + extra * SMALL_PAGE;
    blocks.push({ from: l.offset, to, size: last - l.offset });
    end = to + last - l.offset;
  }

  const bytes = new Uint8Array(end);
  const moved = (offset: number) => {
    const b = blocks.findLast((b) => b.from <= offset);
    return b ? offset - b.from + b.to : offset;
  };
  for (const b of blocks) bytes.set(original.subarray(b.from, b.from + b.size), b.to);
  if (h.shnum > 0) ehdr(bytes).shoff = moved(h.shoff);

  for (const p of phdrs(bytes)) {
    if (p.type === PT.LOAD) p.align = SMALL_PAGE;
    p.offset = moved(p.offset);
  }

  for (const s of shdrs(bytes)) if (s.type !== SHT.NULL) s.offset = moved(s.offset);
  return bytes;
}

/** The file's bytes without its header tables, which some linkers have inside a section. */
function withoutHeaders({ header: h, source }: ElfFile): Uint8Array {
  const bytes = source.read(0, source.size).slice();
  bytes.fill(0, 0, headerSize(h));
  bytes.fill(0, h.phoff, h.phoff + h.phnum * h.phentsize);
  bytes.fill(0, h.shoff, h.shoff + h.shnum * h.shentsize);
  return bytes;
}

/** What the file puts into memory but for the header tables: address, sizes, protection and bytes of each PT_LOAD. */
export function memory(elf: ElfFile) {
  const bytes = withoutHeaders(elf);
  return elf.segments
    .filter((s) => s.type === PT.LOAD)
    .map((s) => ({
      vaddr: s.exact("vaddr"),
      memsz: s.exact("memsz"),
      flags: s.flags,
      bytes: hexOf(bytes, s.offset, s.filesz),
    }));
}

/** The bytes of each section but for the header tables, in order. */
export function contents(elf: ElfFile) {
  const bytes = withoutHeaders(elf);
  return elf.sections.map(({ name, header: h }) => ({
    name,
    type: h.type,
    addr: h.exact("addr"),
    bytes: h.type === SHT.NOBITS || h.type === SHT.NULL ? "" : hexOf(bytes, h.offset, h.size),
  }));
}

const hexOf = (bytes: Uint8Array, offset: number, size: number): string =>
  Buffer.from(bytes.subarray(offset, offset + size)).toString("hex");
