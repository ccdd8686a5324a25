import { alignUp, viewOf } from "../codec/bytes.js";
import { Nhdr } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { hex } from "../error.js";
import { PT, SHT } from "../spec/constants.js";
import { cardOf } from "../spec/machines/card-of.js";
import { MEMORY } from "../spec/machines/lists/memory.js";
import { type SegmentExtent, segmentExtents, loadIndex, range, sectionExtents } from "./extents.js";
import type { CheckRule } from "./rule.js";

/** The types of program headers that describe a part of what PT_LOADs map, on every machine. */
const PARTS = [PT.DYNAMIC, PT.INTERP, PT.NOTE, PT.TLS, PT.GNU_EH_FRAME, PT.GNU_RELRO, PT.GNU_PROPERTY, PT.GNU_SFRAME];

function parts(elf: ElfFile): SegmentExtent[] {
  const ofMachine = cardOf(MEMORY, elf.header.machine)?.segments ?? [];
  const types = [...PARTS, ...ofMachine.filter((segment) => segment.isMapped).map((segment) => segment.type)];
  // Notes without an address are for tools, not for the running program.
  return segmentExtents(elf, ...types).filter(
    (part) => part.filesz > 0n && !(part.type === PT.NOTE && part.vaddr === 0n),
  );
}

/**
 * Does a part reach past what its PT_LOAD has? PT_GNU_RELRO is a range of memory, and protection works on pages: lld
 * rounds it up to the end of the last page, file bytes or not.
 */
function reachesPast({ type, vaddr, filesz, memsz }: SegmentExtent, load: SegmentExtent): boolean {
  if (type !== PT.GNU_RELRO) return vaddr + filesz > load.vaddr + load.filesz;

  const page = load.align > 1n ? load.align : 1n;
  return (vaddr + memsz - 1n) / page > (load.vaddr + load.memsz - 1n) / page;
}

/** Kernels refuse a longer PT_INTERP: PATH_MAX. */
const LONGEST_INTERP = 4096n;

/** Larger tables are not read into memory. The reader does not read them either. */
const LARGEST_NOTES = 64n << 20n;

/** mold puts notes of both alignments into one PT_NOTE of p_align 8: broken are those that fit neither alignment. */
function brokenNotes(elf: ElfFile, segment: SegmentExtent): string | undefined {
  const bytes = readExactly(elf.source, Number(segment.offset), Number(segment.filesz), segment.at);
  const [align, otherAlign] = segment.align === 8n ? ([8, 4] as const) : ([4, 8] as const);

  const message = brokenNote(elf, segment, bytes, align);
  if (!message || !brokenNote(elf, segment, bytes, otherAlign)) return undefined;
  return message;
}

/** What is wrong with the first note that is not whole, when notes have this alignment. */
function brokenNote(elf: ElfFile, segment: SegmentExtent, bytes: Uint8Array, align: 4 | 8): string | undefined {
  const data = viewOf(bytes);
  const head = Nhdr.size(elf.header.class);

  for (let at = 0; at < bytes.length;) {
    const place = hex(segment.offset + BigInt(at));
    if (at + head > bytes.length) return `${hex(bytes.length - at)} bytes at ${place} are left behind the last note`;

    const { namesz, descsz } = Nhdr.view(data, at, elf.header);
    const end = alignUp(at + head + namesz, align) + descsz;
    if (end > bytes.length) {
      const sizes = `n_namesz ${hex(namesz)}, n_descsz ${hex(descsz)}`;
      return `the note at ${place} (${sizes}) reaches past the end of the segment`;
    }

    at = alignUp(end, align);
  }

  return undefined;
}

/** What is wrong with the place of a part in the PT_LOAD that holds its address. */
function misplaced(part: SegmentExtent, load: SegmentExtent | undefined): string | undefined {
  const { vaddr, offset, filesz } = part;
  const size = part.type === PT.GNU_RELRO ? part.memsz : filesz;
  if (!load) return `its address ${hex(vaddr)} lies in no PT_LOAD`;
  if (reachesPast(part, load)) {
    return `its bytes ${range(vaddr, size)} reach past those of ${load.at} (${hex(load.vaddr + load.filesz)})`;
  }

  const loadedFrom = vaddr - load.vaddr + load.offset;
  if (loadedFrom === offset) return undefined;
  return `p_offset is ${hex(offset)}, but ${load.at} loads its address ${hex(vaddr)} from ${hex(loadedFrom)}`;
}

/** What program headers other than PT_LOAD point to. */
export const segmentRules: readonly CheckRule[] = [
  {
    id: "segment-mapped",
    severity: "error",
    sentence: "What a program header describes lies in one PT_LOAD, at the file offset that is loaded to its address.",
    *test(elf) {
      const loadOf = loadIndex(elf);
      for (const part of parts(elf)) {
        const message = misplaced(part, loadOf(part.vaddr));
        if (message) yield { message, at: part.at };
      }
    },
  },
  {
    id: "interp-path",
    severity: "error",
    sentence: "PT_INTERP is a path of at most 4096 bytes that ends in NUL.",
    *test(elf) {
      for (const { offset, filesz, at } of segmentExtents(elf, PT.INTERP)) {
        if (filesz < 2n || filesz > LONGEST_INTERP) {
          yield { message: `p_filesz is ${hex(filesz)}: kernels accept 2 to ${LONGEST_INTERP} bytes`, at };
          continue;
        }

        const path = readExactly(elf.source, Number(offset), Number(filesz), at);
        if (path.at(-1) !== 0) yield { message: `its last byte, at ${hex(offset + filesz - 1n)}, is not NUL`, at };
      }
    },
  },
  {
    id: "note-records",
    severity: "error",
    sentence: "A PT_NOTE is a sequence of whole notes.",
    *test(elf) {
      let budget = BigInt(elf.source.size);
      for (const segment of segmentExtents(elf, PT.NOTE)) {
        if (segment.filesz > LARGEST_NOTES) continue;

        // Without a budget, many headers over one large range would cost their product.
        budget -= segment.filesz;
        if (budget < 0n) continue;

        const message = brokenNotes(elf, segment);
        if (message) yield { message, at: segment.at };
      }
    },
  },
  {
    id: "note-sections",
    severity: "warning",
    sentence: "Every PT_NOTE starts with a note section and ends with one.",
    *test(elf) {
      const sections = sectionExtents(elf).filter((section) => section.type === SHT.NOTE && section.size > 0n);
      if (sections.length === 0) return;

      const starts = new Set(sections.map((section) => section.offset));
      const ends = new Set(sections.map((section) => section.offset + section.size));
      for (const { offset, filesz, at } of segmentExtents(elf, PT.NOTE)) {
        if (starts.has(offset) && ends.has(offset + filesz)) continue;
        yield { message: `its bytes ${range(offset, filesz)} are not those of SHT_NOTE sections`, at };
      }
    },
  },
];
