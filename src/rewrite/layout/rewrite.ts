import { largest } from "../../codec/ascending.js";
import { numberBytes, viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { Phdr, type PhdrView } from "../../codec/records.js";
import { readExactly } from "../../codec/source.js";
import { fail, hex, type Note } from "../../error.js";
import { headerSize } from "../../image/headers/header.js";
import type { ElfFile } from "../../image/elf.js";
import { PT } from "../../spec/constants.js";
import { pageSize } from "../../spec/machines.js";
import type { Strategy } from "./placement.js";
import type { Range } from "../pieces/ranges.js";
import { SectionRows } from "./follow/section-rows.js";

/** A table that loaders reach through a program header or a dynamic tag, and so may move. */
export interface Region {
  /** `.interp`, `.dynamic`, `.dynstr`, `notes`, or the section's type for other tables. */
  readonly name: string;
  /** Where it is in the input, and its bytes there. A new table has a negative offset, of its own, and no bytes. */
  readonly offset: number;
  readonly address: bigint;
  readonly size: number;
  readonly align: number;
  /** Its home was writable, so its new one must be. */
  readonly writable: boolean;
  /** The bytes it will take. */
  readonly newSize: number;
  /** The dynamic tag whose value is the new table's address. */
  readonly tag?: number;
  /** Fewer will do, where more do not fit without leaving its segment. */
  readonly least?: number;
}

/** Has the input no such table? */
export const isNew = (r: Region): boolean => r.offset < 0;

/** A region and its place, old or new. */
export interface Placed {
  readonly region: Region;
  readonly strategy: Strategy;
  readonly offset: number;
  readonly address: bigint;
  readonly why: string;
}

/** A region that has left its old place. */
export type Move = Placed;

/** A copy of a table's record, changed in place; bytes behind the fields that are known come along. */
export interface Row<V> {
  readonly bytes: Uint8Array;
  readonly view: V;
}

/** The state of one layout pass: the tables as they will be, what moved, what was said. */
export class Rewrite {
  readonly elf: ElfFile;
  readonly segments: Row<PhdrView>[];
  readonly sections: SectionRows;
  readonly placed: Placed[] = [];
  readonly notes: Note[] = [];
  /** The row of the section that names the others. */
  nameTable: number | undefined;
  /** Page size in bytes for every question of what may share a page. */
  readonly page: number;
  /** Bytes for a place of the input; they follow it when it moves. */
  readonly pokes: { offset: number; bytes: Uint8Array }[] = [];
  /** Ranges of the input that are not loaded any more. */
  readonly vacated: Range[] = [];
  /** Bytes for a place of the output. */
  readonly newBytes: { offset: number; bytes: Uint8Array }[] = [];
  /** What was tried for the region that found no place, for the error. */
  readonly tried: string[] = [];

  constructor(elf: ElfFile) {
    const h = elf.header;
    this.elf = elf;
    this.segments = rows(elf, h.phoff, h.phnum, h.phentsize).map((bytes) => ({ bytes, view: Phdr.view(viewOf(bytes), 0, h) }));
    this.sections = new SectionRows(elf);
    this.nameTable = h.shstrndx === 0 || h.shstrndx >= h.shnum ? undefined : h.shstrndx;
    const aligns = elf.segments.filter((s) => s.type === PT.LOAD).map((s) => Number(s.exact("align")));
    this.page = pageSize(h.machine, Math.max(0, largest(aligns)));
  }

  loads(): PhdrView[] {
    return this.segments.flatMap((s) => (s.view.type === PT.LOAD ? [s.view] : []));
  }

  /** The PT_LOAD that reaches highest in memory. */
  lastLoad(): PhdrView | undefined {
    return this.loads().reduce<PhdrView | undefined>((a, b) => (a && a.vaddr + a.memsz >= b.vaddr + b.memsz ? a : b), undefined);
  }

  segment(type: number): PhdrView | undefined {
    return this.segments.find((s) => s.view.type === type)?.view;
  }

  /** Gives a region its place, which may be the old one; a place it had before is taken back. */
  place(region: Region, strategy: Strategy, offset: number, address: bigint, why: string): void {
    const before = this.placed.findIndex((p) => p.region.offset === region.offset);
    if (before >= 0) this.placed.splice(before, 1);
    this.placed.push({ region, strategy, offset, address, why });
  }

  /** Fails where two tables have got the same bytes, or one those of the headers: a wrong file would read well enough. `INVARIANT`. */
  assertApart(): void {
    const h = this.elf.header, ranges = this.placed.map((p) => ({ name: p.region.name, start: p.offset, end: p.offset + p.region.newSize }));
    ranges.push({ name: "the ELF header", start: 0, end: headerSize(h) }, { name: "the program header table", start: h.phoff, end: h.phoff + this.segments.length * h.phentsize });
    ranges.sort((a, b) => a.start - b.start);
    const at = ranges.findIndex((r, i) => i > 0 && r.start < ranges[i - 1]!.end && r.start < r.end);
    if (at >= 0) fail("INVARIANT", `${ranges[at - 1]!.name} and ${ranges[at]!.name} would take the same bytes at ${hex(ranges[at]!.start)}`, { rules: ["placements"] });
  }

  get moves(): Move[] {
    return this.placed.filter((p) => p.offset !== p.region.offset && !isNew(p.region));
  }

  /** Adds a program header, in the place of an unused one where there is one; `at` counts without that. Its fields are zero but for its type. */
  addSegment(type: number, at?: number): PhdrView {
    const bytes = new Uint8Array(this.elf.header.phentsize), view = Phdr.view(viewOf(bytes), 0, this.elf.header);
    view.type = type;
    const unused = this.segments.findIndex((s) => s.view.type === PT.NULL);
    if (unused >= 0) this.segments.splice(unused, 1);
    this.segments.splice(at === undefined ? this.segments.length : at - (unused >= 0 && unused < at ? 1 : 0), 0, { bytes, view });
    return view;
  }

  /** Where a table went, by its region's name. */
  placeOf(name: string): Placed | undefined {
    return this.placed.find((p) => p.region.name === name);
  }

  /** Asks for bytes at a place of the input; they follow it when it moves. */
  poke(offset: number, bytes: Uint8Array): void {
    this.pokes.push({ offset, bytes });
  }

  /** An address or offset at a place of the input. */
  pokeWord(offset: number, value: bigint): void {
    const h = this.elf.header, bytes = new Uint8Array(wordSize(h));
    if (h.class === 64) viewOf(bytes).setBigUint64(0, value, h.littleEndian);
    else viewOf(bytes).setUint32(0, Number(value), h.littleEndian);
    this.poke(offset, bytes);
  }

  /** Two bytes at a place of the input. */
  pokeHalf(offset: number, value: number): void {
    this.poke(offset, numberBytes(value, 2, this.elf.header.littleEndian));
  }

  noRoom(what: string): never {
    return fail("NO_ROOM", `${what} found no place: ${this.tried.join("; ")}`, { tried: [...this.tried] });
  }
}

/** Copies, since the input's bytes are never written to. */
function rows(elf: ElfFile, offset: number, count: number, stride: number): Uint8Array[] {
  const b = readExactly(elf.source, offset, count * stride, "a header table").slice();
  return Array.from({ length: count }, (_, i) => b.subarray(i * stride, (i + 1) * stride));
}
