import { countUp } from "../../../codec/ascending.js";
import { viewOf } from "../../../codec/bytes.js";
import { Shdr, type ShdrView } from "../../../codec/records.js";
import type { ElfFile, Header } from "../../../image/elf.js";
import { sectionColumns } from "../../../image/headers/section-columns.js";
import { type SectionNames, sectionNames } from "../../../image/headers/section-names.js";

/** The fields of a section that the input does not have. What is not given is 0, but sh_addralign is 1. */
export type NewFields = Partial<
  Record<"type" | "flags" | "offset" | "size" | "addralign" | "entsize" | "link" | "info", number>
>;

/** A section header that the input does not have. */
interface NewRow {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The section headers of the output, each by its row there. Those that are left of the input stand first, as one copy
 * of its table; new ones follow.
 */
export class SectionRows {
  readonly #header: Header;
  readonly #names: SectionNames;
  readonly #table: Uint8Array;
  readonly #data: DataView;
  /** The index in the input of each row that comes from it. */
  #was: Uint32Array;
  readonly #added: NewRow[] = [];
  /** The row of the section that holds the names: undefined where the input has none, -1 once it is taken out. */
  nameTable: number | undefined;

  constructor(elf: ElfFile) {
    const { bytes, count } = sectionColumns(elf);
    const { shstrndx, shnum } = elf.header;
    const hasNames = shstrndx !== 0 && shstrndx < shnum;

    this.#header = elf.header;
    this.#names = sectionNames(elf);
    this.#table = bytes.slice();
    this.#data = viewOf(this.#table);
    this.#was = countUp(count);
    this.nameTable = hasNames ? shstrndx : undefined;
  }

  get length(): number {
    return this.#was.length + this.#added.length;
  }

  /** How many rows come from the input; they stand first. */
  get inputs(): number {
    return this.#was.length;
  }

  /** The index in the input of a row; undefined for a new section. */
  was(row: number): number | undefined {
    return this.#was[row];
  }

  /** The row of the section with this index in the input, or -1. */
  indexOf(was: number): number {
    return this.#was.indexOf(was);
  }

  name(row: number): string {
    if (row < this.inputs) return this.#names.of(this.#was[row]!);
    return this.#added[row - this.inputs]!.name;
  }

  view(row: number): ShdrView {
    if (row < this.inputs) return Shdr.view(this.#data, row * this.#header.shentsize, this.#header);
    return Shdr.view(viewOf(this.#added[row - this.inputs]!.bytes), 0, this.#header);
  }

  /** Visits the rows that come from the input. They share one view, which moves on. */
  eachInput(visit: (view: ShdrView, was: number, row: number) => void): void {
    if (this.inputs === 0) return;

    const view = Shdr.view(this.#data, 0, this.#header);
    for (let row = 0; row < this.inputs; row++) {
      view.moveTo(row * this.#header.shentsize);
      visit(view, this.#was[row]!, row);
    }
  }

  /** Makes a header that comes from the input all zeros. */
  clear(row: number): void {
    const { shentsize } = this.#header;
    this.#table.fill(0, row * shentsize, (row + 1) * shentsize);
  }

  /** Adds a new section after all others. Returns its row. */
  add(name: string, fields: NewFields): number {
    const bytes = new Uint8Array(this.#header.shentsize);
    Object.assign(Shdr.view(viewOf(bytes), 0, this.#header), { addralign: 1, ...fields });
    this.#added.push({ name, bytes });
    return this.length - 1;
  }

  /** Takes out the rows of the input that do not stay. The name table is followed. */
  retain(stays: (was: number) => boolean): void {
    const { shentsize } = this.#header;
    const was = this.#was;
    const names = this.nameTable === undefined ? undefined : was[this.nameTable];

    // Runs of rows that stay move down as one.
    let count = 0;
    for (let row = 0; row < was.length;) {
      let end = row;
      while (end < was.length && stays(was[end]!)) end++;
      if (row !== count) {
        this.#table.copyWithin(count * shentsize, row * shentsize, end * shentsize);
        was.copyWithin(count, row, end);
      }

      count += end - row;
      row = end + 1;
    }

    this.#was = was.subarray(0, count);
    if (names !== undefined) this.nameTable = this.indexOf(names);
  }

  /** The whole table. */
  bytes(): Uint8Array {
    const { shentsize } = this.#header;
    const inputs = this.#table.subarray(0, this.inputs * shentsize);
    if (this.#added.length === 0) return inputs;

    const all = new Uint8Array(this.length * shentsize);
    all.set(inputs);
    this.#added.forEach((r, i) => all.set(r.bytes, (this.inputs + i) * shentsize));
    return all;
  }
}
