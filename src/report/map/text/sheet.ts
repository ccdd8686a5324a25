import { type Cell, pad } from "./cells.js";
import { type Glyphs, inkOf, type Paint } from "./style.js";

/** One step down the picture: what stands on the left, on the right, and between the two. */
export interface Pair {
  readonly left: Cell | null;
  readonly right: Cell | null;
  /** A band between the two, with a text on its first line; null for none. */
  readonly band: string | null;
}

/**
 * Two columns of cells. What belongs to nothing on the other side waits, and shares its lines with what waits there.
 */
export class Sheet {
  readonly pairs: Pair[] = [];
  #left: Cell[] = [];
  #right: Cell[] = [];

  left(...cells: readonly Cell[]): void {
    this.#left.push(...cells);
  }

  right(...cells: readonly Cell[]): void {
    this.#right.push(...cells);
  }

  both(left: Cell, right: Cell, band: string | null): void {
    this.flush();
    this.pairs.push({ left, right, band });
  }

  /** Puts down all that waits. A border stands right above what follows it. */
  flush(): void {
    const height = Math.max(this.#left.length, this.#right.length);
    const left = spread(this.#left, height);
    const right = spread(this.#right, height);
    for (let i = 0; i < height; i++) this.pairs.push({ left: left[i]!, right: right[i]!, band: null });
    this.#left = [];
    this.#right = [];
  }
}

/** Fills cells up to a height: at their end, or above a border that is the last of them. */
function spread(cells: readonly Cell[], height: number): (Cell | null)[] {
  const blanks = new Array<null>(height - cells.length).fill(null);
  const last = cells.at(-1);
  const endsInBorder = last !== undefined && last.row === null;
  return endsInBorder ? [...cells.slice(0, -1), ...blanks, last] : [...cells, ...blanks];
}

export interface SheetWidths {
  readonly number: readonly [left: number, right: number];
  readonly box: number;
  readonly band: number;
}

/** The lines of a sheet; `after` gives what stands behind each line of a pair. */
export function sheetLines(
  pairs: readonly Pair[],
  widths: SheetWidths,
  glyphs: Glyphs,
  paint: Paint,
  after: (pair: Pair) => string,
): string[] {
  const [leftNumber, rightNumber] = widths.number;
  const numberOf = (cell: Cell | null, i: number): string => (i === 0 && cell ? cell.number : "");
  const boxOf = (cell: Cell | null, i: number): string => {
    if (!cell) return " ".repeat(widths.box);
    return paint(cell.lines[i] ?? emptyLine(cell, widths.box, glyphs), cell.ink);
  };
  const bandOf = ({ band, right }: Pair, i: number): string => {
    if (band === null) return " ".repeat(widths.band);
    return paint(bandText(i === 0 ? band : "", widths.band, glyphs.band), inkOf(right!.flags));
  };

  const out: string[] = [];
  for (const pair of pairs) {
    const { left, right } = pair;
    const height = Math.max(left?.lines.length ?? 0, right?.lines.length ?? 0);
    for (let i = 0; i < height; i++) {
      let line = `${numberOf(left, i).padStart(leftNumber)} ${boxOf(left, i)}`;
      if (rightNumber > 0) {
        line += `${bandOf(pair, i)}${boxOf(right, i)} ${pad(numberOf(right, i), rightNumber)}${after(pair)}`;
      }
      out.push(line.trimEnd());
    }
  }

  return out;
}

/** The shorter of two cells goes on to the other's end. */
const emptyLine = (cell: Cell, width: number, { side }: Glyphs): string =>
  cell.row?.kind === "hole" ? " ".repeat(width) : side + " ".repeat(width - 2) + side;

function bandText(s: string, width: number, fill: string): string {
  if (s === "") return fill.repeat(width);

  const room = width - s.length - 2;
  const left = Math.max(0, Math.floor(room / 2));
  return `${fill.repeat(left)} ${s} ${fill.repeat(Math.max(0, room - left))}`;
}
