import type { MapComparison } from "./compare.js";
import type { LayoutMap } from "./model.js";
import type { Column, Picture } from "./columns.js";
import { picture } from "./picture.js";
import { remarks, summary } from "./summary.js";
import { bothPairs } from "./text/both.js";
import { pad } from "./text/cells.js";
import { type Lanes, markerLanes } from "./text/lanes.js";
import { differenceList, headerList } from "./text/lists.js";
import { type Pair, sheetLines, type SheetWidths } from "./text/sheet.js";
import { singlePairs } from "./text/single.js";
import { ASCII, BOXES, type Glyphs, type Paint, painted, plain } from "./text/style.js";
import { printable, wrap } from "./words.js";

/** Options of {@link mapText}. */
export interface MapTextOptions {
  /** The heading; of a comparison, one for each file. Default: none, and "before" and "after". */
  readonly title?: string | readonly [before: string, after: string];
  /** Cells of a line, at least 60. Default 80. */
  readonly width?: number;
  /** Terminal colours (SGR). Default false. */
  readonly color?: boolean;
  /** Nothing but ASCII. Default false. */
  readonly ascii?: boolean;
}

const LIMITS = { rows: { most: 160, folded: 60 }, blocks: { most: 48, folded: 24 } };
const NARROWEST = 60;
const WIDEST_BOX = 48;
const BAND = 6;
const BETWEEN = 2;

/**
 * The layout as text: the file on the left with offsets, memory on the right with addresses, what is loaded on one line
 * with where it is loaded to; of a comparison, both files. Names out of the file are escaped.
 *
 * @param map what {@link layoutMap} gives, or {@link compareMaps} for two files side by side
 * @example
 * console.log(mapText(layoutMap(readElf(bytes)), { width: 100 }));
 */
export function mapText(map: LayoutMap | MapComparison, options: MapTextOptions = {}): string {
  const width = Math.max(NARROWEST, Math.floor(options.width ?? 80));
  const g = options.ascii ? ASCII : BOXES;
  const paint = options.color ? painted : plain;
  const lines =
    "before" in map ? comparison(map, options.title, width, g, paint) : single(map, options.title, width, g, paint);
  return lines.map((l) => `${l.trimEnd()}\n`).join("");
}

function single(map: LayoutMap, title: MapTextOptions["title"], width: number, g: Glyphs, paint: Paint): string[] {
  const p = picture(map, LIMITS);
  const numbers = [widest(p.file), p.memory.length > 0 ? widest(p.memory) : 0] as const;
  const draft = markerLanes(map.markers, singlePairs(p, NARROWEST, g));
  const taken = numbers[0] + 1 + (numbers[1] > 0 ? BAND + 1 + numbers[1] + (draft.width > 0 ? draft.width + 1 : 0) : 0);
  const w: SheetWidths = {
    number: numbers,
    box: Math.min(WIDEST_BOX, Math.floor((width - taken) / (numbers[1] > 0 ? 2 : 1))),
    band: BAND,
  };
  const pairs = singlePairs(p, w.box, g);
  const lanes = markerLanes(map.markers, pairs);
  const last = p.map.file.size;
  const heads = `${" ".repeat(numbers[0])} ${pad("file", w.box + BAND)}${numbers[1] > 0 ? "memory" : ""}`;

  return [
    ...heading(typeof title === "string" ? [title] : [], [p], width, paint),
    paint(heads, "head"),
    ...sheetLines(pairs, w, g, paint, (pair) => (lanes.width > 0 ? ` ${lanes.at(pair)}` : "")),
    `0x${last.toString(16)}`.padStart(numbers[0]),
    ...rest(p, lanes, width),
  ];
}

function rest(p: Picture, lanes: Lanes, width: number): string[] {
  const words = remarks(p.map, []).flatMap((r) => wrap(r, width));
  return [...headerList(p.map.markers, lanes), ...(words.length > 0 ? ["", ...words] : [])];
}

function comparison(
  c: MapComparison,
  title: MapTextOptions["title"],
  width: number,
  g: Glyphs,
  paint: Paint,
): string[] {
  const a = picture(c.before, LIMITS, "before");
  const b = picture(c.after, LIMITS);
  const numbers = [widest(a.file), widest(b.file)] as const;
  const w: SheetWidths = {
    number: numbers,
    box: Math.min(WIDEST_BOX, Math.floor((width - numbers[0] - numbers[1] - 2 - BETWEEN) / 2)),
    band: BETWEEN,
  };
  const pairs: Pair[] = bothPairs(a.file, b.file, w.box, g);
  const titles = typeof title === "string" ? [title] : (title ?? []);
  const heads = `${" ".repeat(numbers[0])} ${pad("before", w.box + BETWEEN)}after`;

  return [
    ...heading(titles, [a, b], width, paint),
    paint(heads, "head"),
    ...sheetLines(pairs, w, g, paint, () => ""),
    ...differenceList(c).flatMap((l) =>
      l.length > width ? wrap(l.trimStart(), width - 4).map((part, i) => (i === 0 ? "  " : "      ") + part) : [l],
    ),
  ];
}

function heading(titles: readonly string[], pictures: readonly Picture[], width: number, paint: Paint): string[] {
  const names = titles.flatMap((t) => wrap(printable(t), width)).map((t) => paint(t, "head"));
  const lines = pictures.map((p) => summary(p.map));
  return [...names, ...[...new Set(lines)].flatMap((l) => wrap(l, width)), ""];
}

const widest = (column: Column): number =>
  column.reduce((most, b) => b.rows.reduce((m, r) => Math.max(m, r.start.toString(16).length + 2), most), 0);
