import type { Column, Row } from "../columns.js";
import { printable, shorten, sizeOf, wrap } from "../words.js";
import { cellsIn, LINE, SMALL, textWidth } from "./scene.js";

/** A row with its lines of text and its place. */
export interface PlacedRow {
  readonly row: Row;
  readonly flags: string;
  readonly top: number;
  readonly bottom: number;
  /** The name; the size stands at the end of the first line. */
  readonly label: readonly string[];
  readonly size: string;
  readonly names: readonly string[];
}

/** A block with its rows, and the room of its heading. */
export interface PlacedBlock {
  readonly segment: number | null;
  readonly flags: string;
  readonly title: string;
  readonly marks: readonly string[];
  readonly top: number;
  readonly bottom: number;
  readonly heading: boolean;
  readonly rows: readonly PlacedRow[];
}

/** Space between a box's border and its text. */
export const INSET = 8;
export const HEADING = 20;

const SHORTEST = 18;
const TALLEST = 90;
const HOLE = 28;
const MOST_LABEL_LINES = 4;
const MOST_NAME_LINES = 8;
/** Letters of a name that are looked at: no label has room for more. */
const LONGEST = 500;

/** Height by the logarithm of the size: a header of 64 bytes and code of 30 MB can both be read. */
const scaled = (r: Row): number =>
  r.kind === "hole" ? HOLE : Math.min(TALLEST, Math.max(SHORTEST, SHORTEST + 4 * Math.log2(Number(r.bytes) / 256)));

/** Places a column's rows one below the other, each as high as its size and its text want. */
export function placeColumn(column: Column, top: number, width: number, headings: boolean): PlacedBlock[] {
  let y = top;
  return column.map((b): PlacedBlock => {
    const start = y;
    const heading = headings && b.segment !== null;
    if (heading) y += HEADING;
    const rows = b.rows.map((row): PlacedRow => {
      const from = y;
      const lines = linesOf(row, width - 2 * INSET);
      const tall = 5 + LINE * (lines.label.length + lines.names.length + (row.marks.length > 0 ? 1 : 0));
      y += Math.max(scaled(row), tall - 1);
      return { row, flags: b.flags, top: from, bottom: y, ...lines };
    });

    return { segment: b.segment, flags: b.flags, title: b.title, marks: b.marks, top: start, bottom: y, heading, rows };
  });
}

function linesOf(r: Row, width: number): Pick<PlacedRow, "label" | "size" | "names"> {
  const size = r.kind === "hole" ? "" : sizeOf(r.bytes - BigInt(r.pad)) + (r.pad > 0 ? ` +${r.pad}` : "");
  const label = limited(
    wrap(printable(r.label.slice(0, LONGEST)), cellsIn(width - textWidth(size, SMALL) - INSET)),
    MOST_LABEL_LINES,
  );
  return {
    label,
    size,
    names: limited(r.names.length === 0 ? [] : wrap(nameList(r.names, width), cellsIn(width, SMALL)), MOST_NAME_LINES),
  };
}

/** Only as many as lines can show: a group may stand for ten thousand. */
const nameList = (names: readonly string[], width: number): string => {
  const most = cellsIn(width, SMALL);
  const all: string[] = [];
  let room = most * (MOST_NAME_LINES + 1);

  for (const n of names) {
    if (room < 0) break;
    const name = shorten(printable(n.slice(0, LONGEST)), most - 1);
    room -= name.length + 2;
    all.push(name);
  }

  return all.join(", ");
};

const limited = (lines: readonly string[], most: number): string[] =>
  lines.length <= most ? [...lines] : [...lines.slice(0, most - 1), `${[...lines[most - 1]!].slice(0, -1).join("")}…`];

/** Where an offset or address stands in a column: in proportion inside a row. Undefined where no row has it. */
export function yOf(blocks: readonly PlacedBlock[], at: bigint, end = false): number | undefined {
  for (const b of blocks) {
    for (const p of b.rows) {
      const { start, end: stop } = p.row;
      if (p.row.kind === "hole" || !(end ? start < at && at <= stop : start <= at && at < stop)) continue;
      return p.top + ((p.bottom - p.top) * Number(at - start)) / Number(stop - start);
    }
  }
  return undefined;
}
