/** Colours on a light and on a dark background. Text on each fill has a contrast of at least 4.5:1. */
const LIGHT = {
  bg: "#ffffff",
  fg: "#1b1f24",
  muted: "#454d56",
  line: "#7d8590",
  plain: "#eceff2",
  head: "#e4dcf7",
  over: "#f8d9ec",
  r: "#d3e5fb",
  "r-line": "#2b6cb0",
  x: "#cfeed2",
  "x-line": "#2a7a38",
  w: "#fce2c0",
  "w-line": "#ac6410",
  wx: "#fbcdcd",
  "wx-line": "#bd2c34",
  mark: "#7a2fd0",
};
const DARK: typeof LIGHT = {
  bg: "#0f1318",
  fg: "#eef2f6",
  muted: "#c0c8d0",
  line: "#7d8894",
  plain: "#262c34",
  head: "#37305a",
  over: "#562a48",
  r: "#17375c",
  "r-line": "#6daef5",
  x: "#17421f",
  "x-line": "#5cc46c",
  w: "#553710",
  "w-line": "#e5a04a",
  wx: "#5f2024",
  "wx-line": "#f3767c",
  mark: "#d0a4ff",
};

export type Theme = "auto" | "light" | "dark";

/** The classes of what is loaded, by its flags. */
const FLAGS = ["r", "x", "w", "wx"] as const;

const rules = (): string[] => [
  "text{font:11px ui-monospace,monospace;fill:var(--fg)}",
  "text.small{font-size:10px;fill:var(--muted)}",
  "text.bold{font-weight:bold}",
  "text.title{font-size:14px;font-weight:bold}",
  "text.mark{font-weight:bold;fill:var(--mark)}",
  "rect,path{stroke-width:1}",
  ".bg{fill:var(--bg);stroke:none}",
  ...FLAGS.flatMap((f) => [
    `.${f}{fill:var(--${f});stroke:var(--${f}-line)}`,
    `.${f}-bar{fill:var(--${f}-line);stroke:none}`,
    `.${f}-band{fill:var(--${f});stroke:var(--${f}-line);opacity:.7}`,
  ]),
  ".plain{fill:var(--plain);stroke:var(--line)}",
  ".plain-bar{fill:var(--line);stroke:none}",
  ".head{fill:var(--head);stroke:var(--line)}",
  ".over{fill:var(--over);stroke:var(--line)}",
  ".slack{fill:var(--bg);stroke:var(--line);stroke-dasharray:3 2}",
  ".zero{fill:var(--bg)}",
  ".r-bss,.x-bss,.w-bss,.wx-bss{fill:var(--bg);stroke-dasharray:6 2}",
  ...FLAGS.map((f) => `.${f}-bss{stroke:var(--${f}-line)}`),
  ".hole,.leader{fill:none;stroke:var(--line)}",
  ".leader{stroke-dasharray:1 2}",
  ".marker{fill:var(--muted);stroke:none}",
  ".marked{fill:none;stroke:var(--mark);stroke-width:2}",
  ".marked-marker{fill:var(--mark);stroke:none}",
];

/** The style sheet. Its rules hold inside this picture only, even where it is part of a page. */
export function styleSheet(theme: Theme): string {
  const root = ".elfwright-map";
  const scoped = rules().map((rule) => rule.replace(/^[^{]+/, (selectors) => scopedTo(root, selectors)));
  return `<style>${colours(root, theme)}${scoped.join("")}</style>`;
}

const scopedTo = (root: string, selectors: string): string =>
  selectors
    .split(",")
    .map((selector) => `${root} ${selector}`)
    .join(",");

function colours(root: string, theme: Theme): string {
  const light = `${root}{${variables(LIGHT)}}`;
  const dark = `${root}{${variables(DARK)}}`;
  switch (theme) {
    case "light":
      return light;
    case "dark":
      return dark;
    default:
      return `${light}@media(prefers-color-scheme:dark){${dark}}`;
  }
}

const variables = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");

/** The class of a block's colour, by the letters of its flags. */
export function colourOf(flags: string): (typeof FLAGS)[number] | "plain" {
  if (flags === "") return "plain";
  if (flags.includes("W")) return flags.includes("X") ? "wx" : "w";
  return flags.includes("X") ? "x" : "r";
}
