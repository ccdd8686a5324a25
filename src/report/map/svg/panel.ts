import type { Picture } from "../columns.js";
import { remarks, summary } from "../summary.js";
import { printable, wrap } from "../words.js";
import { drawBands } from "./bands.js";
import { drawColumn } from "./column.js";
import { drawMarkers, placeMarkers } from "./markers.js";
import { type PlacedBlock, placeColumn } from "./rows.js";
import { cellsIn, LINE, SMALL, text, textWidth } from "./scene.js";

/** A drawn file: its marks and the room it takes. */
export interface Panel {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

const BOX = 300;
const BAND = 110;
const GAP = 8;
const NARROWEST = 560;

/** Draws a file from this corner on: heading, columns, remarks. */
export function drawPanel(p: Picture, title: string, x: number, top: number): Panel {
  const memoryThere = p.memory.length > 0;
  const offsets = numbersWidth(p.file);
  const addresses = memoryThere ? numbersWidth(p.memory) : 0;
  const fileX = x + offsets + GAP;
  const memoryX = fileX + BOX + BAND;
  const markersX = memoryX + BOX + GAP + addresses + GAP;
  // Where names and markers need more room is known only when the columns stand.
  const width = Math.max(NARROWEST, (memoryThere ? markersX : fileX + BOX) - x);
  const head = heading(title, summary(p.map), x, top, width);
  const names = head.bottom + LINE;
  const columnsTop = names + 10;
  const file = placeColumn(p.file, columnsTop, BOX, false);
  const memory = placeColumn(p.memory, columnsTop, BOX, true);
  const markers = placeMarkers(p.map.markers, memory);
  const parts = [
    head.svg,
    text(fileX, names, "file", { className: "bold" }),
    drawColumn(file, { x: fileX, width: BOX, numbers: { x: fileX - GAP, anchor: "end" } }),
  ];
  let bottom = endOf(file);

  if (memoryThere) {
    parts.push(
      text(memoryX, names, "memory", { className: "bold" }),
      drawBands(p.map.memory, file, memory, fileX + BOX, memoryX),
    );
    parts.push(drawColumn(memory, { x: memoryX, width: BOX, numbers: { x: memoryX + BOX + GAP, anchor: "start" } }));
    const drawn = drawMarkers(markers, markersX);
    if (markers.bars.length > 0) parts.push(text(markersX, names, "program headers", { className: "bold" }), drawn.svg);
    bottom = Math.max(bottom, endOf(memory), drawn.bottom);
  }

  const whole = Math.max(
    width,
    memoryThere
      ? markersX - x + Math.max(markers.width, markers.bars.length > 0 ? textWidth("program headers") : 0)
      : 0,
  );
  const foot = remarkLines(remarks(p.map, markers.others), x, bottom + 2 * LINE, whole);
  parts.push(foot.svg);

  return { svg: parts.join(""), width: whole, height: foot.bottom - top };
}

const endOf = (blocks: readonly PlacedBlock[]): number => blocks.at(-1)!.bottom + LINE;

const numbersWidth = (column: Picture["file"]): number =>
  textWidth(
    `0x${column.reduce((most, b) => (b.rows.at(-1)!.end > most ? b.rows.at(-1)!.end : most), 0n).toString(16)}`,
    SMALL,
  );

const TITLE = 14;

function heading(title: string, line: string, x: number, top: number, width: number): { svg: string; bottom: number } {
  const titles = wrap(printable(title), cellsIn(width, TITLE)).slice(0, 3);
  const lines = wrap(line, cellsIn(width));
  const svg = [
    ...titles.map((t, i) => text(x, top + 14 + i * 18, t, { size: TITLE, className: "title" })),
    ...lines.map((l, i) => text(x, top + titles.length * 18 + 12 + i * LINE, l)),
  ];
  return { svg: svg.join(""), bottom: top + titles.length * 18 + 12 + lines.length * LINE };
}

function remarkLines(
  paragraphs: readonly string[],
  x: number,
  top: number,
  width: number,
): { svg: string; bottom: number } {
  const lines = paragraphs.flatMap((p) => wrap(p, cellsIn(width, SMALL)));
  return {
    svg: lines.map((l, i) => text(x, top + i * LINE, l, { size: SMALL })).join(""),
    bottom: top + lines.length * LINE,
  };
}
