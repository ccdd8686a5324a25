import { colourOf } from "./theme.js";
import { type PlacedBlock, yOf } from "./rows.js";
import type { MemorySegment } from "../model.js";
import { hexOf, letters } from "../words.js";
import { group, path, px, text, textWidth } from "./scene.js";

/** As far as the letters reach, a band is as high as its bytes in the file. */
const FLAT = 34;

/** One band a PT_LOAD, from its bytes in the file to where they are in memory. */
export function drawBands(
  segments: readonly MemorySegment[],
  file: readonly PlacedBlock[],
  memory: readonly PlacedBlock[],
  left: number,
  right: number,
): string {
  const shown = new Set(memory.flatMap((b) => (b.segment === null ? [] : [b.segment])));
  const taken: (readonly [number, number])[] = [];
  return segments.map((s) => (shown.has(s.segment) ? drawBand(s, file, memory, left, right, taken) : "")).join("");
}

function drawBand(
  s: MemorySegment,
  file: readonly PlacedBlock[],
  memory: readonly PlacedBlock[],
  left: number,
  right: number,
  taken: (readonly [number, number])[],
): string {
  const offset = BigInt(s.offset);
  const address = BigInt(s.address);
  const filesz = least(BigInt(s.filesz), BigInt(s.size));
  const end = fileEnd(file);
  const size = least(filesz, end - offset);
  if (size <= 0n) return "";

  const [a, b, c, d] = [
    yOf(file, offset),
    yOf(file, offset + size, true),
    yOf(memory, address),
    yOf(memory, address + size, true),
  ];
  if (a === undefined || b === undefined || c === undefined || d === undefined) return "";

  const flat = left + FLAT;
  const bend = (flat + right) / 2;
  const curve = (x: number, from: number, to: number) =>
    `C${px(bend)} ${px(from)} ${px(bend)} ${px(to)} ${px(x)} ${px(to)}`;
  const middle = (a + b) / 2;
  const flags = letters(s.flags);
  const free = taken.every(([top, bottom]) => middle + 8 < top || middle - 8 > bottom);
  if (free) taken.push([middle - 8, middle + 8]);
  // Where segments share bytes of the file, one label stands for both.
  const label =
    free && left + 8 + textWidth(flags) < right ? text(left + 8, middle + 4, flags, { className: "bold" }) : "";

  return group(
    "band",
    `PT_LOAD ${s.segment} ${flags}: file ${hexOf(s.offset)} is memory ${hexOf(s.address)}`,
    path(
      `M${px(left)} ${px(a)}H${px(flat)}${curve(right, a, c)}V${px(d)}${curve(flat, d, b)}H${px(left)}Z`,
      `${colourOf(flags)}-band`,
    ),
    label,
  );
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

const fileEnd = (file: readonly PlacedBlock[]): bigint => file.at(-1)!.rows.at(-1)!.row.end;
