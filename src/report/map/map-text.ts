import type { MapComparison } from "./compare.js";
import type { LayoutMap } from "./model.js";
import type { Column, Picture } from "./columns.js";
import { pictureOf } from "./picture.js";
import { remarks, summary } from "./summary.js";
import { bothPairs } from "./text/both.js";
import { pad } from "./text/cells.js";
import { markerLanes } from "./text/lanes.js";
import { differenceList, headerList } from "./text/lists.js";
import { type Pair, sheetLines, type SheetWidths } from "./text/sheet.js";
import { singlePairs } from "./text/single.js";
import { ASCII, BOXES, type Glyphs, type Paint, painted, plain } from "./text/style.js";
import { printable, wrap } from "./words.js";
import { assertMap, assertOptions } from "../../input.js";

/** Options of {@link mapText}. */
export interface MapTextOptions {
  /** The heading; of a comparison, one for each file. Default: none, and "before" and "after". */
  readonly title?: string | readonly [before: string, after: string] | undefined;
  /** Cells of a line, at least 60. Default 80. */
  readonly width?: number | undefined;
  /** Terminal colours (SGR). Default false. */
  readonly color?: boolean | undefined;
  /** Nothing but ASCII. Default false. */
  readonly ascii?: boolean | undefined;
}

const LIMITS = { rows: { most: 160, folded: 60 }, blocks: { most: 48, folded: 24 } };
const NARROWEST = 60;
const WIDEST_BOX = 48;
const BAND = 6;
const BETWEEN = 2;

/**
 * Draws the layout as text: the file on the left with offsets, memory on the right with addresses. What is loaded is on
 * one line with where it is loaded to. Of a comparison, both files are side by side. Names from the file are escaped.
 *
 * @param map what {@link layoutMap} gives, or {@link compareMaps} for two files side by side
 * @example
 * console.log(mapText(layoutMap(readElf(bytes)), { width: 100 }));
 */
export function mapText(map: LayoutMap | MapComparison, options: MapTextOptions = {}): string {
  assertMap("mapText", map);
  assertOptions<MapTextOptions>("mapText", options, { title: true, width: true, color: true, ascii: true });

  const page: Page = {
    title: options.title,
    width: Math.max(NARROWEST, Math.floor(options.width ?? 80)),
    glyphs: options.ascii ? ASCII : BOXES,
    paint: options.color ? painted : plain,
  };
  const lines = "before" in map ? comparisonLines(map, page) : singleLines(map, page);
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/** What the text is drawn on, and with. */
interface Page {
  readonly title: MapTextOptions["title"];
  readonly width: number;
  readonly glyphs: Glyphs;
  readonly paint: Paint;
}

function singleLines(map: LayoutMap, page: Page): string[] {
  const { title, width, glyphs, paint } = page;
  const drawn = pictureOf(map, LIMITS);
  const widths = singleWidths(drawn, page);
  const pairs = singlePairs(drawn, widths.box, glyphs);
  const lanes = markerLanes(map.markers, pairs);
  const beside = (pair: Pair): string => (lanes.width > 0 ? ` ${lanes.at(pair)}` : "");

  const [offsets, addresses] = widths.number;
  const heads = `${" ".repeat(offsets)} ${pad("file", widths.box + BAND)}${addresses > 0 ? "memory" : ""}`;
  const end = `0x${map.file.size.toString(16)}`;
  return [
    ...headingLines(typeof title === "string" ? [title] : [], [drawn], page),
    paint(heads, "head"),
    ...sheetLines(pairs, widths, glyphs, paint, beside),
    end.padStart(offsets),
    ...headerList(map.markers, lanes),
    ...remarkLines(map, width),
  ];
}

/** Boxes get what numbers, the band and the lanes of markers leave; a draft tells how many lanes there are. */
function singleWidths(drawn: Picture, { width, glyphs }: Page): SheetWidths {
  const offsets = widestNumber(drawn.file);
  const hasMemory = drawn.memory.length > 0;
  if (!hasMemory) return { number: [offsets, 0], box: Math.min(WIDEST_BOX, width - offsets - 1), band: BAND };

  const addresses = widestNumber(drawn.memory);
  const draft = markerLanes(drawn.map.markers, singlePairs(drawn, NARROWEST, glyphs));
  const lanes = draft.width > 0 ? draft.width + 1 : 0;
  const taken = offsets + 1 + BAND + 1 + addresses + lanes;
  return { number: [offsets, addresses], box: Math.min(WIDEST_BOX, Math.floor((width - taken) / 2)), band: BAND };
}

function remarkLines(map: LayoutMap, width: number): string[] {
  const words = remarks(map, []).flatMap((remark) => wrap(remark, width));
  return words.length > 0 ? ["", ...words] : [];
}

function comparisonLines(comparison: MapComparison, page: Page): string[] {
  const { title, width, glyphs, paint } = page;
  const before = pictureOf(comparison.before, LIMITS, "before");
  const after = pictureOf(comparison.after, LIMITS);
  const left = widestNumber(before.file);
  const right = widestNumber(after.file);
  const taken = left + right + 2 + BETWEEN;
  const widths: SheetWidths = {
    number: [left, right],
    box: Math.min(WIDEST_BOX, Math.floor((width - taken) / 2)),
    band: BETWEEN,
  };

  const titles = typeof title === "string" ? [title] : (title ?? []);
  const heads = `${" ".repeat(left)} ${pad("before", widths.box + BETWEEN)}after`;
  const pairs = bothPairs(before.file, after.file, widths.box, glyphs);
  return [
    ...headingLines(titles, [before, after], page),
    paint(heads, "head"),
    ...sheetLines(pairs, widths, glyphs, paint, () => ""),
    ...differenceList(comparison).flatMap((line) => wrapDifference(line, width)),
  ];
}

function wrapDifference(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  return wrap(line.trimStart(), width - 4).map((part, i) => (i === 0 ? `  ${part}` : `      ${part}`));
}

function headingLines(titles: readonly string[], pictures: readonly Picture[], { width, paint }: Page): string[] {
  const names = titles.flatMap((title) => wrap(printable(title), width)).map((line) => paint(line, "head"));
  const summaries = new Set(pictures.map((p) => summary(p.map)));
  return [...names, ...[...summaries].flatMap((text) => wrap(text, width)), ""];
}

/** The width of the widest number of a column, with its 0x. */
function widestNumber(column: Column): number {
  let widest = 0;
  for (const block of column) {
    for (const row of block.rows) widest = Math.max(widest, row.start.toString(16).length + 2);
  }
  return widest;
}
