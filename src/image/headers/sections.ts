import { viewOf } from "../../codec/bytes.js";
import type { ByteSource } from "../../codec/source.js";
import { Shdr, type ShdrView } from "../../codec/records.js";
import { fail, hex } from "../../error.js";
import { ET, SHF, SHT } from "../../spec/constants.js";
import type { ElfFile, Header, Section } from "../elf.js";
import { once } from "../once.js";
import { indexesOfType, loadedAt, type SectionColumns, sectionColumns } from "./section-columns.js";
import { sectionNames } from "./section-names.js";

/** All sections, in table order. */
export const readSections = (elf: ElfFile): readonly Section[] =>
  Array.from({ length: elf.header.shnum }, (_, index) => sectionAt(elf, index));

/** The section with this index, which is in the table. {@link sectionColumns} is quicker for questions about all. */
export const sectionAt = (elf: ElfFile, index: number): Section => new LazySection(index, elf);

/** The sections of a type, in table order. */
export const sectionsOf = (elf: ElfFile, type: number): Section[] =>
  Array.from(indexesOfType(sectionColumns(elf), type), (i) => sectionAt(elf, i));

/** The first section of a type. */
export function firstSectionOf(elf: ElfFile, type: number): Section | undefined {
  const index = sectionColumns(elf).type.indexOf(type);
  return index < 0 ? undefined : sectionAt(elf, index);
}

/** A section whose header and name are read at first use. */
class LazySection implements Section {
  readonly index: number;
  readonly #elf: ElfFile;
  #header: ShdrView | undefined;
  #name: string | undefined;

  constructor(index: number, elf: ElfFile) {
    this.index = index;
    this.#elf = elf;
  }

  get header(): ShdrView {
    const h = this.#elf.header;
    return (this.#header ??= Shdr.view(viewOf(sectionColumns(this.#elf).bytes), this.index * h.shentsize, h));
  }

  get name(): string {
    return (this.#name ??= sectionNames(this.#elf).of(this.index));
  }
}

/** Does the section take memory when the program runs? */
export const isLoaded = (s: Section): boolean => (s.header.flags & SHF.ALLOC) !== 0;

/** Does the section have a fixed place in the file, since it is loaded from there? In a relocatable file none has. */
export const isPlaced = ({ header }: { readonly header: Header }, s: Section): boolean =>
  header.type !== ET.REL && isLoaded(s);

/** Alignment in the file only helps tools that map sections. A larger one is not kept. */
const LARGEST_ALIGN = 4096;

/** What the offset of a section is made a multiple of when it is laid out anew, by its sh_addralign. */
export const fileAlignment = (addralign: number): number => Math.min(LARGEST_ALIGN, Math.max(1, addralign));

/**
 * Where the section's bytes are in the file. SHT_NULL and SHT_NOBITS have none. `TRUNCATED` where they reach past the
 * end of the file.
 */
export function fileRange(s: Section, source: ByteSource): { offset: number; size: number } {
  const { type } = s.header;
  if (type === SHT.NULL || type === SHT.NOBITS) return { offset: 0, size: 0 };

  const { offset, size } = s.header;
  if (size > 0 && offset + size > source.size) {
    fail(
      "TRUNCATED",
      `section ${s.name || s.index} (${size} bytes at ${hex(offset)}) ` +
        `reaches past the end of the file (${source.size} bytes)`,
      { offset, length: size, size: source.size },
    );
  }

  return { offset, size };
}

/** Does the section have bytes that the file has not? */
export const isCutAt = ({ offset, wholeSize }: SectionColumns, index: number, fileSize: number): boolean =>
  wholeSize[index]! > 0 && offset[index]! + wholeSize[index]! > fileSize;

/** Throws what {@link fileRange} throws where the bytes of a section are not in the file. */
export function assertInFile(elf: ElfFile, columns: SectionColumns, index: number): void {
  if (isCutAt(columns, index, elf.source.size)) fileRange(sectionAt(elf, index), elf.source);
}

/** {@link assertInFile} in a relocatable file. In others, a rewrite can do without the bytes of most sections. */
export function assertInObject(elf: ElfFile, columns: SectionColumns, index: number): void {
  if (elf.header.type === ET.REL) assertInFile(elf, columns, index);
}

/**
 * Is it a separate debug file? `objcopy --only-keep-debug` keeps the headers of loaded sections and drops their bytes,
 * so that even code and constants are SHT_NOBITS: a program has no use for zeros that it cannot write to.
 */
export const isDebugFile = /* @__PURE__ */ once((elf): boolean => {
  const columns = sectionColumns(elf);
  let hasLostBytes = false;
  for (let i = 0; i < columns.count; i++) {
    if (!loadedAt(columns, i)) continue;
    const type = columns.type[i];
    if (type !== SHT.NOBITS && type !== SHT.NOTE) return false;
    const isData = (columns.flags[i]! & (SHF.WRITE | SHF.EXECINSTR)) === SHF.WRITE;
    hasLostBytes ||= type === SHT.NOBITS && !isData;
  }
  return hasLostBytes;
});
