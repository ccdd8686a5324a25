import type { MapComparison } from "./compare.js";
import type { LayoutMap } from "./model.js";
import type { Picture } from "./columns.js";
import { pictureOf } from "./picture.js";
import { summary } from "./summary.js";
import { letters } from "./words.js";
import { drawLegend } from "./svg/legend.js";
import { drawPanel } from "./svg/panel.js";
import { escape, px, rect } from "./svg/scene.js";
import { styleSheet, type Theme } from "./svg/theme.js";
import { assertMap, assertOptions } from "../../input.js";

/** Options of {@link mapSvg}. */
export interface MapSvgOptions {
  /** The heading; of a comparison, one for each file. Default: none, and "before" and "after". */
  readonly title?: string | readonly [before: string, after: string] | undefined;
  /** Colours: "auto" follows the reader's prefers-color-scheme. Default "auto". */
  readonly theme?: Theme | undefined;
  /**
   * Whether the picture has a background of its own. Without one, the page's background shows through, and `theme` must
   * fit it. Default true.
   */
  readonly background?: boolean | undefined;
}

const MARGIN = 20;
const BETWEEN = 36;
const LIMITS = { rows: { most: 120, folded: 40 }, blocks: { most: 40, folded: 20 } };

/**
 * Draws the layout as a picture that stands alone: one SVG document with its own styles, without scripts, fonts and
 * addresses of anything else. The file is on the left with offsets, memory on the right with addresses, with a band for
 * each PT_LOAD between them and the other program headers beside memory. Heights grow with the logarithm of the size.
 * Names from the file are escaped.
 *
 * @param map what {@link layoutMap} gives, or {@link compareMaps} for two files side by side
 * @example
 * writeFileSync("server.svg", mapSvg(layoutMap(readElf(bytes)), { title: "server" }));
 */
export function mapSvg(map: LayoutMap | MapComparison, options: MapSvgOptions = {}): string {
  assertMap("mapSvg", map);
  assertOptions<MapSvgOptions>("mapSvg", options, { title: true, theme: true, background: true });

  const maps = "before" in map ? [map.before, map.after] : [map];
  const titles = titlesOf(options.title, maps.length);
  const pictures = maps.map((m, i) => pictureOf(m, LIMITS, i === 0 && maps.length > 1 ? "before" : "after"));

  const panels: string[] = [];
  let x = MARGIN;
  let bottom = 0;
  pictures.forEach((p, i) => {
    const panel = drawPanel(p, titles[i]!, x, MARGIN);
    panels.push(panel.svg);
    x += panel.width + BETWEEN;
    bottom = Math.max(bottom, MARGIN + panel.height);
  });

  const width = x - BETWEEN + MARGIN;
  const legend = drawLegend(pictures, MARGIN, bottom, width - 2 * MARGIN);
  const height = legend.bottom + MARGIN;
  const size = `width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}"`;
  const name = titles.filter(Boolean).join(", ") || "ELF file";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="elfwright-map" role="img" ${size}>`,
    `<title>${escape(name)}: layout</title>`,
    `<desc>${escape(pictures.map(pictureText).join(" "))}</desc>`,
    styleSheet(options.theme ?? "auto"),
    options.background === false ? "" : rect(0, 0, width, height, "bg"),
    ...panels,
    legend.svg,
    "</svg>\n",
  ].join("");
}

function titlesOf(title: MapSvgOptions["title"], count: number): readonly string[] {
  if (typeof title === "string") return count === 1 ? [title] : [`${title} before`, `${title} after`];
  if (title) return title;
  return count === 1 ? [""] : ["before", "after"];
}

const MOST_FLAGS = 12;

/** The picture in words. */
function pictureText({ map }: Picture): string {
  const flags = map.memory.slice(0, MOST_FLAGS).map((segment) => letters(segment.flags));
  const count = `${map.memory.length} PT_LOAD segments`;
  return `${summary(map)}. ${flags.length === 0 ? count : `${count}: ${flags.join(", ")}`}.`;
}
