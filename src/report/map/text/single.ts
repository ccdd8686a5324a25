import type { Block, Picture, Row } from "../columns.js";
import { borderCell, type Cell, rowCell } from "./cells.js";
import { type Pair, Sheet } from "./sheet.js";
import type { Glyphs } from "./style.js";

/** A file beside its memory: what a PT_LOAD loads stands on one line with where it is loaded to. */
export function singlePairs(p: Picture, width: number, g: Glyphs): Pair[] {
  const sheet = new Sheet();
  const cell =
    (b: Block) =>
    (r: Row): Cell =>
      rowCell(r, b.flags, width, g);
  const memory = new Memory(p, width, g);

  for (const b of p.file) {
    sheet.left(borderCell(b.segment === null ? { ...b, title: "" } : b, width, g));
    const m = b.segment === null ? undefined : memory.take(b.segment, sheet);
    if (m) beside(sheet, b, m, p, cell(b), cell(m));
    else sheet.left(...b.rows.map(cell(b)));
  }

  memory.rest(sheet);
  sheet.flush();
  return sheet.pairs;
}

/** The blocks of memory in order of address; each is shown once. */
class Memory {
  readonly #p: Picture;
  readonly #cell: (b: Block) => (r: Row) => Cell;
  readonly #border: (b: Block) => Cell;
  readonly #shown = new Set<Block>();

  constructor(p: Picture, width: number, g: Glyphs) {
    this.#p = p;
    this.#cell = (b) => (r) => rowCell(r, b.flags, width, g);
    this.#border = (b) => borderCell(b, width, g);
  }

  /** The block of a PT_LOAD; its border waits on the right, behind a hole that leads to it. */
  take(segment: number, sheet: Sheet): Block | undefined {
    const i = this.#p.memory.findIndex((b) => b.segment === segment);
    const b = this.#p.memory[i];
    const hole = this.#p.memory[i - 1];
    if (!b || this.#shown.has(b)) return undefined;
    this.#shown.add(b);
    // A hole is one only behind what stands in front of it in memory.
    if (hole && isHole(hole) && this.#shown.has(this.#p.memory[i - 2]!)) sheet.right(...this.#rows(hole));
    sheet.right(this.#border(b));
    return b;
  }

  rest(sheet: Sheet): void {
    this.#p.memory.forEach((b, i) => {
      if (this.#shown.has(b) || isHole(b)) return;
      const hole = this.#p.memory[i - 1];
      sheet.right(...(hole && isHole(hole) ? this.#rows(hole) : []), this.#border(b), ...this.#rows(b));
    });
  }

  #rows(b: Block): Cell[] {
    return b.rows.map(this.#cell(b));
  }
}

const isHole = (b: Block): boolean => b.rows[0]!.kind === "hole";

/** Walks both sides of a PT_LOAD: rows that begin at the same byte stand beside each other. */
function beside(
  sheet: Sheet,
  file: Block,
  memory: Block,
  p: Picture,
  left: (r: Row) => Cell,
  right: (r: Row) => Cell,
): void {
  const s = p.map.memory.find((m) => m.segment === memory.segment)!;
  const toAddress = (r: Row) => r.start - BigInt(s.offset) + BigInt(s.address);
  let i = 0;
  let j = 0;
  let first = true;

  while (i < file.rows.length || j < memory.rows.length) {
    const f = file.rows[i];
    const m = memory.rows[j];
    if (f && m && toAddress(f) === m.start) {
      sheet.both(left(f), right(m), first ? memory.flags : "");
      first = false;
      i++;
      j++;
    } else if (m && (!f || m.start < toAddress(f))) {
      sheet.right(right(memory.rows[j++]!));
    } else {
      sheet.left(left(file.rows[i++]!));
    }
  }
}
