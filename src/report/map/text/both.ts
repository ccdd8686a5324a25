import type { Block, Column, Row } from "../columns.js";
import { borderCell, type Cell, rowCell } from "./cells.js";
import { type Pair, Sheet } from "./sheet.js";
import type { Glyphs } from "./style.js";

interface Item {
  readonly block: Block;
  /** Null for the border above the block. */
  readonly row: Row | null;
}

/** Two files side by side: what stands at the same offset in both is on one line. */
export function bothPairs(before: Column, after: Column, width: number, glyphs: Glyphs): Pair[] {
  const sheet = new Sheet();
  const right = items(after);
  const places = new Map(right.flatMap(({ row }, i) => (row ? [[keyOf(row), i]] : [])));
  const cellOf = ({ block, row }: Item): Cell =>
    row ? rowCell(row, block.flags, width, glyphs) : borderCell(block, width, glyphs);

  let next = 0;
  for (const item of items(before)) {
    const place = item.row ? places.get(keyOf(item.row)) : undefined;
    if (place === undefined || place < next) {
      sheet.left(cellOf(item));
      continue;
    }

    sheet.right(...right.slice(next, place).map(cellOf));
    sheet.both(cellOf(item), cellOf(right[place]!), null);
    next = place + 1;
  }

  sheet.right(...right.slice(next).map(cellOf));
  sheet.flush();
  return sheet.pairs;
}

const items = (column: Column): Item[] =>
  column.flatMap((block): Item[] => [{ block, row: null }, ...block.rows.map((row) => ({ block, row }))]);

const keyOf = (row: Row): string => `${row.start} ${row.label}`;
