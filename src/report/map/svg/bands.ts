import type { MemorySegment } from "../model.js";
import { hexOf, letters } from "../words.js";
import { type PlacedBlock, yOf } from "./rows.js";
import { group, path, px, text, textWidth } from "./scene.js";
import { colourOf } from "./theme.js";

/** As far as the letters reach, a band is as high as its bytes in the file. */
const FLAT = 34;
const LABEL_INSET = 8;

/** The columns that bands connect, and the room between them. */
interface BandPlace {
  readonly file: readonly PlacedBlock[];
  readonly memory: readonly PlacedBlock[];
  readonly left: number;
  readonly right: number;
}

type Range = readonly [top: number, bottom: number];

/** Draws a band for each PT_LOAD, from its bytes in the file to where they are in memory. */
export function drawBands(
  segments: readonly MemorySegment[],
  file: readonly PlacedBlock[],
  memory: readonly PlacedBlock[],
  left: number,
  right: number,
): string {
  const shown = new Set(memory.map((block) => block.segment));
  const labelled: Range[] = [];
  return segments
    .filter((segment) => shown.has(segment.segment))
    .map((segment) => drawBand(segment, { file, memory, left, right }, labelled))
    .join("");
}

function drawBand(segment: MemorySegment, place: BandPlace, labelled: Range[]): string {
  const inFile = fileRange(segment, place.file);
  const inMemory = inFile && rangeOf(place.memory, BigInt(segment.address), inFile.size);
  if (!inMemory) return "";

  const flags = letters(segment.flags);
  return group(
    "band",
    `PT_LOAD ${segment.segment} ${flags}: file ${hexOf(segment.offset)} is memory ${hexOf(segment.address)}`,
    path(bandPath(inFile.range, inMemory, place), `${colourOf(flags)}-band`),
    drawLabel(flags, inFile.range, place, labelled),
  );
}

/** Where the segment's bytes are drawn in the file; undefined where none of them are. */
function fileRange(
  { offset, filesz, size }: MemorySegment,
  file: readonly PlacedBlock[],
): { size: bigint; range: Range } | undefined {
  const start = BigInt(offset);
  const fileEnd = file.at(-1)!.rows.at(-1)!.row.end;
  const loaded = smaller(smaller(BigInt(filesz), BigInt(size)), fileEnd - start);
  if (loaded <= 0n) return undefined;

  const range = rangeOf(file, start, loaded);
  return range && { size: loaded, range };
}

/** Where bytes are drawn in a column; undefined where no row has them. */
function rangeOf(column: readonly PlacedBlock[], start: bigint, size: bigint): Range | undefined {
  const top = yOf(column, start);
  const bottom = yOf(column, start + size, true);
  return top === undefined || bottom === undefined ? undefined : [top, bottom];
}

function bandPath([fileTop, fileBottom]: Range, [memoryTop, memoryBottom]: Range, { left, right }: BandPlace): string {
  const flat = left + FLAT;
  const bend = (flat + right) / 2;
  const curve = (x: number, from: number, to: number) =>
    `C${px(bend)} ${px(from)} ${px(bend)} ${px(to)} ${px(x)} ${px(to)}`;

  const there = `M${px(left)} ${px(fileTop)}H${px(flat)}${curve(right, fileTop, memoryTop)}`;
  const back = `V${px(memoryBottom)}${curve(flat, memoryBottom, fileBottom)}H${px(left)}Z`;
  return there + back;
}

/** Where segments share bytes of the file, one label stands for both. */
function drawLabel(flags: string, [top, bottom]: Range, { left, right }: BandPlace, labelled: Range[]): string {
  const middle = (top + bottom) / 2;
  const isFree = labelled.every(([from, to]) => middle + 8 < from || middle - 8 > to);
  if (!isFree) return "";

  labelled.push([middle - 8, middle + 8]);
  const hasRoom = left + LABEL_INSET + textWidth(flags) < right;
  return hasRoom ? text(left + LABEL_INSET, middle + 4, flags, { className: "bold" }) : "";
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
