import type { Column, Row } from "../columns.js";
import { printable, shorten, sizeOf, wrap } from "../words.js";
import { cellsIn, LINE, SMALL, textWidth } from "./scene.js";

/** A row with its lines of text and its place. */
export interface PlacedRow {
  readonly row: Row;
  readonly flags: string;
  readonly top: number;
  readonly bottom: number;
  /** The lines of the name; the size stands at the end of the first one. */
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
/** The most letters of a name that are looked at: no label has room for more. */
const LONGEST = 500;

/** Places a column's rows one below the other, each as high as its size and its text need. */
export function placeColumn(column: Column, top: number, width: number, headings: boolean): PlacedBlock[] {
  let y = top;
  return column.map(({ segment, flags, title, marks, rows }): PlacedBlock => {
    const blockTop = y;
    const heading = headings && segment !== null;
    if (heading) y += HEADING;

    const placedRows = rows.map((row): PlacedRow => {
      const rowTop = y;
      const texts = textsOf(row, width - 2 * INSET);
      const lineCount = texts.label.length + texts.names.length + (row.marks.length > 0 ? 1 : 0);
      y += Math.max(scaledHeight(row), 4 + LINE * lineCount);
      return { row, flags, top: rowTop, bottom: y, ...texts };
    });
    return { segment, flags, title, marks, top: blockTop, bottom: y, heading, rows: placedRows };
  });
}

/** Height by the logarithm of the size: a header of 64 bytes and code of 30 MB can both be read. */
function scaledHeight({ kind, bytes }: Row): number {
  if (kind === "hole") return HOLE;
  const height = SHORTEST + 4 * Math.log2(Number(bytes) / 256);
  return Math.min(TALLEST, Math.max(SHORTEST, height));
}

function textsOf(row: Row, width: number): Pick<PlacedRow, "label" | "size" | "names"> {
  const size = sizeText(row);
  const name = printable(row.label.slice(0, LONGEST));
  const label = wrap(name, cellsIn(width - textWidth(size, SMALL) - INSET));
  const names = row.names.length === 0 ? [] : wrap(nameList(row.names, width), cellsIn(width, SMALL));
  return { label: limited(label, MOST_LABEL_LINES), size, names: limited(names, MOST_NAME_LINES) };
}

function sizeText({ kind, bytes, pad }: Row): string {
  if (kind === "hole") return "";
  const size = sizeOf(bytes - BigInt(pad));
  return pad > 0 ? `${size} +${pad}` : size;
}

/** As many names as the lines can show: a group may stand for ten thousand. */
function nameList(names: readonly string[], width: number): string {
  const most = cellsIn(width, SMALL);
  const shown: string[] = [];
  let room = most * (MOST_NAME_LINES + 1);
  for (const name of names) {
    if (room < 0) break;
    const short = shorten(printable(name.slice(0, LONGEST)), most - 1);
    room -= short.length + 2;
    shown.push(short);
  }

  return shown.join(", ");
}

function limited(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  const lastLetters = [...lines[most - 1]!];
  return [...lines.slice(0, most - 1), `${lastLetters.slice(0, -1).join("")}…`];
}

/**
 * Where an offset or address stands in a column: in proportion inside a row. With `end`, as the end of what stands
 * before it. Undefined where no row has it.
 */
export function yOf(blocks: readonly PlacedBlock[], at: bigint, end = false): number | undefined {
  for (const block of blocks) {
    for (const { row, top, bottom } of block.rows) {
      const isInside = end ? row.start < at && at <= row.end : row.start <= at && at < row.end;
      if (row.kind === "hole" || !isInside) continue;
      return top + ((bottom - top) * Number(at - row.start)) / Number(row.end - row.start);
    }
  }
  return undefined;
}
