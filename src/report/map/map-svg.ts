import type { MapComparison } from "./compare.js";
import type { LayoutMap } from "./model.js";
import type { Picture } from "./columns.js";
import { picture } from "./picture.js";
import { summary } from "./summary.js";
import { letters } from "./words.js";
import { drawLegend } from "./svg/legend.js";
import { drawPanel } from "./svg/panel.js";
import { escape, px, rect } from "./svg/scene.js";
import { styleSheet, type Theme } from "./svg/theme.js";

/** Options of {@link mapSvg}. */
export interface MapSvgOptions {
  /** The heading; of a comparison, one for each file. Default: none, and "before" and "after". */
  readonly title?: string | readonly [before: string, after: string];
  /** Colours: "auto" follows the reader's prefers-color-scheme. Default "auto". */
  readonly theme?: Theme;
  /**
   * Does the picture have a background of its own? Without one the page's shows through; `theme` must fit it. Default
   * true.
   */
  readonly background?: boolean;
}

const MARGIN = 20;
const BETWEEN = 36;
const LIMITS = { rows: { most: 120, folded: 40 }, blocks: { most: 40, folded: 20 } };

/**
 * The layout as a picture that stands alone: one SVG document with its own styles, no script, no font and no address of
 * anything else. The file is on the left with offsets, memory on the right with addresses, a band for each PT_LOAD
 * between them, the other program headers beside memory. Heights grow with the logarithm of the size. Names out of the
 * file are escaped.
 *
 * @param map what {@link layoutMap} gives, or {@link compareMaps} for two files side by side
 * @example
 * writeFileSync("server.svg", mapSvg(layoutMap(readElf(bytes)), { title: "server" }));
 */
export function mapSvg(map: LayoutMap | MapComparison, options: MapSvgOptions = {}): string {
  const maps = "before" in map ? [map.before, map.after] : [map];
  const titles = titlesOf(options.title, maps.length);
  const pictures = maps.map((m, i) => picture(m, LIMITS, i === 0 && maps.length > 1 ? "before" : "after"));
  let x = MARGIN;
  let bottom = 0;
  const panels = pictures.map((p, i) => {
    const panel = drawPanel(p, titles[i]!, x, MARGIN);
    x += panel.width + BETWEEN;
    bottom = Math.max(bottom, MARGIN + panel.height);
    return panel.svg;
  });
  const width = x - BETWEEN + MARGIN;
  const legend = drawLegend(pictures, MARGIN, bottom, width - 2 * MARGIN);
  const height = legend.bottom + MARGIN;
  const background = options.background === false ? "" : rect(0, 0, width, height, "bg");

  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="elfwright-map" role="img" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}">` +
    `<title>${escape(titles.filter(Boolean).join(", ") || "ELF file")}: layout</title><desc>${escape(pictures.map(describe).join(" "))}</desc>${styleSheet(options.theme ?? "auto")}${background}${panels.join("")}${legend.svg}</svg>\n`
  );
}

function titlesOf(title: MapSvgOptions["title"], count: number): readonly string[] {
  if (typeof title === "string") return count === 1 ? [title] : [`${title} before`, `${title} after`];
  return title ?? (count === 1 ? [""] : ["before", "after"]);
}

/** The picture in words. */
const describe = ({ map }: Picture): string =>
  `${summary(map)}. ${map.memory.length} PT_LOAD segments${
    map.memory.length === 0
      ? ""
      : `: ${map.memory
          .slice(0, 12)
          .map((m) => letters(m.flags))
          .join(", ")}`
  }.`;
