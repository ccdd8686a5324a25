import { alignUp, viewOf } from "../codec/bytes.js";
import { Nhdr } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { hex } from "../error.js";
import { PT, SHT } from "../spec/constants.js";
import { cardOf } from "../spec/machines/card-of.js";
import { MEMORY } from "../spec/machines/lists/memory.js";
import { type SegmentExtent, extents, loadIndex, range, sectionExtents } from "./extents.js";
import type { CheckRule } from "./rule.js";

/** Program headers that describe a part of what PT_LOADs map. */
const PARTS = [PT.DYNAMIC, PT.INTERP, PT.NOTE, PT.TLS, PT.GNU_EH_FRAME, PT.GNU_RELRO, PT.GNU_PROPERTY, PT.GNU_SFRAME];

function parts(elf: ElfFile): SegmentExtent[] {
  const own = cardOf(MEMORY, elf.header.machine)?.segments ?? [];
  const types = [...PARTS, ...own.filter((s) => s.isMapped).map((s) => s.type)];
  // Notes without an address are for tools, not for the running program.
  return extents(elf, ...types).filter((p) => p.filesz > 0n && !(p.type === PT.NOTE && p.vaddr === 0n));
}

/**
 * How far a part may reach. Protection works on pages: lld rounds PT_GNU_RELRO up to the end of the last page, file
 * bytes or not.
 */
function endFor(p: SegmentExtent, l: SegmentExtent): bigint {
  const page = l.align > 1n ? l.align : 1n;
  return p.type === PT.GNU_RELRO ? ((l.vaddr + l.memsz + page - 1n) / page) * page : l.vaddr + l.filesz;
}

/** Kernels refuse a longer PT_INTERP: PATH_MAX. */
const LONGEST_INTERP = 4096n;

/** Tables larger than this are not read into memory, as the reader does not. */
const LARGEST_NOTES = 64n << 20n;

/** mold puts notes of both alignments into one PT_NOTE of p_align 8, so that either may be the one that fits. */
function brokenNotes(elf: ElfFile, p: SegmentExtent): string | undefined {
  const b = readExactly(elf.source, Number(p.offset), Number(p.filesz), p.at);
  const message = brokenNote(elf, p, b, p.align === 8n ? 8 : 4);
  return message && brokenNote(elf, p, b, p.align === 8n ? 4 : 8) ? message : undefined;
}

function brokenNote(elf: ElfFile, p: SegmentExtent, b: Uint8Array, align: 4 | 8): string | undefined {
  const data = viewOf(b);
  const head = Nhdr.size(elf.header.class);
  for (let at = 0; at < b.length;) {
    const place = hex(p.offset + BigInt(at));
    if (at + head > b.length) return `${hex(b.length - at)} bytes at ${place} are left behind the last note`;

    const n = Nhdr.view(data, at, elf.header);
    const end = alignUp(at + head + n.namesz, align) + n.descsz;
    if (end > b.length) {
      return `the note at ${place} (n_namesz ${hex(n.namesz)}, n_descsz ${hex(n.descsz)}) reaches past the end of the segment`;
    }

    at = alignUp(end, align);
  }

  return undefined;
}

/** What program headers beside PT_LOAD point to. */
export const segmentRules: readonly CheckRule[] = [
  {
    id: "segment-mapped",
    severity: "error",
    sentence: "What a program header describes lies in one PT_LOAD, at the file offset that is loaded to its address.",
    *test(elf) {
      const find = loadIndex(elf);
      for (const p of parts(elf)) {
        const l = find(p.vaddr);
        if (!l) {
          yield { message: `its address ${hex(p.vaddr)} lies in no PT_LOAD`, at: p.at };
        } else if (p.vaddr + p.filesz > endFor(p, l)) {
          yield {
            message: `its bytes ${range(p.vaddr, p.filesz)} reach past those of ${l.at} (${hex(l.vaddr + l.filesz)})`,
            at: p.at,
          };
        } else if (p.vaddr - l.vaddr + l.offset !== p.offset) {
          yield {
            message: `p_offset is ${hex(p.offset)}, but ${l.at} loads its address ${hex(p.vaddr)} from ${hex(p.vaddr - l.vaddr + l.offset)}`,
            at: p.at,
          };
        }
      }
    },
  },
  {
    id: "interp-path",
    severity: "error",
    sentence: "PT_INTERP is a path of at most 4096 bytes that ends in NUL.",
    *test(elf) {
      for (const p of extents(elf, PT.INTERP)) {
        if (p.filesz < 2n || p.filesz > LONGEST_INTERP) {
          yield { message: `p_filesz is ${hex(p.filesz)}: kernels accept 2 to ${LONGEST_INTERP} bytes`, at: p.at };
        } else if (readExactly(elf.source, Number(p.offset), Number(p.filesz), p.at).at(-1) !== 0) {
          yield { message: `its last byte, at ${hex(p.offset + p.filesz - 1n)}, is not NUL`, at: p.at };
        }
      }
    },
  },
  {
    id: "note-records",
    severity: "error",
    sentence: "A PT_NOTE is a sequence of whole notes.",
    *test(elf) {
      let left = BigInt(elf.source.size);
      for (const p of extents(elf, PT.NOTE)) {
        // Many headers over the same large range would cost their product.
        if (p.filesz > LARGEST_NOTES || (left -= p.filesz) < 0n) continue;
        const message = brokenNotes(elf, p);
        if (message) yield { message, at: p.at };
      }
    },
  },
  {
    id: "note-sections",
    severity: "warning",
    sentence: "Every PT_NOTE starts with a note section and ends with one.",
    *test(elf) {
      const notes = sectionExtents(elf).filter((s) => s.type === SHT.NOTE && s.size > 0n);
      if (notes.length === 0) return;
      const starts = new Set(notes.map((s) => s.offset));
      const ends = new Set(notes.map((s) => s.offset + s.size));
      for (const p of extents(elf, PT.NOTE)) {
        if (!starts.has(p.offset) || !ends.has(p.offset + p.filesz)) {
          yield { message: `its bytes ${range(p.offset, p.filesz)} are not those of SHT_NOTE sections`, at: p.at };
        }
      }
    },
  },
];
