import { encodeText } from "../../codec/bytes.js";
import { SHT } from "../../spec/constants.js";
import { once } from "../once.js";
import { sectionColumns } from "./section-columns.js";
import { NameBudget, StringTable } from "../strings.js";

/**
 * The names of all sections. A name that cannot be read is empty: loaders never look at it, so it is no reason to
 * refuse a file that runs.
 */
export class SectionNames {
  /** sh_name of each section. */
  readonly #at: Uint32Array;
  readonly #table: StringTable | undefined;
  readonly #budget: NameBudget;
  /**
   * 1 for sections whose names the budget has paid for. A name is made whenever somebody asks, and many sections may
   * share one.
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
    if (this.#known) return this.#known;

    const all = this.#table?.load() ?? new Uint8Array(0);
    this.#known = all.subarray(0, all.lastIndexOf(0) + 1);
    return this.#known;
  }

  /** The name of a section, decoded as UTF-8. */
  of(index: number): string {
    const at = this.#at[index]!;
    if (at >= this.#bytes.length) return "";

    // Once the budget is spent, names are not even looked for.
    if (this.#paid[index] !== 1) this.#budget.count(0);
    const name = this.#table!.at(at);
    this.#pay(index, name.length);
    return name;
  }

  #pay(index: number, length: number): void {
    if (this.#paid[index] === 1) return;
    this.#budget.count(length);
    this.#paid[index] = 1;
  }

  /** Tells of a section whether its name begins with a text of ASCII characters, without making the name. */
  prefix(text: string): (index: number) => boolean {
    const wanted = encodeText(text);
    const bytes = this.#bytes;
    const at = this.#at;

    return (index) => {
      const start = at[index]!;
      for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false;
      return true;
    };
  }

  /** Does the section have the same name, byte by byte, as one of another file? */
  isSame(index: number, other: SectionNames, otherIndex: number): boolean {
    const bytes = this.#bytes;
    const otherBytes = other.#bytes;
    const start = this.#at[index]!;
    const otherStart = other.#at[otherIndex]!;

    let same = 0;
    while (bytes[start + same] === otherBytes[otherStart + same] && (bytes[start + same] ?? 0) !== 0) same++;
    this.#pay(index, same);
    return (bytes[start + same] ?? 0) === (otherBytes[otherStart + same] ?? 0);
  }
}

/** The names of a file's sections. */
export const sectionNames = /* @__PURE__ */ once(
  (elf): SectionNames => new SectionNames(sectionColumns(elf).name, sectionNameTable(elf)),
);

/** The section name table, as far as the file holds it; undefined where the file holds nothing of it. */
export const sectionNameTable = /* @__PURE__ */ once((elf): StringTable | undefined => {
  const { type, offset, fileSize } = sectionColumns(elf);
  const index = elf.header.shstrndx;
  if (index >= type.length || offset[index]! >= elf.source.size) return undefined;
  if (type[index] === SHT.NULL || type[index] === SHT.NOBITS) return undefined;
  return new StringTable(elf.source, offset[index]!, fileSize[index]!);
});
