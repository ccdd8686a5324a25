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

/** The same file with a smaller p_align, which is then all that keeps it from larger pages. */
export function lowered(original: Uint8Array, align = SMALL_PAGE): Uint8Array {
  const bytes = original.slice();
  for (const p of phdrs(bytes)) if (p.type === PT.LOAD) p.align = align;
  return bytes;
}

/** Bytes that keep together, with their offsets before and after. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

/**
 * The same file for pages of 4 KiB: the bytes of each PT_LOAD stand at the lowest offset that is congruent to its
 * address modulo 4096 (or `extra` pages above), and everything else follows. A file without padding to take out comes
 * back with a lower p_align.
 */
export function squeezed(original: Uint8Array, extra = 0): Uint8Array {
  const { header } = readElf(original);
  const blocks = squeezedBlocks(original, extra);
  const moved = (offset: number) => {
    const block = blocks.findLast((b) => b.from <= offset);
    return block ? offset - block.from + block.to : offset;
  };

  const last = blocks.at(-1);
  const bytes = new Uint8Array(last ? last.to + last.size : 0);
  for (const { from, to, size } of blocks) bytes.set(original.subarray(from, from + size), to);

  if (header.shnum > 0) ehdr(bytes).shoff = moved(header.shoff);
  for (const p of phdrs(bytes)) {
    if (p.type === PT.LOAD) p.align = SMALL_PAGE;
    p.offset = moved(p.offset);
  }
  for (const s of shdrs(bytes)) {
    if (s.type !== SHT.NULL) s.offset = moved(s.offset);
  }

  return bytes;
}

/** A block for each PT_LOAD with the sections up to the next one; the last block ends with the file. */
function squeezedBlocks(original: Uint8Array, extra: number): Block[] {
  const elf = readElf(original);
  const stored = elf.sections.map((s) => s.header).filter((s) => s.type !== SHT.NULL && s.type !== SHT.NOBITS);
  const loads = elf.segments.filter((s) => s.type === PT.LOAD && s.filesz > 0).sort((a, b) => a.offset - b.offset);

  const blocks: Block[] = [];
  let end = 0;
  for (const [i, load] of loads.entries()) {
    const next = loads[i + 1]?.offset ?? original.length;
    const sections = stored.filter((s) => s.offset >= load.offset && s.offset < next);
    const ownEnd = i + 1 < loads.length ? load.offset + load.filesz : original.length;
    const size = Math.max(ownEnd, ...sections.map((s) => s.offset + s.size)) - load.offset;

    const padding = (((load.vaddr - end) % SMALL_PAGE) + SMALL_PAGE) % SMALL_PAGE;
    const to = i === 0 ? load.offset : end + padding + extra * SMALL_PAGE;
    blocks.push({ from: load.offset, to, size });
    end = to + size;
  }

  return blocks;
}

/** The file's bytes with its header tables zeroed, since some linkers have these inside a section. */
function withoutHeaders({ header: h, source }: ElfFile): Uint8Array {
  const bytes = source.read(0, source.size).slice();
  bytes.fill(0, 0, headerSize(h));
  bytes.fill(0, h.phoff, h.phoff + h.phnum * h.phentsize);
  bytes.fill(0, h.shoff, h.shoff + h.shnum * h.shentsize);
  return bytes;
}

/** What the file puts into memory: address, size, protection and bytes (without header tables) of each PT_LOAD. */
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

/** The bytes of each section (without header tables), in order. */
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
