import type { Column, Picture } from "../columns.js";
import { remarks, summary } from "../summary.js";
import { printable, wrap } from "../words.js";
import { drawBands } from "./bands.js";
import { drawColumn } from "./column.js";
import { drawMarkers, placeMarkers } from "./markers.js";
import { type PlacedBlock, placeColumn } from "./rows.js";
import { cellsIn, LINE, SMALL, text, textWidth } from "./scene.js";

/** A drawn file, and the room that it takes. */
export interface Panel {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Lines of text, and where the next line may begin. */
interface Text {
  readonly svg: string;
  readonly bottom: number;
}

const BOX = 300;
const BAND = 110;
const GAP = 8;
const NARROWEST = 560;
const MARKERS_HEAD = "program headers";

/** Draws a file from this corner on: heading, columns, remarks. */
export function drawPanel(picture: Picture, title: string, x: number, top: number): Panel {
  const { map } = picture;
  const hasMemory = picture.memory.length > 0;
  const offsets = numbersWidth(picture.file);
  const addresses = hasMemory ? numbersWidth(picture.memory) : 0;
  const fileX = x + offsets + GAP;
  const memoryX = fileX + BOX + BAND;
  const markersX = memoryX + BOX + GAP + addresses + GAP;

  // Whether names and markers need more room is known only when the columns are placed.
  const headingWidth = Math.max(NARROWEST, (hasMemory ? markersX : fileX + BOX) - x);
  const head = drawHeading(title, summary(map), x, top, headingWidth);
  const namesY = head.bottom + LINE;
  const columnsTop = namesY + 10;
  const file = placeColumn(picture.file, columnsTop, BOX, false);
  const memory = placeColumn(picture.memory, columnsTop, BOX, true);
  const markers = placeMarkers(map.markers, memory);
  const hasMarkers = markers.bars.length > 0;

  const out = [head.svg, drawName(fileX, namesY, "file")];
  out.push(drawColumn(file, { x: fileX, width: BOX, numbers: { x: fileX - GAP, anchor: "end" } }));
  let bottom = endOf(file);
  if (hasMemory) {
    out.push(drawName(memoryX, namesY, "memory"));
    out.push(drawBands(map.memory, file, memory, fileX + BOX, memoryX));
    out.push(drawColumn(memory, { x: memoryX, width: BOX, numbers: { x: memoryX + BOX + GAP, anchor: "start" } }));

    const drawnMarkers = drawMarkers(markers, markersX);
    if (hasMarkers) out.push(drawName(markersX, namesY, MARKERS_HEAD), drawnMarkers.svg);
    bottom = Math.max(bottom, endOf(memory), drawnMarkers.bottom);
  }

  const markersWidth = hasMarkers ? Math.max(markers.width, textWidth(MARKERS_HEAD)) : 0;
  const width = hasMemory ? Math.max(headingWidth, markersX - x + markersWidth) : headingWidth;
  const foot = drawRemarks(remarks(map, markers.others), x, bottom + 2 * LINE, width);
  out.push(foot.svg);
  return { svg: out.join(""), width, height: foot.bottom - top };
}

const drawName = (x: number, y: number, name: string): string => text(x, y, name, { className: "bold" });

const endOf = (blocks: readonly PlacedBlock[]): number => blocks.at(-1)!.bottom + LINE;

/** The width of the largest number beside a column. */
function numbersWidth(column: Column): number {
  let largest = 0n;
  for (const { rows } of column) {
    const { end } = rows.at(-1)!;
    if (end > largest) largest = end;
  }
  return textWidth(`0x${largest.toString(16)}`, SMALL);
}

const TITLE = 14;
const TITLE_LINE = 18;
const MOST_TITLE_LINES = 3;

function drawHeading(title: string, line: string, x: number, top: number, width: number): Text {
  const titles = wrap(printable(title), cellsIn(width, TITLE)).slice(0, MOST_TITLE_LINES);
  const lines = wrap(line, cellsIn(width));
  const linesTop = top + titles.length * TITLE_LINE + 12;

  const drawnTitles = titles.map((t, i) => text(x, top + 14 + i * TITLE_LINE, t, { size: TITLE, className: "title" }));
  const drawnLines = lines.map((l, i) => text(x, linesTop + i * LINE, l));
  return { svg: [...drawnTitles, ...drawnLines].join(""), bottom: linesTop + lines.length * LINE };
}

function drawRemarks(paragraphs: readonly string[], x: number, top: number, width: number): Text {
  const lines = paragraphs.flatMap((paragraph) => wrap(paragraph, cellsIn(width, SMALL)));
  const drawn = lines.map((line, i) => text(x, top + i * LINE, line, { size: SMALL }));
  return { svg: drawn.join(""), bottom: top + lines.length * LINE };
}
