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

/** Adds sections for tools that the file did not have, after everything else. Returns the new end of the output. */
export function addSections(map: FileMap, rows: SectionRows, { newSections }: Requests, end: number): number {
  let newEnd = end;
  for (const { name, type, align, bytes } of newSections) {
    const offset = alignUp(newEnd, align);
    rows.add(name, { type, offset, size: bytes.length, addralign: align });
    map.write(offset, bytes);
    newEnd = offset + bytes.length;
  }
  return newEnd;
}

/**
 * Writes the name table at `end`, after everything else, where it needs to be new. Returns where the section header
 * table goes.
 */
export function appendNames(
  map: FileMap,
  elf: ElfFile,
  rows: SectionRows,
  { dropped, contents }: Requests,
  end: number,
): number {
  const { shstrndx } = elf.header;

  // Where symbols took their strings from the same table, its new bytes are theirs alone.
  const isShared = contents.has(shstrndx);
  const isOwned = ownsNameTable(elf, dropped) && !isShared;
  const needsNames = isShared || shstrndx === 0 || rows.length > rows.inputs;

  let row = isOwned ? rows.indexOf(shstrndx) : -1;
  if (row < 0 && needsNames) row = rows.add(NAME_TABLE, { type: SHT.STRTAB });
  if (row < 0) return alignUp(end, wordSize(elf.header));

  rows.nameTable = row;
  const names = nameBytes(elf, rows, row, dropped.size > 0);
  Object.assign(rows.view(row), { offset: end, size: names.length });
  map.write(end, names);
  return alignUp(end + names.length, wordSize(elf.header));
}

/**
 * Makes the name table's bytes, and sets sh_name of every row. One that leads nowhere becomes 0: in a table that is
 * new, or that grows, it would lead to another section's name.
 *
 * @param own the name table's row
 * @param rebuilds are names that nobody uses any more taken out?
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

/** The bytes of the input's name table; one NUL where there is none. */
function oldNames(elf: ElfFile): Uint8Array {
  const { shstrndx, shnum } = elf.header;
  const none = new Uint8Array(1);
  const isThere = shstrndx > 0 && shstrndx < shnum;
  if (!isThere) return none;

  const { offset, size } = fileRange(sectionAt(elf, shstrndx), elf.source);
  return size === 0 ? none : readExactly(elf.source, offset, size, NAME_TABLE);
}

/** e_shnum and e_shstrndx for the ELF header. Large ones go to section header 0 (gABI, "ELF Header"). */
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
