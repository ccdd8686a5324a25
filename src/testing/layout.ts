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

/** The parts of a file by segment, and what decides where they go. */
export interface PartsLayout {
  readonly e: Encoding;
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

export function layOutParts(o: PartsLayout): Image {
  if (o.base % BigInt(o.page) !== 0n) {
    fail("BAD_EDIT", `buildElf: the base address is no multiple of the page size ${o.page}`, { edit: "buildElf" });
  }
  // Program headers stand before what they describe: place once to count them, and again behind the table of that size.
  return place(o, o.isObject ? 0 : place(o, 0).segments.length);
}

function place(o: PartsLayout, phnum: number): Image {
  const { e, page, room } = o;
  const parts: PlacedPart[] = [];
  const names = compactStrings(
    [...o.readOnly, o.text, ...o.relro, ...o.writable, ...o.tail, { name: ".shstrtab" }].map((p) => p.name),
  );
  const tail = o.hasSections ? [...o.tail, fixedPart(".shstrtab", SHT.STRTAB, 0, 1, names.bytes)] : [];
  const shnum = 1 + o.readOnly.length + 1 + o.relro.length + o.writable.length + tail.length;

  // `at` is the place in the file, `delta` what to add for the place in memory, both counted from the file's start.
  let at = headerSize(e) + phnum * Phdr.size(e.class) + room.headerGap;
  let delta = 0;
  let memory = 0;
  let shoff = 0;
  const putTable = () => {
    shoff = at = alignUp(at, wordSize(e));
    at += shnum * Shdr.size(e.class);
  };
  const put = (p: SectionPart) => {
    const isLoaded = (p.flags & SHF.ALLOC) !== 0 && !o.isObject;
    const isBss = p.type === SHT.NOBITS;
    const offset = isBss ? at : (at = alignUp(at, p.align));
    const address = isBss ? alignUp(Math.max(memory, at + delta), p.align) : at + delta;
    parts.push({ ...p, offset, address: isLoaded ? o.base + BigInt(address) : 0n });
    if (!isBss) at += p.size;
    memory = address + p.size;
  };
  const range = (first: number): { offset: number; vaddr: bigint; filesz: number; memsz: number } => {
    const p = parts[first]!;
    return {
      offset: p.offset,
      vaddr: p.address,
      filesz: at - p.offset,
      memsz: Number(o.base + BigInt(memory) - p.address),
    };
  };
  /** A new segment: the file goes on, the memory on the next page, congruent (GNU ld's DATA_SEGMENT_ALIGN). */
  const nextPage = () => {
    delta = alignUp(at + delta, page) + (at % page) - at;
  };

  if (o.hasSections && o.sectionTable === "start") putTable();
  const loads: PlacedSegment[] = [];
  const load = (flags: number, r: { offset: number; vaddr: bigint; filesz: number; memsz: number }) =>
    loads.push({ type: PT.LOAD, flags, align: page, ...r });

  if (o.isObject) {
    for (const p of [o.text, ...o.writable]) put(p);
  } else {
    for (const p of o.readOnly) put(p);
    load(PF.R, { offset: 0, vaddr: o.base, filesz: at, memsz: at });
    at = room.slack === undefined ? alignUp(at, page) : at + room.slack;
    nextPage();
    const relroSize = o.relro.reduce((n, p) => n + p.size, 0);
    const unit = o.relroSegment ? page : wordSize(e);
    const textAt = alignUp(at, o.text.align);
    const earliest = textAt + o.text.size + (room.slack ?? 0);
    // PT_GNU_RELRO ends where a page ends, as GNU ld aligns it: what shares its last page would not be protected.
    const dataAt = alignUp(earliest + relroSize, unit) - relroSize;
    put(room.slack === undefined ? o.text : { ...o.text, size: o.text.size + dataAt - earliest });
    load(PF.R | PF.X, range(parts.length - 1));
    at = dataAt;
    nextPage();
    const first = parts.length;
    for (const p of [...o.relro, ...o.writable]) put(p);
    load(PF.R | PF.W, range(first));
  }
  for (const p of tail) put(p);
  if (o.hasSections && o.sectionTable === "end") putTable();

  const find = (name: string) => parts.find((p) => p.name === name);
  return {
    parts,
    phoff: phnum > 0 || !o.isObject ? headerSize(e) : 0,
    shoff,
    names,
    size: at,
    segments: o.isObject ? [] : segments(o, parts, loads, phnum),
    address: (name) => find(name)?.address ?? 0n,
    index: (name) => (find(name) ? 1 + parts.findIndex((p) => p.name === name) : SHN.UNDEF),
  };
}

/** The program headers in GNU ld's order. */
function segments(
  o: PartsLayout,
  parts: readonly PlacedPart[],
  loads: readonly PlacedSegment[],
  phnum: number,
): PlacedSegment[] {
  const out: PlacedSegment[] = [];
  const word = wordSize(o.e);
  const over = (type: number, flags: number, align: number, first: PlacedPart, last = first) => {
    const size = last.offset + last.size - first.offset;
    out.push({ type, flags, align, offset: first.offset, vaddr: first.address, filesz: size, memsz: size });
  };
  const table = headerSize(o.e);
  const tableSize = phnum * Phdr.size(o.e.class);

  if (o.phdr) {
    out.push({
      type: PT.PHDR,
      flags: PF.R,
      align: word,
      offset: table,
      vaddr: o.base + BigInt(table),
      filesz: tableSize,
      memsz: tableSize,
    });
  }

  const interp = parts.find((p) => p.name === ".interp");
  const dynamic = parts.find((p) => p.type === SHT.DYNAMIC);
  const notes = parts.filter((p) => p.type === SHT.NOTE);
  if (interp) over(PT.INTERP, PF.R, 1, interp);
  out.push(...loads);
  if (dynamic) over(PT.DYNAMIC, PF.R | PF.W, word, dynamic);
  if (notes.length > 0) over(PT.NOTE, PF.R, 4, notes[0]!, notes.at(-1));

  if (o.stackFlags !== null) {
    out.push({ type: PT.GNU_STACK, flags: o.stackFlags, offset: 0, vaddr: 0n, filesz: 0, memsz: 0, align: 16 });
  }

  if (dynamic && o.relroSegment) over(PT.GNU_RELRO, PF.R, 1, dynamic);
  for (let i = 0; i < o.room.nullSegments; i++) {
    out.push({ type: PT.NULL, flags: 0, offset: 0, vaddr: 0n, filesz: 0, memsz: 0, align: 0 });
  }

  return out;
}
