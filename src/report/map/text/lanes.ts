import type { Row } from "../columns.js";
import type { MapMarker } from "../model.js";
import { markerSpan } from "../summary.js";
import type { Pair } from "./sheet.js";

/** Program headers as letters beside the rows of memory that they lie over. */
export interface Lanes {
  readonly letters: ReadonlyMap<MapMarker, string>;
  readonly width: number;
  /** The letters beside a pair, in their lanes. */
  at(pair: Pair): string;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz";
const MOST_LANES = 5;

export function markerLanes(markers: readonly MapMarker[], pairs: readonly Pair[]): Lanes {
  const rows = pairs.map((pair) => pair.right?.row);
  const letters = new Map<MapMarker, string>();
  const lanes: string[][] = [];

  for (const marker of markers) {
    const letter = ALPHABET[letters.size];
    if (letter === undefined) break;

    const covered = coveredRows(marker, rows);
    const lane = covered.length > 0 ? freeLane(lanes, covered) : undefined;
    if (!lane) continue;
    letters.set(marker, letter);
    for (const i of covered) lane[i] = letter;
  }

  const places = new Map(pairs.map((pair, i) => [pair, i]));
  const at = (pair: Pair): string => {
    const i = places.get(pair)!;
    return lanes.map((lane) => lane[i] ?? " ").join("");
  };
  return { letters, width: lanes.length, at };
}

/** The indexes of the rows that a marker lies over. */
function coveredRows(marker: MapMarker, rows: readonly (Row | null | undefined)[]): number[] {
  const { start, end } = markerSpan(marker);
  const out: number[] = [];
  if (end === start) return out;

  rows.forEach((row, i) => {
    if (row && row.kind !== "hole" && row.start < end && start < row.end) out.push(i);
  });
  return out;
}

/** The first lane with room beside these rows, or a new one; undefined where there are too many. */
function freeLane(lanes: string[][], covered: readonly number[]): string[] | undefined {
  const free = lanes.find((lane) => covered.every((i) => lane[i] === undefined));
  if (free || lanes.length >= MOST_LANES) return free;

  const lane: string[] = [];
  lanes.push(lane);
  return lane;
}
