import { cells, printable } from "../words.js";

/** Font sizes in pixels: names, and numbers beside them. */
export const TEXT = 11;
export const SMALL = 10;

/** Width of a letter in parts of the font size: no fixed-width font that browsers choose has wider ones. */
const WIDEST = 0.62;

/** The most room that a text takes, in pixels. */
export const textWidth = (s: string, size = TEXT): number => cells(s) * size * WIDEST;

/** The number of cells that fit into a width. */
export const cellsIn = (width: number, size = TEXT): number => Math.max(1, Math.floor(width / (size * WIDEST)));

/** Distance of the baselines of two lines. */
export const LINE = 14;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text for XML: names in files are untrusted. */
export const escape = (s: string): string => printable(s).replace(/[&<>"]/g, (c) => ENTITIES[c]!);

export const px = (n: number): string => String(Math.round(n * 10) / 10);

export interface TextStyle {
  readonly size?: number;
  readonly className?: string;
  readonly anchor?: "start" | "middle" | "end";
}

/** A line of text; `y` is its baseline. */
export function text(
  x: number,
  y: number,
  s: string,
  { size = TEXT, className = "", anchor = "start" }: TextStyle = {},
): string {
  const classes = [size === SMALL ? "small" : "", className].filter(Boolean).join(" ");
  const classAttribute = classes ? ` class="${classes}"` : "";
  const anchorAttribute = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text x="${px(x)}" y="${px(y)}"${classAttribute}${anchorAttribute}>${escape(s)}</text>`;
}

export const rect = (x: number, y: number, width: number, height: number, className: string): string =>
  `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" class="${className}"/>`;

export const path = (d: string, className: string): string => `<path d="${d}" class="${className}"/>`;

/** Things that belong together, with the text that a pointer over them shows. */
export function group(className: string, title: string, ...inside: string[]): string {
  const titleElement = title ? `<title>${escape(title)}</title>` : "";
  return `<g class="${className}">${titleElement}${inside.join("")}</g>`;
}
