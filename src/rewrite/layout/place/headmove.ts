import { skipZeros } from "../../../codec/bytes.js";
import { hex } from "../../../error.js";
import { readExactly } from "../../../codec/source.js";
import type { ElfFile, SymbolTable } from "../../../image/elf.js";
import { type LoaderTable, loaderTables } from "../../../image/dynamic/loader-tables.js";
import { ownNotes } from "../../../image/notes/notes.js";
import { dynamicRelocations } from "../../../image/relocations/relocations.js";
import { PT, SHN, SHT, STB, STT } from "../../../spec/constants.js";
import { KINDS } from "../../tables/kinds.js";
import type { Table } from "../../tables/table.js";
import { TABLE_NAMES } from "../../../spec/table-kinds.js";
import type { Ground } from "./ground.js";
import { isFree } from "./covers.js";
import { LIES_OVER } from "./space.js";

/** Bytes of the file, by offset and size. */
interface Bytes {
  readonly offset: number;
  readonly size: number;
}

const contains = (outer: Bytes, inner: Bytes): boolean =>
  outer.offset <= inner.offset && inner.offset + inner.size <= outer.offset + outer.size;
const overlap = (a: Bytes, b: Bytes): boolean => a.offset < b.offset + b.size && b.offset < a.offset + a.size;

/** Thrown inside this file only: why the bytes behind the table cannot be freed. */
class Stuck {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/**
 * The tables that must leave so that the program header table can grow from `start` to `end`: `.interp`, whole note
 * blocks, and the tables of the dynamic section. Each can move, as loaders reach it through PT_* or DT_* alone; a
 * reason in words where something else stands there. `gone` are tables that leave anyway.
 */
export function headBlocks(ground: Ground, start: number, end: number, gone: readonly Table[]): Table[] | string {
  const { elf } = ground;
  const left = gone.flatMap((t) => t.was ?? []);
  const head: Bytes = { offset: start, size: end - start };
  const load = elf.segments.find((s) => s.type === PT.LOAD && s.offset <= start && end <= s.offset + s.filesz);
  if (!load) return "the PT_LOAD that maps the program header table ends right behind it";

  try {
    // A table that leaves anyway is looked at, too: it may have left for less of the head.
    const overlapping = loaderTables(elf).filter((t) => overlap(t, head));
    const tables = overlapping.filter((t) => !left.some((g) => contains(g, t)));
    for (const t of overlapping) assertMovable(elf, t, head);
    // What an earlier move left here was a table that might have been overwritten then.
    const covers = elf.sections.filter(isFree).map((s) => ({ offset: s.header.offset, size: s.header.size }));
    const taken = [...left, ...covers, ...tables];
    assertNothingElse(elf, head, taken);
    assertDescribed(elf, head, taken);
    assertUnreferenced(
      elf,
      load.exact("vaddr") + BigInt(start - load.offset),
      load.exact("vaddr") + BigInt(end - load.offset),
    );

    return tables.map((t) => ground.tableAt(t));
  } catch (e) {
    if (e instanceof Stuck) return e.why;
    throw e;
  }
}

/** A table whose bytes may be overwritten once it has moved: nothing in them is the program's own. */
function assertMovable(elf: ElfFile, t: LoaderTable, head: Bytes): void {
  const { mayHoldMore } = KINDS[t.kind];
  if (t.offset < head.offset) throw new Stuck(`${TABLE_NAMES[t.kind]} overlaps the program header table`);
  if (mayHoldMore === "behind its path" && !endsWithPath(elf, t)) {
    throw new Stuck("PT_INTERP holds more than a path, which code may address");
  }

  const odd =
    mayHoldMore === "own notes" ? ownNotes(elf, t).find((n) => n.offset < head.offset + head.size) : undefined;
  if (odd) throw new Stuck(`a note of ${odd.owner}, which code may address, stands behind the program header table`);
}

/** Sections and segments that are none of the tables must stay. */
function assertNothingElse(elf: ElfFile, head: Bytes, taken: readonly Bytes[]): void {
  const stays = (b: Bytes) => overlap(b, head) && !taken.some((t) => contains(t, b));
  for (const s of elf.sections) {
    const { type, offset, size } = s.header;
    if (type !== SHT.NULL && type !== SHT.NOBITS && size > 0 && stays({ offset, size })) {
      throw new Stuck(
        `${s.name || `section ${s.index}`}, which code may address, stands behind the program header table`,
      );
    }
  }

  for (const s of elf.segments) {
    if (!LIES_OVER.includes(s.type) && s.filesz > 0 && stays({ offset: s.offset, size: s.filesz })) {
      throw new Stuck(`a segment of type ${hex(s.type)} stands behind the program header table`);
    }
  }
}

/** Zeros between two tables of a file without section headers are padding up to this many bytes; more may be data. */
const LONGEST_PADDING = 15;

/** Bytes that no header names are only free when they are zero; the section header table is written anew elsewhere. */
function assertDescribed(elf: ElfFile, head: Bytes, taken: readonly Bytes[]): void {
  const h = elf.header;
  const known = [...taken, { offset: h.shoff, size: h.shnum * h.shentsize }];
  const b = readExactly(elf.source, head.offset, head.size, "the bytes behind the program header table");
  let padding = 0;

  for (let i = 0; i < b.length; i++) {
    const at = head.offset + i;
    if (known.some((r) => r.offset <= at && at < r.offset + r.size)) {
      padding = 0;
    } else if (b[i] !== 0) {
      throw new Stuck(
        `the byte at ${hex(at)} behind the program header table belongs to no table or section, but is not free`,
      );
    } else if (elf.sections.length === 0 && ++padding > LONGEST_PADDING) {
      throw new Stuck(
        `without section headers it is not known what the bytes at ${hex(at)} behind the program header table are`,
      );
    }
  }
}

function endsWithPath(elf: ElfFile, t: Bytes): boolean {
  const b = readExactly(elf.source, t.offset, t.size, "PT_INTERP");
  return skipZeros(b, b.indexOf(0)) === t.size;
}

/**
 * May code reach bytes through this symbol? Not through section symbols, nor through the local ones that start files
 * put on their notes (__abi_tag); a thread-local symbol's value is no address, an absolute one's is nobody's bytes.
 */
function leadsToBytes(elf: ElfFile, s: { readonly info: number; readonly shndx: number }): boolean {
  const type = s.info & 15;
  if (s.shndx === SHN.UNDEF || s.shndx >= SHN.LORESERVE || type === STT.SECTION || type === STT.TLS) return false;
  return s.info >> 4 !== STB.LOCAL || elf.sections[s.shndx]?.header.type !== SHT.NOTE;
}

/**
 * The bytes that the grown table overwrites must not be anything that code reaches: no symbol, no relocation may lead
 * there.
 */
function assertUnreferenced(elf: ElfFile, start: bigint, end: bigint): void {
  const inside = (a: bigint) => start <= a && a < end;
  for (const table of [elf.dynamicSymbols, elf.symbols]) {
    for (const { index, symbol: s } of table?.records() ?? []) {
      if (inside(s.exact("value")) && leadsToBytes(elf, s)) {
        throw new Stuck(`symbol ${nameOf(table!, s.name) || index} stands behind the program header table`);
      }
    }
  }

  for (const r of dynamicRelocations(elf)) {
    if (inside(r.offset) || (r.symbol === 0 && r.addend !== undefined && inside(r.addend))) {
      throw new Stuck(`a relocation leads to the bytes behind the program header table`);
    }
  }
}

const nameOf = (table: SymbolTable, at: number): string =>
  table.strings && at < table.strings.size ? table.strings.at(at) : "";
