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

function extentOf(s: Segment, machine: number): SegmentExtent {
  const name = segmentTypeName(s.type, machine);
  const vaddr = s.exact("vaddr");
  return {
    at: s.type === PT.LOAD ? `${name} ${hex(vaddr)}` : name,
    type: s.type,
    flags: s.flags,
    offset: s.exact("offset"),
    vaddr,
    filesz: s.exact("filesz"),
    memsz: s.exact("memsz"),
    align: s.exact("align"),
  };
}

/** The program headers of these types, in table order. */
export const extents = (elf: ElfFile, ...types: number[]): SegmentExtent[] =>
  elf.segments.filter((s) => types.includes(s.type)).map((s) => extentOf(s, elf.header.machine));

/** The PT_LOADs that take any room, in table order. An empty one maps nothing. */
export const loads = /* @__PURE__ */ once((elf): readonly SegmentExtent[] =>
  extents(elf, PT.LOAD).filter((l) => l.memsz > 0n || l.filesz > 0n),
);

export const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** The same, ascending by address. */
export const loadExtents = /* @__PURE__ */ once((elf): readonly SegmentExtent[] =>
  [...loads(elf)].sort((a, b) => compare(a.vaddr, b.vaddr)),
);

/** Finds the PT_LOAD of an address in logarithmic time. */
export const loadIndex = (elf: ElfFile): ((address: bigint) => SegmentExtent | undefined) =>
  rangeFinder(loadExtents(elf));

export const sectionLabel = (s: Section): string => `section ${s.name || `[${s.index}]`}`;

/** A section header as exact numbers, each worked out when a rule asks for it: a file may have very many. */
export class SectionExtent {
  readonly index: number;
  readonly type: number;
  readonly #section: Section;

  constructor(s: Section) {
    this.index = s.index;
    this.type = s.header.type;
    this.#section = s;
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
  elf.sections.map((s) => new SectionExtent(s)),
);

/** Is it .tbss, which takes no room where it stands: each thread gets its own? */
const isThreadBss = (s: SectionExtent): boolean => s.type === SHT.NOBITS && (s.flags & BigInt(SHF.TLS)) !== 0n;

/** The SHF_ALLOC sections that take memory, in table order. */
export const loadedSections = /* @__PURE__ */ once((elf): readonly SectionExtent[] =>
  sectionExtents(elf).filter(
    (s) => s.flags & BigInt(SHF.ALLOC) && s.type !== SHT.NULL && s.size > 0n && !isThreadBss(s),
  ),
);

/** `0x1000..0x1fff`, or `0x1000..` where it is empty. */
export const range = (start: bigint, size: bigint): string =>
  size > 0n ? `${hex(start)}..${hex(start + size - 1n)}` : `${hex(start)} (empty)`;
