import type { MapMarker } from "../model.js";
import { spanOf } from "../summary.js";
import type { Pair } from "./sheet.js";

/** Program headers as letters beside the rows of memory that they lie over. */
export interface Lanes {
  readonly letters: ReadonlyMap<MapMarker, string>;
  readonly width: number;
  /** The letters beside a pair, in their lanes. */
  at(p: Pair): string;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz";
const MOST_LANES = 5;

export function markerLanes(markers: readonly MapMarker[], pairs: readonly Pair[]): Lanes {
  const rows = pairs.map((p) => p.right?.row);
  const letters = new Map<MapMarker, string>();
  const columns: string[][] = [];

  for (const m of markers) {
    const { start, end } = spanOf(m);
    const name = ALPHABET[letters.size];
    if (name === undefined || end === start) continue;

    const covered = rows.flatMap((r, i) => (r && r.kind !== "hole" && r.start < end && start < r.end ? [i] : []));
    if (covered.length === 0) continue;

    const lane =
      columns.find((c) => covered.every((i) => c[i] === undefined)) ??
      (columns.length < MOST_LANES ? newLane(columns) : undefined);
    if (!lane) continue;

    letters.set(m, name);
    for (const i of covered) lane[i] = name;
  }

  const index = new Map(pairs.map((p, i) => [p, i]));
  return { letters, width: columns.length, at: (p) => columns.map((c) => c[index.get(p)!] ?? " ").join("") };
}

function newLane(columns: string[][]): string[] {
  columns.push([]);
  return columns[columns.length - 1]!;
}
