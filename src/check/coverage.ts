import { skipZeros } from "../codec/bytes.js";
import { chunks } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { hex } from "../error.js";
import { SHT } from "../spec/constants.js";
import { type SegmentExtent, loadedSections, loadIndex, loads, range, type SectionExtent } from "./extents.js";
import type { CheckRule } from "./rule.js";

/** The sections that a PT_LOAD holds, by the PT_LOAD's address. */
function sectionsByLoad(elf: ElfFile): Map<bigint, SectionExtent[]> {
  const find = loadIndex(elf);
  const out = new Map<bigint, SectionExtent[]>();
  for (const s of loadedSections(elf)) {
    const l = find(s.addr);
    if (!l) continue;
    const list = out.get(l.vaddr);
    if (list) list.push(s);
    else out.set(l.vaddr, [s]);
  }

  return out;
}

function misplaced(s: SectionExtent, l: SegmentExtent | undefined): string | undefined {
  if (!l) return `its address ${hex(s.addr)} lies in no PT_LOAD`;
  if (s.addr + s.size > l.vaddr + l.memsz) {
    return `its addresses ${range(s.addr, s.size)} reach past the end of ${l.at} (${hex(l.vaddr + l.memsz)})`;
  }
  if (s.filesz === 0n) return undefined;
  if (s.addr + s.size > l.vaddr + l.filesz) {
    return `its bytes ${range(s.addr, s.size)} reach past the file bytes of ${l.at} (${hex(l.vaddr + l.filesz)})`;
  }

  const loaded = s.addr - l.vaddr + l.offset;
  return loaded === s.offset
    ? undefined
    : `sh_offset is ${hex(s.offset)}, but ${l.at} loads its address ${hex(s.addr)} from ${hex(loaded)}`;
}

/** Where the file has a byte other than zero for memory that a section says starts as zero. */
function firstDirty(elf: ElfFile, s: SectionExtent, l: SegmentExtent): bigint | undefined {
  const backed = l.vaddr + l.filesz;
  const end = s.addr + s.size < backed ? s.addr + s.size : backed;
  if (end <= s.addr || l.offset + l.filesz > BigInt(elf.source.size)) return undefined;

  let at = s.addr;
  for (const piece of chunks(elf.source, Number(s.addr - l.vaddr + l.offset), Number(end - s.addr), s.at)) {
    const dirty = skipZeros(piece);
    if (dirty < piece.length) return at + BigInt(dirty);
    at += BigInt(piece.length);
  }

  return undefined;
}

/**
 * Sections and PT_LOADs agree. BFD lays a file out again by its sections: what no section covers, or none holds, is
 * lost in `strip`.
 */
export const coverageRules: readonly CheckRule[] = [
  {
    id: "load-section",
    severity: "error",
    sentence: "Every PT_LOAD holds a loaded section: GNU strip writes an empty one back at a wrong offset.",
    *test(elf) {
      if (elf.header.shnum === 0) return;
      const held = sectionsByLoad(elf);
      for (const l of loads(elf)) {
        if (!held.has(l.vaddr)) {
          yield { message: `no loaded section lies in it (${range(l.vaddr, l.memsz)})`, at: l.at };
        }
      }
    },
  },
  {
    id: "section-mapped",
    severity: "error",
    sentence: "Every loaded section lies in one PT_LOAD, at the file offset that is loaded to its address.",
    *test(elf) {
      const find = loadIndex(elf);
      for (const s of loadedSections(elf)) {
        const message = misplaced(s, find(s.addr));
        if (message) yield { message, at: s.at };
      }
    },
  },
  {
    id: "nobits-zero",
    severity: "error",
    sentence:
      "What a SHT_NOBITS section takes of the file bytes of a PT_LOAD is zero: variables of the program start with it.",
    *test(elf) {
      const find = loadIndex(elf);
      let left = BigInt(elf.source.size);
      for (const s of loadedSections(elf)) {
        const l = s.type === SHT.NOBITS ? find(s.addr) : undefined;
        // Many headers over the same large range would cost their product.
        if (!l || s.addr >= l.vaddr + l.filesz || (left -= s.size < l.filesz ? s.size : l.filesz) < 0n) continue;
        const dirty = firstDirty(elf, s, l);
        if (dirty !== undefined) {
          yield { message: `${l.at} loads a byte other than zero to its address ${hex(dirty)}`, at: s.at };
        }
      }
    },
  },
  {
    id: "load-tail",
    severity: "warning",
    sentence:
      "A section covers the last byte of every PT_LOAD, in memory too: GNU strip cuts off what follows the last section.",
    *test(elf) {
      const held = sectionsByLoad(elf);
      for (const l of loads(elf)) {
        const end = (held.get(l.vaddr) ?? []).reduce<bigint | undefined>(
          (end, s) => (end === undefined || s.addr + s.size > end ? s.addr + s.size : end),
          undefined,
        );
        if (end !== undefined && end < l.vaddr + l.memsz) {
          yield { message: `no section covers its last bytes ${range(end, l.vaddr + l.memsz - end)}`, at: l.at };
        }
      }
    },
  },
];
