import { alignUp } from "../codec/bytes.js";
import { type Encoding, wordSize } from "../codec/encoding.js";
import { Phdr, Shdr } from "../codec/records.js";
import { fail } from "../error.js";
import { headerSize } from "../image/headers/header.js";
import { PF, PT, SHF, SHN, SHT } from "../spec/constants.js";
import { compactStrings } from "../tables/compact-strings.js";
import { fixedPart, type SectionPart, type PartPlacement } from "./parts.js";

/** How much room for growth the file has. */
export interface Room {
  readonly slack: number | undefined;
  readonly headerGap: number;
  readonly nullSegments: number;
}

/** The parts of a file by segment, and all that decides where they go. */
export interface PartsLayout {
  readonly encoding: Encoding;
  readonly readOnly: readonly SectionPart[];
  readonly text: SectionPart;
  readonly relro: readonly SectionPart[];
  readonly writable: readonly SectionPart[];
  readonly tail: readonly SectionPart[];
  readonly room: Room;
  readonly hasSections: boolean;
  /** ET_REL: no segments, no addresses. */
  readonly isObject: boolean;
  readonly base: bigint;
  readonly page: number;
  readonly sectionTable: "end" | "start";
  readonly relroSegment: boolean;
  readonly phdr: boolean;
  readonly stackFlags: number | null;
  readonly segments: readonly BuildSegment[];
}

/** A program header more. */
export interface BuildSegment {
  /** PT_*. */
  readonly type: number;
  /** PF_*. Default: PF_R. */
  readonly flags?: number;
  /** p_align. Default: the alignment of its first section; 0 without one. */
  readonly align?: number;
  /** The section that it covers, or the first and the last one of those. Default: none, and it is empty. */
  readonly sections?: string | readonly [first: string, last: string];
}

export interface PlacedPart extends SectionPart {
  readonly offset: number;
  readonly address: bigint;
}

/** A program header to write. */
export interface PlacedSegment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly vaddr: bigint;
  readonly filesz: number;
  readonly memsz: number;
  readonly align: number;
}

/** A file whose every byte has its place. */
export interface Image extends PartPlacement {
  readonly parts: readonly PlacedPart[];
  readonly segments: readonly PlacedSegment[];
  readonly phoff: number;
  /** 0 for no section headers. */
  readonly shoff: number;
  readonly names: { offsetOf(text: string): number };
  readonly size: number;
}

export function layOutParts(layout: PartsLayout): Image {
  const { base, page, isObject } = layout;
  if (base % BigInt(page) !== 0n) {
    fail("BAD_EDIT", `buildElf: the base address is not a multiple of the page size ${page}`, { edit: "buildElf" });
  }

  // Program headers stand before what they describe: the first run counts them, the second one leaves room for them.
  const phnum = isObject ? 0 : placeParts(layout, 0).segments.length;
  return placeParts(layout, phnum);
}

function placeParts(layout: PartsLayout, phnum: number): Image {
  const { encoding, readOnly, text, relro, writable, hasSections, isObject } = layout;
  const loaded = [...readOnly, text, ...relro, ...writable];
  const names = compactStrings([...loaded, ...layout.tail, { name: ".shstrtab" }].map((p) => p.name));
  const tail = hasSections ? [...layout.tail, fixedPart(".shstrtab", SHT.STRTAB, 0, 1, names.bytes)] : [];
  const shnum = 1 + loaded.length + tail.length;

  const start = headerSize(encoding) + phnum * Phdr.size(encoding.class) + layout.room.headerGap;
  const placer = new Placer(layout, start);
  let shoff = 0;

  if (hasSections && layout.sectionTable === "start") shoff = placer.putSectionTable(shnum);
  const loads = isObject ? [] : placeLoads(layout, placer);
  const unsegmented = isObject ? [text, ...writable] : [];
  for (const part of [...unsegmented, ...tail]) placer.put(part);
  if (hasSections && layout.sectionTable === "end") shoff = placer.putSectionTable(shnum);

  const { parts } = placer;
  const indexOf = (name: string) => parts.findIndex((p) => p.name === name);
  return {
    parts,
    phoff: phnum > 0 || !isObject ? headerSize(encoding) : 0,
    shoff,
    names,
    size: placer.at,
    segments: isObject ? [] : programHeaders(layout, parts, loads, phnum),
    address: (name) => parts[indexOf(name)]?.address ?? 0n,
    index: (name) => (indexOf(name) < 0 ? SHN.UNDEF : 1 + indexOf(name)),
  };
}

/** Places the parts of three PT_LOADs: read-only, executable, writable. */
function placeLoads(layout: PartsLayout, placer: Placer): PlacedSegment[] {
  const { encoding, text, page, base } = layout;
  const { slack } = layout.room;
  const { parts } = placer;

  for (const part of layout.readOnly) placer.put(part);
  const headers: PlacedSegment = {
    type: PT.LOAD,
    flags: PF.R,
    align: page,
    offset: 0,
    vaddr: base,
    filesz: placer.at,
    memsz: placer.at,
  };
  placer.at = slack === undefined ? alignUp(placer.at, page) : placer.at + slack;
  placer.startSegment();

  // PT_GNU_RELRO ends where a page ends, as GNU ld aligns it: what shares its last page would not be protected.
  const relroSize = layout.relro.reduce((size, p) => size + p.size, 0);
  const relroAlign = layout.relroSegment ? page : wordSize(encoding);
  const textEnd = alignUp(placer.at, text.align) + text.size + (slack ?? 0);
  const relroStart = alignUp(textEnd + relroSize, relroAlign) - relroSize;
  placer.put(slack === undefined ? text : { ...text, size: text.size + relroStart - textEnd });
  const executable = placer.loadFrom(parts.length - 1, PF.R | PF.X);
  placer.at = relroStart;
  placer.startSegment();

  const firstWritable = parts.length;
  for (const part of [...layout.relro, ...layout.writable]) placer.put(part);
  return [headers, executable, placer.loadFrom(firstWritable, PF.R | PF.W)];
}

/** Puts one part behind the other, in the file and in memory. */
class Placer {
  readonly parts: PlacedPart[] = [];
  /** The place in the file of what comes next. */
  at: number;
  readonly #layout: PartsLayout;
  /** What to add to `at` for the place in memory, counted from the file's start too. */
  #delta = 0;
  /** The end in memory of what was put last. */
  #memoryEnd = 0;

  constructor(layout: PartsLayout, start: number) {
    this.#layout = layout;
    this.at = start;
  }

  put(part: SectionPart): void {
    const { isObject, base } = this.#layout;
    const isLoaded = (part.flags & SHF.ALLOC) !== 0 && !isObject;
    const isBss = part.type === SHT.NOBITS;

    if (!isBss) this.at = alignUp(this.at, part.align);
    const inMemory = this.at + this.#delta;
    const address = isBss ? alignUp(Math.max(this.#memoryEnd, inMemory), part.align) : inMemory;
    this.parts.push({ ...part, offset: this.at, address: isLoaded ? base + BigInt(address) : 0n });

    if (!isBss) this.at += part.size;
    this.#memoryEnd = address + part.size;
  }

  /** Returns e_shoff. */
  putSectionTable(shnum: number): number {
    const { encoding } = this.#layout;
    const shoff = alignUp(this.at, wordSize(encoding));
    this.at = shoff + shnum * Shdr.size(encoding.class);
    return shoff;
  }

  /** A new segment: the file goes on, the memory on the next page, congruent (GNU ld's DATA_SEGMENT_ALIGN). */
  startSegment(): void {
    const { page } = this.#layout;
    this.#delta = alignUp(this.at + this.#delta, page) + (this.at % page) - this.at;
  }

  /** The PT_LOAD from this part to the last one. */
  loadFrom(first: number, flags: number): PlacedSegment {
    const { base, page } = this.#layout;
    const { offset, address } = this.parts[first]!;
    return {
      type: PT.LOAD,
      flags,
      align: page,
      offset,
      vaddr: address,
      filesz: this.at - offset,
      memsz: Number(base + BigInt(this.#memoryEnd) - address),
    };
  }
}

/** The program headers in GNU ld's order. */
function programHeaders(
  layout: PartsLayout,
  parts: readonly PlacedPart[],
  loads: readonly PlacedSegment[],
  phnum: number,
): PlacedSegment[] {
  const { encoding } = layout;
  const word = wordSize(encoding);
  const interp = parts.find((p) => p.name === ".interp");
  const dynamic = parts.find((p) => p.type === SHT.DYNAMIC);
  const notes = parts.filter((p) => p.type === SHT.NOTE);

  const out: PlacedSegment[] = [];
  if (layout.phdr) {
    const offset = headerSize(encoding);
    const size = phnum * Phdr.size(encoding.class);
    const vaddr = layout.base + BigInt(offset);
    out.push({ type: PT.PHDR, flags: PF.R, align: word, offset, vaddr, filesz: size, memsz: size });
  }
  if (interp) out.push(segmentOver(interp, interp, PT.INTERP, PF.R, 1));
  out.push(...loads);
  if (dynamic) out.push(segmentOver(dynamic, dynamic, PT.DYNAMIC, PF.R | PF.W, word));
  if (notes.length > 0) out.push(segmentOver(notes[0]!, notes.at(-1)!, PT.NOTE, PF.R, 4));
  if (layout.stackFlags !== null) out.push(emptySegment(PT.GNU_STACK, layout.stackFlags, 16));
  if (dynamic && layout.relroSegment) {
    const first = parts.find((p) => p.name === layout.relro[0]!.name)!;
    out.push(segmentOver(first, dynamic, PT.GNU_RELRO, PF.R, 1));
  }
  for (const segment of layout.segments) out.push(segmentAsked(segment, parts));
  for (let i = 0; i < layout.room.nullSegments; i++) out.push(emptySegment(PT.NULL, 0, 0));
  return out;
}

function segmentOver(first: PlacedPart, last: PlacedPart, type: number, flags: number, align: number): PlacedSegment {
  const { offset, address } = first;
  const size = last.offset + last.size - offset;
  return { type, flags, align, offset, vaddr: address, filesz: size, memsz: size };
}

function segmentAsked(
  { type, flags = PF.R, align, sections }: BuildSegment,
  parts: readonly PlacedPart[],
): PlacedSegment {
  if (sections === undefined) return emptySegment(type, flags, align ?? 0);

  const [firstName, lastName] = typeof sections === "string" ? [sections, sections] : sections;
  const named = (name: string): PlacedPart =>
    parts.find((p) => p.name === name && (p.flags & SHF.ALLOC) !== 0) ??
    fail("BAD_EDIT", `buildElf: a segment covers ${name}, which is no section that is loaded`, { edit: "buildElf" });
  const first = named(firstName);
  const last = named(lastName);
  const span = parts.slice(parts.indexOf(first), parts.indexOf(last) + 1);
  if (span.length === 0) {
    fail("BAD_EDIT", `buildElf: a segment covers ${firstName} to ${lastName}, which stands before it`, {
      edit: "buildElf",
    });
  }

  const stored = span.filter((p) => p.type !== SHT.NOBITS).at(-1);
  const filesz = stored ? stored.offset + stored.size - first.offset : 0;
  const memsz = Number(last.address - first.address) + last.size;
  return { type, flags, align: align ?? first.align, offset: first.offset, vaddr: first.address, filesz, memsz };
}

const emptySegment = (type: number, flags: number, align: number): PlacedSegment => ({
  type,
  flags,
  align,
  offset: 0,
  vaddr: 0n,
  filesz: 0,
  memsz: 0,
});
