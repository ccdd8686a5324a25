import { viewOf } from "../../codec/bytes.js";
import type { ByteSource } from "../../codec/source.js";
import { Shdr, type ShdrView } from "../../codec/records.js";
import { fail } from "../../error.js";
import { ET, SHF, SHT } from "../../spec/constants.js";
import type { ElfFile, Header, Section } from "../elf.js";
import { once } from "../once.js";
import { indexesOfType, loadedAt, type SectionColumns, sectionColumns } from "./section-columns.js";
import { sectionNames } from "./section-names.js";

export const readSections = (elf: ElfFile): readonly Section[] =>
  Array.from({ length: elf.header.shnum }, (_, index) => sectionAt(elf, index));

/** One section by its index, which is in the table: for who asks {@link sectionColumns} about all of them. */
export const sectionAt = (elf: ElfFile, index: number): Section => new LazySection(index, elf);

/** The sections of a type, in table order. */
export const sectionsOf = (elf: ElfFile, type: number): Section[] =>
  Array.from(indexesOfType(sectionColumns(elf), type), (i) => sectionAt(elf, i));

/** The first section of a type. */
export function firstOf(elf: ElfFile, type: number): Section | undefined {
  const index = sectionColumns(elf).type.indexOf(type);
  return index < 0 ? undefined : sectionAt(elf, index);
}

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

/** Is the section's place in the file that of its bytes in memory? Nothing of a relocatable file has one. */
export const isPlaced = ({ header }: { readonly header: Header }, s: Section): boolean =>
  header.type !== ET.REL && isLoaded(s);

/** Alignment in the file only helps tools that map sections; a larger one is not kept. */
const LARGEST_ALIGN = 4096;

/** What a section's offset is a multiple of where it is laid out anew, by its sh_addralign. */
export const fileAlignment = (addralign: number): number => Math.min(LARGEST_ALIGN, Math.max(1, addralign));

/**
 * Bytes of the section in the file: 0 for SHT_NULL and SHT_NOBITS. `TRUNCATED` where they reach past the file's end.
 */
export function fileRange(s: Section, source: ByteSource): { offset: number; size: number } {
  const { type } = s.header;
  if (type === SHT.NULL || type === SHT.NOBITS) return { offset: 0, size: 0 };

  const { offset, size } = s.header;
  if (size > 0 && offset + size > source.size) {
    fail(
      "TRUNCATED",
      `section ${s.name || s.index} (${size} bytes at 0x${offset.toString(16)}) reaches past the end of the file (${source.size} bytes)`,
      { offset, length: size, size: source.size },
    );
  }

  return { offset, size };
}

/** The bytes of a section lie in the file, as {@link fileRange} wants it. */
export function assertInFile(elf: ElfFile, c: SectionColumns, index: number): void {
  const size = c.fileSize[index]!;
  const end = c.offset[index]! + size;
  if (end > elf.source.size && (size > 0 || end > Number.MAX_SAFE_INTEGER)) {
    fileRange(sectionAt(elf, index), elf.source);
  }
}

/** `objcopy --only-keep-debug` keeps the headers of what is loaded and drops its bytes: even the code is SHT_NOBITS. */
export const isDebugFile = /* @__PURE__ */ once((elf): boolean => {
  const c = sectionColumns(elf);
  let hasCode = false;
  for (let i = 0; i < c.count; i++) {
    if (!loadedAt(c, i)) continue;
    if (c.type[i] !== SHT.NOBITS && c.type[i] !== SHT.NOTE) return false;
    hasCode ||= c.type[i] === SHT.NOBITS && (c.flags[i]! & SHF.EXECINSTR) !== 0;
  }
  return hasCode;
});
