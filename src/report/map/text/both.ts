import type { Block, Column, Row } from "../columns.js";
import { borderCell, rowCell } from "./cells.js";
import { type Pair, Sheet } from "./sheet.js";
import type { Glyphs } from "./style.js";

interface Item {
  readonly block: Block;
  /** Null for the border above the block. */
  readonly row: Row | null;
}

/** Two files side by side: what stands at the same offset in both is on one line. */
export function bothPairs(before: Column, after: Column, width: number, g: Glyphs): Pair[] {
  const sheet = new Sheet();
  const a = items(before);
  const b = items(after);
  const anchors = new Map(b.flatMap((x, i) => (x.row ? [[keyOf(x.row), i]] : [])));
  const cell = ({ block, row }: Item) =>
    row
      ? rowCell(row, block.flags, width, g)
      : borderCell(block.segment === null ? { ...block, title: "" } : block, width, g);
  let next = 0;

  for (const x of a) {
    const at = x.row ? anchors.get(keyOf(x.row)) : undefined;
    if (at === undefined || at < next) {
      sheet.left(cell(x));
      continue;
    }

    sheet.right(...b.slice(next, at).map(cell));
    sheet.both(cell(x), cell(b[at]!), null);
    next = at + 1;
  }

  sheet.right(...b.slice(next).map(cell));
  sheet.flush();
  return sheet.pairs;
}

const items = (c: Column): Item[] =>
  c.flatMap((block): Item[] => [{ block, row: null }, ...block.rows.map((row) => ({ block, row }))]);

const keyOf = (r: Row): string => `${r.start} ${r.label}`;
