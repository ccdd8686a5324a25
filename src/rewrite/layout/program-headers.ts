import { viewOf } from "../../codec/bytes.js";
import { Phdr, type PhdrView } from "../../codec/records.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile, Header } from "../../image/elf.js";
import { PT } from "../../spec/constants.js";

/** A copy of one record, changed in place. Bytes after the fields that are known come along. */
interface Row {
  readonly bytes: Uint8Array;
  readonly view: PhdrView;
}

/** The program headers of the output: copies of the input's, and new ones. */
export class ProgramHeaders {
  readonly #header: Header;
  readonly #rows: Row[];
  #loads: readonly PhdrView[] | undefined;

  constructor({ header, source }: ElfFile) {
    const { phoff, phnum, phentsize } = header;
    this.#header = header;

    const table = readExactly(source, phoff, phnum * phentsize, "a header table").slice();
    const records = Array.from({ length: phnum }, (_, i) => table.subarray(i * phentsize, (i + 1) * phentsize));
    this.#rows = records.map((bytes) => this.#row(bytes));
  }

  get count(): number {
    return this.#rows.length;
  }

  /** The end of the table in the file, with the entries that it has now. */
  get end(): number {
    const { phoff, phentsize } = this.#header;
    return phoff + this.count * phentsize;
  }

  all(): PhdrView[] {
    return this.#rows.map((r) => r.view);
  }

  ofType(type: number): PhdrView[] {
    return this.all().filter((s) => s.type === type);
  }

  /** The first one of a type. */
  first(type: number): PhdrView | undefined {
    return this.#rows.find((r) => r.view.type === type)?.view;
  }

  /** The PT_LOADs in table order. Asked of every one of them, so that they are looked up once. */
  loads(): readonly PhdrView[] {
    return (this.#loads ??= this.ofType(PT.LOAD));
  }

  /** The PT_LOAD that reaches highest in memory. */
  lastLoad(): PhdrView | undefined {
    let last: PhdrView | undefined;
    let top = -1n;
    for (const load of this.loads()) {
      const end = load.exact("vaddr") + load.exact("memsz");
      if (end > top) last = load;
      if (end > top) top = end;
    }
    return last;
  }

  /**
   * Adds one, all of whose fields are zero but its type. Where there is an unused entry (PT_NULL), that one goes.
   *
   * @param at where it stands among the entries there are, the unused one included
   */
  add(type: number, at = this.count): PhdrView {
    const row = this.#row(new Uint8Array(this.#header.phentsize));
    row.view.type = type;
    this.#loads = undefined;

    const unused = this.#rows.findIndex((r) => r.view.type === PT.NULL);
    if (unused >= 0) this.#rows.splice(unused, 1);

    const isBefore = unused >= 0 && unused < at;
    this.#rows.splice(isBefore ? at - 1 : at, 0, row);
    return row.view;
  }

  /** Makes one PT_NULL. Its entry can serve again. */
  clear(segment: PhdrView): void {
    this.#rows.find((r) => r.view === segment)!.bytes.fill(0);
    this.#loads = undefined;
  }

  /** The whole table. */
  bytes(): Uint8Array {
    const { phentsize } = this.#header;
    const out = new Uint8Array(this.count * phentsize);
    this.#rows.forEach((r, i) => out.set(r.bytes, i * phentsize));
    return out;
  }

  #row(bytes: Uint8Array): Row {
    return { bytes, view: Phdr.view(viewOf(bytes), 0, this.#header) };
  }
}
