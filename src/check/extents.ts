import type { ElfFile, Section, Segment } from "../image/elf.js";
import { once } from "../image/once.js";
import { rangeFinder } from "../image/headers/segments.js";
import { hex } from "../error.js";
import { PT, SHF, SHT } from "../spec/constants.js";
import { segmentTypeName } from "../spec/names.js";

/** A program header as exact numbers: a kernel's addresses are above 2^53. */
export interface SegmentExtent {
  /** How findings name it: PT_LOADs by address, since there are many and none of them moves. */
  readonly at: string;
  readonly type: number;
  readonly flags: number;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly filesz: bigint;
  readonly memsz: bigint;
  readonly align: bigint;
}

function extentOf(segment: Segment, machine: number): SegmentExtent {
  const name = segmentTypeName(segment.type, machine);
  const vaddr = segment.exact("vaddr");

  return {
    at: segment.type === PT.LOAD ? `${name} ${hex(vaddr)}` : name,
    type: segment.type,
    flags: segment.flags,
    offset: segment.exact("offset"),
    vaddr,
    filesz: segment.exact("filesz"),
    memsz: segment.exact("memsz"),
    align: segment.exact("align"),
  };
}

/** The program headers of these types, in table order. */
export const segmentExtents = (elf: ElfFile, ...types: number[]): SegmentExtent[] =>
  elf.segments
    .filter((segment) => types.includes(segment.type))
    .map((segment) => extentOf(segment, elf.header.machine));

/** The PT_LOADs that are not empty, in table order. An empty one maps nothing. */
export const nonEmptyLoads = /* @__PURE__ */ once((elf): readonly SegmentExtent[] =>
  segmentExtents(elf, PT.LOAD).filter((load) => load.memsz > 0n || load.filesz > 0n),
);

/** An order for sort(): ascending. */
export function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The same PT_LOADs, ascending by address. */
export const loadExtents = /* @__PURE__ */ once((elf): readonly SegmentExtent[] =>
  [...nonEmptyLoads(elf)].sort((a, b) => compare(a.vaddr, b.vaddr)),
);

/** Finds the PT_LOAD of an address in logarithmic time. */
export const loadIndex = (elf: ElfFile): ((address: bigint) => SegmentExtent | undefined) =>
  rangeFinder(loadExtents(elf));

/** How findings name a section: by its index where it has no name. */
export const sectionLabel = (section: Section): string => `section ${section.name || `[${section.index}]`}`;

/** A section header as exact numbers. Each is read when a rule asks for it: a file may have very many headers. */
export class SectionExtent {
  readonly index: number;
  readonly type: number;
  readonly #section: Section;

  constructor(section: Section) {
    this.index = section.index;
    this.type = section.header.type;
    this.#section = section;
  }

  /** How findings name it. */
  get at(): string {
    return sectionLabel(this.#section);
  }

  get flags(): bigint {
    return this.#section.header.exact("flags");
  }
  get addr(): bigint {
    return this.#section.header.exact("addr");
  }
  get offset(): bigint {
    return this.#section.header.exact("offset");
  }
  get size(): bigint {
    return this.#section.header.exact("size");
  }

  /** Bytes in the file: 0 for SHT_NOBITS. */
  get filesz(): bigint {
    return this.type === SHT.NOBITS || this.type === SHT.NULL ? 0n : this.size;
  }
}

/** All section headers, in table order. */
export const sectionExtents = /* @__PURE__ */ once((elf): readonly SectionExtent[] =>
  elf.sections.map((section) => new SectionExtent(section)),
);

/** Is it .tbss, which takes no addresses of its own? Each thread gets its own copy. */
const isThreadBss = (section: SectionExtent): boolean =>
  section.type === SHT.NOBITS && (section.flags & BigInt(SHF.TLS)) !== 0n;

function takesMemory(section: SectionExtent): boolean {
  if ((section.flags & BigInt(SHF.ALLOC)) === 0n) return false;
  return section.type !== SHT.NULL && section.size > 0n && !isThreadBss(section);
}

/** The SHF_ALLOC sections that take memory, in table order. */
export const loadedSections = /* @__PURE__ */ once((elf): readonly SectionExtent[] =>
  sectionExtents(elf).filter(takesMemory),
);

/** `0x1000..0x1fff`, or `0x1000 (empty)`. */
export const range = (start: bigint, size: bigint): string =>
  size > 0n ? `${hex(start)}..${hex(start + size - 1n)}` : `${hex(start)} (empty)`;
