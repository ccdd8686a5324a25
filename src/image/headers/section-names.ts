import { SHT } from "../../spec/constants.js";
import { once } from "../once.js";
import { sectionColumns } from "./section-columns.js";
import { NameBudget, StringTable } from "../strings.js";

/**
 * The names of all sections. One that cannot be read is empty: no reason to refuse a file that runs, since loaders
 * never look at it.
 */
export class SectionNames {
  /** sh_name of each section. */
  readonly #at: Uint32Array;
  readonly #table: StringTable | undefined;
  readonly #budget: NameBudget;
  /**
   * 1 for names that the budget has paid for: each is made as often as somebody asks, and many sections may share one.
   */
  readonly #paid: Uint8Array;
  /** The table's bytes, up to its last NUL. */
  #known: Uint8Array | undefined;

  constructor(at: Uint32Array, table: StringTable | undefined) {
    this.#at = at;
    this.#table = table;
    this.#budget = new NameBudget(table);
    this.#paid = new Uint8Array(at.length);
  }

  get #bytes(): Uint8Array {
    if (!this.#known) {
      const all = this.#table?.load() ?? new Uint8Array(0);
      this.#known = all.subarray(0, all.lastIndexOf(0) + 1);
    }
    return this.#known;
  }

  /** The name as UTF-8. */
  of(index: number): string {
    const at = this.#at[index]!;
    if (at >= this.#bytes.length) return "";
    const name = this.#table!.at(at);
    this.#pay(index, name.length);
    return name;
  }

  #pay(index: number, length: number): void {
    if (this.#paid[index] === 1) return;
    this.#budget.count(length);
    this.#paid[index] = 1;
  }

  /** Tells whether names begin with a text of ASCII characters, without making them. */
  prefix(text: string): (index: number) => boolean {
    const wanted = Uint8Array.from(text, (c) => c.charCodeAt(0));
    const bytes = this.#bytes;
    const at = this.#at;
    return (index) => {
      const start = at[index]!;
      for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false;
      return true;
    };
  }

  /** Has the section the same name, byte by byte, as one of another file? */
  isSame(index: number, other: SectionNames, otherIndex: number): boolean {
    const a = this.#bytes;
    const b = other.#bytes;
    const from = this.#at[index]!;
    const start = other.#at[otherIndex]!;
    let n = 0;
    while (a[from + n] === b[start + n] && (a[from + n] ?? 0) !== 0) n++;
    this.#pay(index, n);
    return (a[from + n] ?? 0) === (b[start + n] ?? 0);
  }
}

export const sectionNames = /* @__PURE__ */ once(
  (elf): SectionNames => new SectionNames(sectionColumns(elf).name, sectionNameTable(elf)),
);

/** The section name table as far as the file holds it. */
export const sectionNameTable = /* @__PURE__ */ once((elf): StringTable | undefined => {
  const { type, offset, fileSize } = sectionColumns(elf);
  const index = elf.header.shstrndx;
  if (
    index >= type.length ||
    type[index] === SHT.NULL ||
    type[index] === SHT.NOBITS ||
    offset[index]! >= elf.source.size
  ) {
    return undefined;
  }

  return new StringTable(elf.source, offset[index]!, fileSize[index]!);
});
