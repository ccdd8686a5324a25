import { skipZeros } from "../../../codec/bytes.js";
import { hex } from "../../../error.js";
import { readExactly } from "../../../codec/source.js";
import type { ElfFile, SymbolTable } from "../../../image/elf.js";
import { type LoaderTable, loaderTables } from "../../../image/dynamic/loader-tables.js";
import { sectionsOf } from "../../../image/headers/sections.js";
import { ownNotes } from "../../../image/notes/notes.js";
import { dynamicRelocations } from "../../../image/relocations/relocations.js";
import { ET, PT, SHN, SHT, STB, STT } from "../../../spec/constants.js";
import { KINDS } from "../../tables/kinds.js";
import type { Table } from "../../tables/table.js";
import { TABLE_NAMES } from "../../../spec/table-kinds.js";
import { isReusableCover } from "./covers.js";
import { LIES_OVER } from "./space.js";

/** Bytes of the file, by offset and size. */
interface Bytes {
  readonly offset: number;
  readonly size: number;
}

const contains = (outer: Bytes, inner: Bytes): boolean =>
  outer.offset <= inner.offset && inner.offset + inner.size <= outer.offset + outer.size;

const overlap = (a: Bytes, b: Bytes): boolean => a.offset < b.offset + b.size && b.offset < a.offset + a.size;

/** Thrown inside this file only: why the bytes after the program header table cannot be freed. */
class Stuck {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** Does patchelf look for room behind the program header table? It refuses a file without section headers. */
export const wantsSpare = ({ header, sections }: ElfFile): boolean => header.type === ET.DYN && sections.length > 0;

/**
 * Up to where patchelf looks for room for program headers, behind a table that ends at `end`: for one more a note
 * section, as it may split PT_NOTE, and for `more` of its own.
 */
export const endOfLook = (elf: ElfFile, end: number, more: number): number =>
  end + (sectionsOf(elf, SHT.NOTE).length + more) * elf.header.phentsize;

/**
 * The tables that must leave so that the bytes from `start` to `end`, behind the program header table, can be written
 * over: `.interp`, whole note blocks, and the tables of the dynamic section. Each of them can move, as loaders reach it
 * through PT_* or DT_* alone.
 *
 * @param gone tables that leave anyway
 * @returns the tables; or the reason, in words, where something else stands there
 */
export function tablesInTheWay(
  elf: ElfFile,
  start: number,
  end: number,
  gone: readonly Table[],
): LoaderTable[] | string {
  const left = gone.flatMap((t) => t.was ?? []);
  const head: Bytes = { offset: start, size: end - start };
  const load = elf.segments.find((s) => s.type === PT.LOAD && s.offset <= start && end <= s.offset + s.filesz);
  if (!load) return "the PT_LOAD that maps the program header table ends right behind it";

  try {
    // Tables that leave anyway are checked too: they may have left for less of the head.
    const overlapping = loaderTables(elf).filter((t) => overlap(t, head));
    const tables = overlapping.filter((t) => !left.some((g) => contains(g, t)));
    const partly = tables.find((t) => t.offset < start);
    if (partly) throw new Stuck(`${TABLE_NAMES[partly.kind]} overlaps the program header table`);
    for (const table of overlapping) assertMovable(elf, table, head);

    // A cover is what an earlier move left: a table that might have been overwritten already then.
    const covers = elf.sections.filter(isReusableCover).map((s) => ({ offset: s.header.offset, size: s.header.size }));
    const taken = [...left, ...covers, ...tables];
    assertNothingElse(elf, head, taken);
    assertDescribed(elf, head, taken);

    const vaddr = load.exact("vaddr");
    assertUnreferenced(elf, vaddr + BigInt(start - load.offset), vaddr + BigInt(end - load.offset));

    return tables;
  } catch (e) {
    if (e instanceof Stuck) return e.why;
    throw e;
  }
}

/** The bytes of the table may be overwritten once it has moved: nothing in them is the program's own. */
function assertMovable(elf: ElfFile, table: LoaderTable, head: Bytes): void {
  const { mayHoldMore } = KINDS[table.kind];
  if (mayHoldMore === "behind its path" && !endsWithPath(elf, table)) {
    throw new Stuck("PT_INTERP holds more than a path, which code may address");
  }
  if (mayHoldMore !== "own notes") return;

  const own = ownNotes(elf, table).find((n) => n.offset < head.offset + head.size);
  if (own) throw new Stuck(`a note of ${own.owner}, which code may address, stands behind the program header table`);
}

/** No section and no segment stands there but the tables that leave: all others must stay. */
function assertNothingElse(elf: ElfFile, head: Bytes, taken: readonly Bytes[]): void {
  const stays = (bytes: Bytes): boolean => overlap(bytes, head) && !taken.some((t) => contains(t, bytes));

  for (const section of elf.sections) {
    const { type, offset, size } = section.header;
    const hasBytes = type !== SHT.NULL && type !== SHT.NOBITS && size > 0;
    if (!hasBytes || !stays({ offset, size })) continue;

    const name = section.name || `section ${section.index}`;
    throw new Stuck(`${name}, which code may address, stands behind the program header table`);
  }

  for (const s of elf.segments) {
    if (!LIES_OVER.includes(s.type) && s.filesz > 0 && stays({ offset: s.offset, size: s.filesz })) {
      throw new Stuck(`a segment of type ${hex(s.type)} stands behind the program header table`);
    }
  }
}

/** Up to this many zeros between two tables are padding in a file without section headers; more may be data. */
const LONGEST_PADDING = 15;

/**
 * Bytes that no header names are free only when they are zero. Those of the section header table are free, since it is
 * written anew elsewhere.
 */
function assertDescribed(elf: ElfFile, head: Bytes, taken: readonly Bytes[]): void {
  const h = elf.header;
  const known = [...taken, { offset: h.shoff, size: h.shnum * h.shentsize }];
  const bytes = readExactly(elf.source, head.offset, head.size, "the bytes behind the program header table");

  let padding = 0;
  for (let i = 0; i < bytes.length; i++) {
    const at = head.offset + i;
    if (known.some((r) => r.offset <= at && at < r.offset + r.size)) {
      padding = 0;
      continue;
    }

    if (bytes[i] !== 0) {
      throw new Stuck(
        `the byte at ${hex(at)} behind the program header table belongs to no table or section, but is not free`,
      );
    }
    if (elf.sections.length > 0) continue;

    padding++;
    if (padding > LONGEST_PADDING) {
      throw new Stuck(
        `without section headers it is not known what the bytes at ${hex(at)} behind the program header table are`,
      );
    }
  }
}

/** Do only zeros follow the path of PT_INTERP? */
function endsWithPath(elf: ElfFile, table: Bytes): boolean {
  const bytes = readExactly(elf.source, table.offset, table.size, "PT_INTERP");
  return skipZeros(bytes, bytes.indexOf(0)) === table.size;
}

/**
 * May code reach bytes through this symbol? Not through section symbols, nor through the local ones that start files
 * put on their notes (__abi_tag). A thread-local symbol's value is no address, and an absolute symbol has no bytes.
 */
function leadsToBytes(elf: ElfFile, symbol: { readonly info: number; readonly shndx: number }): boolean {
  const { info, shndx } = symbol;
  const type = info & 15;
  const binding = info >> 4;
  if (shndx === SHN.UNDEF || shndx >= SHN.LORESERVE || type === STT.SECTION || type === STT.TLS) return false;
  return binding !== STB.LOCAL || elf.sections[shndx]?.header.type !== SHT.NOTE;
}

/** No symbol and no relocation leads to the bytes that the grown table overwrites: code would reach them. */
function assertUnreferenced(elf: ElfFile, start: bigint, end: bigint): void {
  const isInside = (address: bigint): boolean => start <= address && address < end;

  for (const table of [elf.dynamicSymbols, elf.symbols]) {
    for (const { index, symbol } of table?.records() ?? []) {
      if (isInside(symbol.exact("value")) && leadsToBytes(elf, symbol)) {
        const name = nameOf(table!, symbol.name) || index;
        throw new Stuck(`symbol ${name} stands behind the program header table`);
      }
    }
  }

  for (const { offset, symbol, addend } of dynamicRelocations(elf)) {
    const isRelativeTo = symbol === 0 && addend !== undefined && isInside(addend);
    if (isInside(offset) || isRelativeTo) {
      throw new Stuck("a relocation leads to the bytes behind the program header table");
    }
  }
}

/** The symbol's name; empty where st_name leads nowhere. */
const nameOf = (table: SymbolTable, at: number): string =>
  table.strings && at < table.strings.size ? table.strings.at(at) : "";
