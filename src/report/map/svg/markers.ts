import type { MapMarker } from "../model.js";
import { markerSpan } from "../summary.js";
import { hexOf, letters, sizeOf } from "../words.js";
import { type PlacedBlock, yOf } from "./rows.js";
import { group, LINE, path, px, rect, text, textWidth } from "./scene.js";

interface Placed {
  readonly marker: MapMarker;
  readonly top: number;
  readonly bottom: number;
}

/** Program headers beside memory: bars in lanes, and their names in a column of their own. */
export interface PlacedMarkers {
  readonly bars: readonly (Placed & { readonly lane: number })[];
  readonly lanes: number;
  readonly labels: readonly string[];
  readonly width: number;
  /** Markers that lie nowhere in memory, and those that are too many. */
  readonly others: readonly MapMarker[];
}

const MOST = 24;
const LANE = 9;
const BAR = 5;
const SHORTEST = 4;
const LEADER = 22;

export function placeMarkers(markers: readonly MapMarker[], memory: readonly PlacedBlock[]): PlacedMarkers {
  const placed: Placed[] = [];
  const others: MapMarker[] = [];
  for (const marker of markers) {
    const it = placed.length < MOST ? placeMarker(marker, memory) : undefined;
    if (it) placed.push(it);
    else others.push(marker);
  }
  placed.sort((a, b) => a.top - b.top || b.bottom - a.bottom);

  const laneEnds: number[] = [];
  const bars = placed.map((it) => {
    const free = laneEnds.findIndex((end) => end + 2 <= it.top);
    const lane = free < 0 ? laneEnds.length : free;
    laneEnds[lane] = it.bottom;
    return { ...it, lane };
  });

  const lanes = laneEnds.length;
  const labels = bars.map(({ marker }) => markerText(marker));
  const widestLabel = labels.reduce((widest, label) => Math.max(widest, textWidth(label)), 0);
  const width = bars.length === 0 ? 0 : lanes * LANE + LEADER + widestLabel;
  return { bars, lanes, labels, width, others };
}

/** Undefined where the marker lies over nothing that is drawn. */
function placeMarker(marker: MapMarker, memory: readonly PlacedBlock[]): Placed | undefined {
  const { start, end } = markerSpan(marker);
  if (end <= start) return undefined;

  const top = yOf(memory, start);
  const bottom = yOf(memory, end, true);
  if (top === undefined || bottom === undefined || bottom <= top) return undefined;
  return { marker, top, bottom: Math.max(bottom, top + SHORTEST) };
}

export const markerText = ({ type, flags, marks }: MapMarker): string =>
  [type.replace(/^PT_/, ""), letters(flags), ...marks].join(" ");

/** Draws bars and names, and tells how far down they reach. */
export function drawMarkers({ bars, lanes, labels }: PlacedMarkers, x: number): { svg: string; bottom: number } {
  const namesX = x + lanes * LANE + LEADER;
  const ordered = bars
    .map((bar, i) => ({ ...bar, label: labels[i]!, middle: (bar.top + bar.bottom) / 2 }))
    .sort((a, b) => a.middle - b.middle);

  const out: string[] = [];
  let y = -Infinity;
  for (const { marker, top, bottom, lane, label, middle } of ordered) {
    y = Math.max(y + LINE, middle + 4);
    const barX = x + lane * LANE;
    const isMarked = marker.marks.length > 0;
    const toLabel = `L${px(namesX - 8)} ${px(y - 4)}H${px(namesX - 3)}`;
    const leader = `M${px(barX + BAR)} ${px(middle)}H${px(namesX - LEADER + 2)}${toLabel}`;

    out.push(
      group(
        "marker-row",
        `${marker.type} ${hexOf(marker.address)}, ${sizeOf(marker.memsz)}`,
        rect(barX, top, BAR, bottom - top, isMarked ? "marked-marker" : "marker"),
        path(leader, "leader"),
        text(namesX, y, label, { className: isMarked ? "mark" : "" }),
      ),
    );
  }

  return { svg: out.join(""), bottom: y };
}
