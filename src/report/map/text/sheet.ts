import { type Cell, pad } from "./cells.js";
import { type Glyphs, inkOf, type Paint } from "./style.js";

/** One step down the picture: what stands on the left, on the right, and between them. */
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

  left(...c: readonly Cell[]): void {
    this.#left.push(...c);
  }

  right(...c: readonly Cell[]): void {
    this.#right.push(...c);
  }

  both(left: Cell, right: Cell, band: string | null): void {
    this.flush();
    this.pairs.push({ left, right, band });
  }

  /** Puts down what waits. A border stands right above what follows it. */
  flush(): void {
    const n = Math.max(this.#left.length, this.#right.length);
    const left = spread(this.#left, n);
    const right = spread(this.#right, n);
    for (let i = 0; i < n; i++) this.pairs.push({ left: left[i]!, right: right[i]!, band: null });
    this.#left = [];
    this.#right = [];
  }
}

function spread(cells: readonly Cell[], n: number): (Cell | null)[] {
  const blank = new Array<null>(n - cells.length).fill(null);
  const last = cells.at(-1);
  return last && last.row === null ? [...cells.slice(0, -1), ...blank, last] : [...cells, ...blank];
}

export interface SheetWidths {
  readonly number: readonly [left: number, right: number];
  readonly box: number;
  readonly band: number;
}

/** The lines of a sheet; `after` gives what stands behind a line of a pair. */
export function sheetLines(
  pairs: readonly Pair[],
  w: SheetWidths,
  g: Glyphs,
  paint: Paint,
  after: (p: Pair) => string,
): string[] {
  return pairs.flatMap((p) => {
    const height = Math.max(p.left?.lines.length ?? 0, p.right?.lines.length ?? 0);
    return Array.from({ length: height }, (_, i) => {
      const number = (c: Cell | null) => (i === 0 && c ? c.number : "");
      const box = (c: Cell | null) => (c ? paint(c.lines[i] ?? emptyLine(c, w.box, g), c.ink) : " ".repeat(w.box));
      const band =
        p.band === null
          ? " ".repeat(w.band)
          : paint(bandText(i === 0 ? p.band : "", w.band, g.band), inkOf(p.right!.flags));
      return `${number(p.left).padStart(w.number[0])} ${box(p.left)}${w.number[1] > 0 ? `${band}${box(p.right)} ${pad(number(p.right), w.number[1])}${after(p)}` : ""}`.trimEnd();
    });
  });
}

/** The shorter of two cells goes on to the other's end. */
const emptyLine = (c: Cell, width: number, g: Glyphs): string =>
  c.row?.kind === "hole" ? " ".repeat(width) : g.side + " ".repeat(width - 2) + g.side;

function bandText(s: string, width: number, fill: string): string {
  if (s === "") return fill.repeat(width);
  const left = Math.max(0, Math.floor((width - s.length - 2) / 2));
  return `${fill.repeat(left)} ${s} ${fill.repeat(Math.max(0, width - s.length - 2 - left))}`;
}
