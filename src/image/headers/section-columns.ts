import { ascending, counting, where } from "../../codec/ascending.js";
import { Shdr } from "../../codec/records.js";
import { type ByteSource, readExactly } from "../../codec/source.js";
import { ET, SHF, SHT } from "../../spec/constants.js";
import type { Header } from "../elf.js";
import { once } from "../once.js";

/**
 * The section header table as columns, one array a field: an object file has sections for each of very many functions,
 * and an object for each costs more than the work on it. Doubles are exact up to 2^53, and near above.
 */
export interface SectionColumns {
  readonly count: number;
  /** The records themselves. */
  readonly bytes: Uint8Array;
  readonly name: Uint32Array;
  readonly type: Uint32Array;
  /** The lower 32 bits: no flag that is known is above. */
  readonly flags: Uint32Array;
  readonly offset: Float64Array;
  /** Bytes in the file: 0 for SHT_NULL and SHT_NOBITS. */
  readonly fileSize: Float64Array;
  readonly align: Float64Array;
  readonly link: Uint32Array;
  readonly info: Uint32Array;
}

/** The section header table. A table of no entries has no place: e_shoff may say anything. */
const tableBytes = (source: ByteSource, h: Header): Uint8Array =>
  h.shnum === 0 ? new Uint8Array(0) : readExactly(source, h.shoff, h.shnum * h.shentsize, "the section header table");

export const sectionColumns = /* @__PURE__ */ once(({ source, header: h }): SectionColumns => {
  const bytes = tableBytes(source, h);
  const count = h.shnum;
  const words = (field: "name" | "type" | "flags" | "link" | "info") => Shdr.words(field, bytes, count, h, h.shentsize);
  const doubles = (field: "offset" | "size" | "addralign") => Shdr.doubles(field, bytes, count, h, h.shentsize);
  const type = words("type");
  const fileSize = doubles("size");
  for (let i = 0; i < count; i++) if (type[i] === SHT.NULL || type[i] === SHT.NOBITS) fileSize[i] = 0;

  return {
    count,
    bytes,
    name: words("name"),
    type,
    flags: words("flags"),
    offset: doubles("offset"),
    fileSize,
    align: doubles("addralign"),
    link: words("link"),
    info: words("info"),
  };
});

/** `isLoaded` by the section's index. */
export const loadedAt = (c: SectionColumns, i: number): boolean => (c.flags[i]! & SHF.ALLOC) !== 0;

/** `isPlaced` by the section's index. */
export const placedAt = ({ header }: { readonly header: Header }, c: SectionColumns, i: number): boolean =>
  header.type !== ET.REL && loadedAt(c, i);

/** The indexes of the sections of which this holds. */
export const indexesWhere = ({ count }: SectionColumns, test: (index: number) => boolean): Uint32Array =>
  where(counting(count), test);

export const indexesOfType = (c: SectionColumns, type: number): Uint32Array =>
  indexesWhere(c, (i) => c.type[i] === type);

/** The indexes of all sections in the order of their offsets, those at the same place in table order. */
export const sectionsByOffset = /* @__PURE__ */ once((elf): Uint32Array =>
  ascending(sectionColumns(elf).offset, elf.header.shnum),
);

/** The indexes of all sections but those of type SHT_NULL. */
export const realSections = (c: SectionColumns): Uint32Array => indexesWhere(c, (i) => c.type[i] !== SHT.NULL);
