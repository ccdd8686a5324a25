import { viewOf } from "../../../codec/bytes.js";
import { wordSize } from "../../../codec/encoding.js";
import type { Note } from "../../../error.js";
import type { ElfFile } from "../../../image/elf.js";
import type { Range } from "../../../pieces/ranges.js";
import type { TableWrite } from "../../wish/dynamic-tables.js";
import type { ProgramHeaders } from "../program-headers.js";
import { SectionRows } from "./section-rows.js";

/**
 * What following changes: program headers, section headers, and single bytes. These are given by their places in the
 * input, and go where their places go.
 */
export class Following {
  readonly elf: ElfFile;
  readonly headers: ProgramHeaders;
  readonly rows: SectionRows;
  readonly pokes: TableWrite[] = [];
  /** What is made zero of the bytes that moved tables have left. */
  readonly cleared: Range[] = [];
  readonly notes: Note[] = [];

  constructor(elf: ElfFile, headers: ProgramHeaders) {
    this.elf = elf;
    this.headers = headers;
    this.rows = new SectionRows(elf);
  }

  /** Asks for new bytes at an offset of the input. */
  poke(offset: number, bytes: Uint8Array): void {
    this.pokes.push({ offset, bytes });
  }

  /** Asks for a new address or offset, of the class's width, at an offset of the input. */
  pokeWord(offset: number, value: bigint): void {
    const h = this.elf.header;
    const bytes = new Uint8Array(wordSize(h));
    if (h.class === 64) viewOf(bytes).setBigUint64(0, value, h.littleEndian);
    else viewOf(bytes).setUint32(0, Number(value), h.littleEndian);
    this.poke(offset, bytes);
  }
}
