/** The characters that lines and boxes are drawn with. */
export interface Glyphs {
  readonly side: string;
  readonly line: string;
  readonly corners: readonly [left: string, right: string];
  readonly band: string;
  readonly torn: string;
  readonly dots: string;
}

export const BOXES: Glyphs = {
  side: "│",
  line: "─",
  corners: ["├", "┤"],
  band: "═",
  torn: "╌",
  dots: "…",
};
export const ASCII: Glyphs = {
  side: "|",
  line: "-",
  corners: ["+", "+"],
  band: "=",
  torn: "~",
  dots: "...",
};

/** Colours by what they mean, as SGR parameters: the terminal's own palette, which fits its background. */
export type Ink = "r" | "x" | "w" | "wx" | "slack" | "head" | "mark" | "plain";

const SGR: Readonly<Record<Ink, string>> = {
  r: "36",
  x: "32",
  w: "33",
  wx: "31",
  slack: "2",
  head: "1",
  mark: "1;35",
  plain: "",
};

export type Paint = (s: string, ink: Ink) => string;

export function painted(s: string, ink: Ink): string {
  const colour = SGR[ink];
  return colour === "" || s.trim() === "" ? s : `\u001b[${colour}m${s}\u001b[0m`;
}

export const plain: Paint = (s) => s;

/** The ink of a PT_LOAD, by the letters of its flags. */
export function inkOf(flags: string): Ink {
  if (flags === "") return "plain";
  if (flags.includes("W")) return flags.includes("X") ? "wx" : "w";
  return flags.includes("X") ? "x" : "r";
}
