import { skipZeros } from "../codec/bytes.js";
import { chunks } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { hex } from "../error.js";
import { SHT } from "../spec/constants.js";
import { type SegmentExtent, loadedSections, loadIndex, nonEmptyLoads, range, type SectionExtent } from "./extents.js";
import type { CheckRule } from "./rule.js";

/** The sections that each PT_LOAD holds, by the address of the PT_LOAD. */
function sectionsByLoad(elf: ElfFile): Map<bigint, SectionExtent[]> {
  const loadOf = loadIndex(elf);
  const held = new Map<bigint, SectionExtent[]>();

  for (const section of loadedSections(elf)) {
    const load = loadOf(section.addr);
    if (!load) continue;

    const list = held.get(load.vaddr);
    if (list) list.push(section);
    else held.set(load.vaddr, [section]);
  }

  return held;
}

/** What is wrong with the place of a section in the PT_LOAD that holds its address. */
function misplaced(section: SectionExtent, load: SegmentExtent | undefined): string | undefined {
  const { addr, size } = section;
  if (!load) return `its address ${hex(addr)} lies in no PT_LOAD`;

  const memoryEnd = load.vaddr + load.memsz;
  if (addr + size > memoryEnd) {
    return `its addresses ${range(addr, size)} reach past the end of ${load.at} (${hex(memoryEnd)})`;
  }
  if (section.filesz === 0n) return undefined;

  const bytesEnd = load.vaddr + load.filesz;
  if (addr + size > bytesEnd) {
    return `its bytes ${range(addr, size)} reach past the file bytes of ${load.at} (${hex(bytesEnd)})`;
  }

  const loadedFrom = addr - load.vaddr + load.offset;
  if (loadedFrom === section.offset) return undefined;
  return (
    `sh_offset is ${hex(section.offset)}, ` + `but ${load.at} loads its address ${hex(addr)} from ${hex(loadedFrom)}`
  );
}

/** The first address that a section says starts as zero, and for which the file has another byte. */
function firstDirty(elf: ElfFile, section: SectionExtent, load: SegmentExtent): bigint | undefined {
  const { addr, size } = section;
  const bytesEnd = load.vaddr + load.filesz;
  const end = addr + size < bytesEnd ? addr + size : bytesEnd;
  if (end <= addr || load.offset + load.filesz > BigInt(elf.source.size)) return undefined;

  const offset = Number(addr - load.vaddr + load.offset);
  let at = addr;
  for (const piece of chunks(elf.source, offset, Number(end - addr), section.at)) {
    const dirty = skipZeros(piece);
    if (dirty < piece.length) return at + BigInt(dirty);
    at += BigInt(piece.length);
  }

  return undefined;
}

function highestEnd(sections: readonly SectionExtent[]): bigint | undefined {
  let highest: bigint | undefined;
  for (const { addr, size } of sections) {
    if (highest === undefined || addr + size > highest) highest = addr + size;
  }

  return highest;
}

/**
 * Sections and PT_LOADs agree. BFD lays a file out again by its sections: `strip` loses what no section covers, and
 * sections that no PT_LOAD holds.
 */
export const coverageRules: readonly CheckRule[] = [
  {
    id: "load-section",
    severity: "error",
    sentence: "Every PT_LOAD holds a loaded section: GNU strip writes an empty one back at a wrong offset.",
    *test(elf) {
      if (elf.header.shnum === 0) return;

      const held = sectionsByLoad(elf);
      for (const load of nonEmptyLoads(elf)) {
        if (!held.has(load.vaddr)) {
          yield { message: `no loaded section lies in it (${range(load.vaddr, load.memsz)})`, at: load.at };
        }
      }
    },
  },
  {
    id: "section-mapped",
    severity: "error",
    sentence: "Every loaded section lies in one PT_LOAD, at the file offset that is loaded to its address.",
    *test(elf) {
      const loadOf = loadIndex(elf);
      for (const section of loadedSections(elf)) {
        const message = misplaced(section, loadOf(section.addr));
        if (message) yield { message, at: section.at };
      }
    },
  },
  {
    id: "nobits-zero",
    severity: "error",
    sentence:
      "What a SHT_NOBITS section takes of the file bytes of a PT_LOAD is zero: variables of the program start with it.",
    *test(elf) {
      const loadOf = loadIndex(elf);
      let budget = BigInt(elf.source.size);
      for (const section of loadedSections(elf)) {
        if (section.type !== SHT.NOBITS) continue;

        const load = loadOf(section.addr);
        if (!load || section.addr >= load.vaddr + load.filesz) continue;

        // Without a budget, many headers over one large range would cost their product.
        budget -= section.size < load.filesz ? section.size : load.filesz;
        if (budget < 0n) continue;

        const dirty = firstDirty(elf, section, load);
        if (dirty !== undefined) {
          yield { message: `${load.at} loads a byte other than zero to its address ${hex(dirty)}`, at: section.at };
        }
      }
    },
  },
  {
    id: "load-tail",
    severity: "warning",
    sentence:
      "A section covers the last byte of every PT_LOAD, in memory too: " +
      "GNU strip cuts off what follows the last section.",
    *test(elf) {
      const held = sectionsByLoad(elf);
      for (const load of nonEmptyLoads(elf)) {
        const covered = highestEnd(held.get(load.vaddr) ?? []);
        const end = load.vaddr + load.memsz;
        if (covered !== undefined && covered < end) {
          yield { message: `no section covers its last bytes ${range(covered, end - covered)}`, at: load.at };
        }
      }
    },
  },
];
