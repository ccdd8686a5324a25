import type { MapMarker } from "../model.js";
import { spanOf } from "../summary.js";
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
  /** Those that lie nowhere in memory, or are too many. */
  readonly others: readonly MapMarker[];
}

const MOST = 24;
const LANE = 9;
const SHORTEST = 4;
const LEADER = 22;

export function placeMarkers(markers: readonly MapMarker[], memory: readonly PlacedBlock[]): PlacedMarkers {
  const placed: Placed[] = [];
  const others: MapMarker[] = [];
  for (const marker of markers) {
    const { start, end } = spanOf(marker);
    const top = placed.length < MOST && end > start ? yOf(memory, start) : undefined;
    const bottom = top === undefined ? undefined : yOf(memory, end, true);
    if (top === undefined || bottom === undefined || bottom <= top) others.push(marker);
    else placed.push({ marker, top, bottom: Math.max(bottom, top + SHORTEST) });
  }

  placed.sort((a, b) => a.top - b.top || b.bottom - a.bottom);
  const ends: number[] = [];
  const bars = placed.map((p) => {
    const free = ends.findIndex((end) => end + 2 <= p.top);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = p.bottom;
    return { ...p, lane };
  });
  const labels = bars.map(({ marker }) => markerText(marker));

  return {
    bars,
    lanes: ends.length,
    labels,
    width: bars.length === 0 ? 0 : ends.length * LANE + LEADER + labels.reduce((w, l) => Math.max(w, textWidth(l)), 0),
    others,
  };
}

export const markerText = (m: MapMarker): string =>
  [m.type.replace(/^PT_/, ""), letters(m.flags), ...m.marks].join(" ");

/** Draws bars and names, and says how far down they reach. */
export function drawMarkers(m: PlacedMarkers, x: number): { svg: string; bottom: number } {
  const names = x + m.lanes * LANE + LEADER;
  const order = m.bars
    .map((b, i) => ({ ...b, label: m.labels[i]!, middle: (b.top + b.bottom) / 2 }))
    .sort((a, b) => a.middle - b.middle);
  let y = -Infinity;
  const svg = order.map(({ marker, top, bottom, lane, label, middle }) => {
    y = Math.max(y + LINE, middle + 4);
    const bar = x + lane * LANE;
    const marked = marker.marks.length > 0;

    return group(
      "marker-row",
      `${marker.type} ${hexOf(marker.address)}, ${sizeOf(marker.memsz)}`,
      rect(bar, top, 5, bottom - top, marked ? "marked-marker" : "marker"),
      path(
        `M${px(bar + 5)} ${px(middle)}H${px(names - LEADER + 2)}L${px(names - 8)} ${px(y - 4)}H${px(names - 3)}`,
        "leader",
      ),
      text(names, y, label, { className: marked ? "mark" : "" }),
    );
  });

  return { svg: svg.join(""), bottom: y };
}
