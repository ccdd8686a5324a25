import { ascending, countUp, filtered } from "../../codec/ascending.js";
import { Shdr } from "../../codec/records.js";
import { type ByteSource, readExactly } from "../../codec/source.js";
import { ET, SHF, SHT } from "../../spec/constants.js";
import type { Header } from "../elf.js";
import { once } from "../once.js";
import { assertSafe } from "./section-table.js";

/**
 * The section header table as columns, one array a field. An object file may have several sections for each function,
 * and an object for each section would cost more than the work on it. Doubles are exact up to 2^53, and near above.
 */
export interface SectionColumns {
  readonly count: number;
  /** The records themselves. */
  readonly bytes: Uint8Array;
  readonly name: Uint32Array;
  readonly type: Uint32Array;
  /** The lower 32 bits of sh_flags. No known flag is above them. */
  readonly flags: Uint32Array;
  readonly offset: Float64Array;
  /**
   * Bytes in the file: 0 for SHT_NULL and SHT_NOBITS. What reaches past the end of the file does not count, but in a
   * relocatable file.
   */
  readonly fileSize: Float64Array;
  /** The same with what reaches past the end of the file. */
  readonly wholeSize: Float64Array;
  readonly align: Float64Array;
  readonly link: Uint32Array;
  readonly info: Uint32Array;
}

/** The bytes of the section header table. Where it has no entries, e_shoff may say anything. */
const tableBytes = (source: ByteSource, h: Header): Uint8Array =>
  h.shnum === 0 ? new Uint8Array(0) : readExactly(source, h.shoff, h.shnum * h.shentsize, "the section header table");

/** The section header table of a file. `TRUNCATED`. */
export const sectionColumns = /* @__PURE__ */ once(({ source, header: h }): SectionColumns => {
  const bytes = tableBytes(source, h);
  const count = h.shnum;
  if (h.type === ET.REL) assertSafe(bytes, count, h, h.shentsize);

  const words = (field: "name" | "type" | "flags" | "link" | "info") => Shdr.words(field, bytes, count, h, h.shentsize);
  const doubles = (field: "offset" | "size" | "addralign") => Shdr.doubles(field, bytes, count, h, h.shentsize);

  const type = words("type");
  const offset = doubles("offset");
  const wholeSize = doubles("size");
  for (let i = 0; i < count; i++) {
    if (type[i] === SHT.NULL || type[i] === SHT.NOBITS) wholeSize[i] = 0;
  }

  // The bytes of a section need only be there for whoever reads them. In a relocatable file everybody does.
  const fileSize = wholeSize.slice();
  if (h.type !== ET.REL) {
    for (let i = 0; i < count; i++) fileSize[i] = Math.max(0, Math.min(fileSize[i]!, source.size - offset[i]!));
  }

  return {
    count,
    bytes,
    name: words("name"),
    type,
    flags: words("flags"),
    offset,
    fileSize,
    wholeSize,
    align: doubles("addralign"),
    link: words("link"),
    info: words("info"),
  };
});

/** `isLoaded` for a section's index. */
export const loadedAt = (columns: SectionColumns, i: number): boolean => (columns.flags[i]! & SHF.ALLOC) !== 0;

/** `isPlaced` for a section's index. */
export const placedAt = ({ header }: { readonly header: Header }, columns: SectionColumns, i: number): boolean =>
  header.type !== ET.REL && loadedAt(columns, i);

/** The indexes of the sections that pass the test. */
export const indexesWhere = ({ count }: SectionColumns, test: (index: number) => boolean): Uint32Array =>
  filtered(countUp(count), test);

/** The indexes of the sections of this type. */
export const indexesOfType = (columns: SectionColumns, type: number): Uint32Array =>
  indexesWhere(columns, (i) => columns.type[i] === type);

/** The indexes of all sections in the order of their offsets. Those with the same offset are in table order. */
export const sectionsByOffset = /* @__PURE__ */ once((elf): Uint32Array =>
  ascending(sectionColumns(elf).offset, elf.header.shnum),
);

/** The indexes of all sections except those of type SHT_NULL. */
export const realSections = (columns: SectionColumns): Uint32Array =>
  indexesWhere(columns, (i) => columns.type[i] !== SHT.NULL);
