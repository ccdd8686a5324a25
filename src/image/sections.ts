import type { ByteSource } from "../codec/source.js";
import { readExactly } from "../codec/source.js";
import { Shdr, type ShdrView } from "../codec/records.js";
import type { ReadonlyView } from "../codec/struct.js";
import type { SHDR } from "../spec/records.js";
import { fail } from "../error.js";
import { ET, SHF, SHT } from "../spec/constants.js";
import type { Header } from "./header.js";
import { NameBudget, StringTable } from "./strings.js";

/** A section header and its name. */
export interface Section {
  /** Its place in the section header table. */
  readonly index: number;
  /** From the section name table; empty where there is none or sh_name points outside it. */
  readonly name: string;
  /** The fields by their gABI names, in bytes. */
  readonly header: ReadonlyView<typeof SHDR>;
}

export function readSections(source: ByteSource, h: Header): readonly Section[] {
  // A table of no entries has no place: e_shoff may say anything.
  if (h.shnum === 0) return [];
  const headers = Shdr.table(readExactly(source, h.shoff, h.shnum * h.shentsize, "the section header table"), h, h.shentsize);
  const names = nameTable(source, headers[h.shstrndx]);
  const budget = new NameBudget(names?.size ?? 0);
  return headers.map((header, index) => new LazySection(index, header, names, budget));
}

function nameTable(source: ByteSource, header: ShdrView | undefined): StringTable | undefined {
  if (!header || header.type === SHT.NULL || header.type === SHT.NOBITS) return undefined;
  const offset = Number(header.exact("offset")), size = Number(header.exact("size"));
  if (offset >= source.size) return undefined;
  return new StringTable(source, offset, size);
}

class LazySection implements Section {
  readonly index: number;
  readonly header: ShdrView;
  readonly #names: StringTable | undefined;
  readonly #budget: NameBudget;
  #name: string | undefined;

  constructor(index: number, header: ShdrView, names: StringTable | undefined, budget: NameBudget) {
    this.index = index;
    this.header = header;
    this.#names = names;
    this.#budget = budget;
  }

  get name(): string {
    if (this.#name === undefined) {
      const t = this.#names, at = this.header.name;
      // A name that cannot be read is no reason to refuse a file that runs: loaders never look at it.
      const whole = t && at < t.size && t.load().indexOf(0, at) >= 0;
      this.#name = whole ? this.#budget.spend(t.at(at)) : "";
    }
    return this.#name;
  }
}

/** Does the section take memory when the program runs? */
export const isLoaded = (s: Section): boolean => (s.header.flags & SHF.ALLOC) !== 0;

/** Is the section's place in the file that of its bytes in memory? Nothing of a relocatable file has one. */
export const isPlaced = ({ header }: { readonly header: Header }, s: Section): boolean => header.type !== ET.REL && isLoaded(s);

/** Alignment in the file only helps tools that map sections; a larger one is not kept. */
const LARGEST_ALIGN = 4096;

/** What the section's offset is a multiple of where it is laid out anew. */
export const fileAlignment = (s: Section): number => Math.min(LARGEST_ALIGN, Math.max(1, s.header.near("addralign")));

/** Bytes of the section in the file: 0 for SHT_NULL and SHT_NOBITS. `TRUNCATED` where they reach past the file's end. */
export function fileRange(s: Section, source: ByteSource): { offset: number; size: number } {
  const { type } = s.header;
  if (type === SHT.NULL || type === SHT.NOBITS) return { offset: 0, size: 0 };
  const { offset, size } = s.header;
  if (size > 0 && offset + size > source.size)
    fail("TRUNCATED", `section ${s.name || s.index} (${size} bytes at 0x${offset.toString(16)}) reaches past the end of the file (${source.size} bytes)`, { offset, length: size, size: source.size });
  return { offset, size };
}

/** `objcopy --only-keep-debug` keeps the headers of what is loaded and drops its bytes: even the code is SHT_NOBITS. */
export function isDebugFile(elf: { readonly sections: readonly Section[] }): boolean {
  const loaded = elf.sections.filter(isLoaded).map((s) => s.header);
  return loaded.every((h) => h.type === SHT.NOBITS || h.type === SHT.NOTE) && loaded.some((h) => h.type === SHT.NOBITS && (h.flags & SHF.EXECINSTR) !== 0);
}
