import { alignUp, concat, encodeText } from "../../../codec/bytes.js";
import { wordSize } from "../../../codec/encoding.js";
import { readExactly } from "../../../codec/source.js";
import type { ElfFile } from "../../../image/elf.js";
import { fileRange, sectionAt } from "../../../image/headers/sections.js";
import { SHN, SHT } from "../../../spec/constants.js";
import { compactTable } from "../../../tables/compact-strings.js";
import { GrowingStrings } from "../../../tables/strings.js";
import type { FileMap } from "../../../pieces/pieces.js";
import type { Requests } from "../../wish/requests.js";
import type { SectionRows } from "../follow/section-rows.js";
import { ownsNameTable } from "../section-names.js";

const NAME_TABLE = ".shstrtab";

/** Sections for tools that the file had not, behind everything else. Returns the new end. */
export function addSections(map: FileMap, rows: SectionRows, { newSections }: Requests, end: number): number {
  for (const { name, type, align, bytes } of newSections) {
    const offset = alignUp(end, align);
    rows.add(name, { type, offset, size: bytes.length, addralign: align });
    map.write(offset, bytes);
    end = offset + bytes.length;
  }
  return end;
}

/**
 * Writes the names at `end`, behind everything else, where the table needs new ones, and says where the section header
 * table follows.
 */
export function appendNames(
  map: FileMap,
  elf: ElfFile,
  rows: SectionRows,
  { dropped, contents }: Requests,
  end: number,
): number {
  const { shstrndx } = elf.header;
  // Symbols that took their strings from the same table have got that for themselves.
  const isShared = contents.has(shstrndx);
  const isOwned = ownsNameTable(elf, dropped) && !isShared;
  const isShort = isShared || shstrndx === 0 || rows.length > rows.inputs;

  let row = isOwned ? rows.indexOf(shstrndx) : -1;
  if (row < 0 && isShort) row = rows.add(NAME_TABLE, { type: SHT.STRTAB });
  if (row < 0) return alignUp(end, wordSize(elf.header));

  rows.nameTable = row;
  const names = nameBytes(elf, rows, row, dropped.size > 0);
  Object.assign(rows.view(row), { offset: end, size: names.length });
  map.write(end, names);
  return alignUp(end + names.length, wordSize(elf.header));
}

/**
 * Fills sh_name of every row that needs it. One that leads nowhere becomes 0: in a table that is new, or grows, it
 * would lead to another section's name.
 */
function nameBytes(elf: ElfFile, rows: SectionRows, own: number, rebuilds: boolean): Uint8Array {
  const old = oldNames(elf);
  const endsWithNul = old[old.length - 1] === 0;
  const table = new GrowingStrings(endsWithNul ? old : concat([old, new Uint8Array(1)]));

  const names = new Uint32Array(rows.length);
  rows.eachInput(({ name }, _was, row) => {
    names[row] = name < old.length ? name : 0;
  });
  for (let row = rows.inputs; row < rows.length; row++) {
    names[row] = table.add(concat([encodeText(rows.name(row)), new Uint8Array(1)]));
  }

  const all = table.bytes();
  const keepsTable = own < rows.inputs && !rebuilds;
  const { bytes, offsets } = keepsTable ? { bytes: all, offsets: names } : compactTable(all, names);
  rows.eachInput((view, _was, row) => {
    view.name = offsets[row]!;
  });
  for (let row = rows.inputs; row < rows.length; row++) rows.view(row).name = offsets[row]!;
  return bytes;
}

/** The name table of the input; a NUL where there is none. */
function oldNames(elf: ElfFile): Uint8Array {
  const { shstrndx, shnum } = elf.header;
  const isThere = shstrndx > 0 && shstrndx < shnum;
  const { offset, size } = isThere ? fileRange(sectionAt(elf, shstrndx), elf.source) : { offset: 0, size: 0 };
  return size === 0 ? new Uint8Array(1) : readExactly(elf.source, offset, size, NAME_TABLE);
}

/** The counts as the ELF header holds them; large ones stand in section header 0 (gABI, "ELF Header"). */
export function extendedNumbers(rows: SectionRows): { shnum: number; shstrndx: number } {
  const shnum = rows.length;
  const shstrndx = Math.max(0, rows.nameTable ?? 0);
  if (shnum === 0) return { shnum: 0, shstrndx: 0 };

  const zero = rows.view(0);
  const hasMany = shnum >= SHN.LORESERVE;
  const isFar = shstrndx >= SHN.LORESERVE;
  zero.size = hasMany ? shnum : 0;
  zero.link = isFar ? shstrndx : 0;
  return { shnum: hasMany ? 0 : shnum, shstrndx: isFar ? SHN.XINDEX : shstrndx };
}
