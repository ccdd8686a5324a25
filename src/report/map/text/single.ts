import type { Block, Picture, Row } from "../columns.js";
import { borderCell, type Cell, rowCell } from "./cells.js";
import { type Pair, Sheet } from "./sheet.js";
import type { Glyphs } from "./style.js";

/** A file beside its memory: what a PT_LOAD loads is on one line with where it is loaded to. */
export function singlePairs(picture: Picture, width: number, glyphs: Glyphs): Pair[] {
  const sheet = new Sheet();
  const cells = new Cells(width, glyphs);
  const memory = new Memory(picture.memory, cells);

  for (const block of picture.file) {
    sheet.left(cells.border(block));
    const loaded = block.segment === null ? undefined : memory.take(block.segment, sheet);
    if (loaded) putBeside(sheet, block, loaded, picture, cells);
    else sheet.left(...cells.rows(block));
  }

  memory.takeRest(sheet);
  sheet.flush();
  return sheet.pairs;
}

/** Makes the cells of one width. */
class Cells {
  readonly #width: number;
  readonly #glyphs: Glyphs;

  constructor(width: number, glyphs: Glyphs) {
    this.#width = width;
    this.#glyphs = glyphs;
  }

  border(block: Block): Cell {
    return borderCell(block, this.#width, this.#glyphs);
  }

  row(row: Row, { flags }: Block): Cell {
    return rowCell(row, flags, this.#width, this.#glyphs);
  }

  rows(block: Block): Cell[] {
    return block.rows.map((row) => this.row(row, block));
  }
}

/** The blocks of memory in order of address; each is shown once. */
class Memory {
  readonly #blocks: readonly Block[];
  readonly #cells: Cells;
  readonly #shown = new Set<Block>();

  constructor(blocks: readonly Block[], cells: Cells) {
    this.#blocks = blocks;
    this.#cells = cells;
  }

  /** The block of a PT_LOAD. Its border waits on the right, behind a hole that leads to it. */
  take(segment: number, sheet: Sheet): Block | undefined {
    const i = this.#blocks.findIndex((block) => block.segment === segment);
    const block = this.#blocks[i];
    if (!block || this.#shown.has(block)) return undefined;

    this.#shown.add(block);
    // A hole is shown only where what stands before it in memory has been shown.
    const hole = this.#blocks[i - 1];
    if (hole && isHole(hole) && this.#shown.has(this.#blocks[i - 2]!)) sheet.right(...this.#cells.rows(hole));
    sheet.right(this.#cells.border(block));
    return block;
  }

  /** Puts what no block of the file has taken on the right. */
  takeRest(sheet: Sheet): void {
    this.#blocks.forEach((block, i) => {
      if (this.#shown.has(block) || isHole(block)) return;

      const hole = this.#blocks[i - 1];
      if (hole && isHole(hole)) sheet.right(...this.#cells.rows(hole));
      sheet.right(this.#cells.border(block), ...this.#cells.rows(block));
    });
  }
}

const isHole = (block: Block): boolean => block.rows[0]!.kind === "hole";

/** Puts both sides of a PT_LOAD down: rows that begin at the same byte stand beside each other. */
function putBeside(sheet: Sheet, file: Block, memory: Block, { map }: Picture, cells: Cells): void {
  const segment = map.memory.find((it) => it.segment === memory.segment)!;
  const delta = BigInt(segment.address) - BigInt(segment.offset);
  let i = 0;
  let j = 0;
  let isFirst = true;

  while (i < file.rows.length || j < memory.rows.length) {
    const left = file.rows[i];
    const right = memory.rows[j];
    const address = left && left.start + delta;

    if (left && right && address === right.start) {
      sheet.both(cells.row(left, file), cells.row(right, memory), isFirst ? memory.flags : "");
      isFirst = false;
      i++;
      j++;
    } else if (right && (address === undefined || right.start < address)) {
      sheet.right(cells.row(right, memory));
      j++;
    } else {
      sheet.left(cells.row(left!, file));
      i++;
    }
  }
}
