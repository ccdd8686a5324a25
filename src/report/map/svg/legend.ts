import type { Picture } from "../columns.js";
import { LINE, rect, text, textWidth } from "./scene.js";
import { colourOf } from "./theme.js";

interface Entry {
  readonly className: string;
  readonly label: string;
}

const FLAGS: readonly Entry[] = [
  { className: "r", label: "loaded, read only (R)" },
  { className: "x", label: "executable (X)" },
  { className: "w", label: "writable (W)" },
  { className: "wx", label: "writable and executable" },
  { className: "plain", label: "not loaded" },
];
const BSS: Entry = { className: "w-bss", label: "memory without file bytes" };
const SLACK: Entry = { className: "slack", label: "slack: nothing describes it" };
const HEAD: Entry = { className: "head", label: "headers" };
const OVERLAY: Entry = { className: "over", label: "overlay" };
const MARKED: Entry = { className: "marked", label: "differs" };

/** What the colours mean, of those that are there. */
function entries(pictures: readonly Picture[]): Entry[] {
  const blocks = pictures.flatMap((p) => [...p.file, ...p.memory]);
  const rows = blocks.flatMap((b) => b.rows);
  const kinds = new Set(rows.map((r) => r.kind));
  const colours = new Set(
    blocks
      .filter((b) => b.rows.some((r) => r.kind !== "hole" && r.kind !== "overlay" && r.kind !== "zeros"))
      .map((b) => colourOf(b.flags)),
  );

  return [
    HEAD,
    ...FLAGS.filter((f) => colours.has(f.className as ReturnType<typeof colourOf>)),
    ...(kinds.has("bss") || kinds.has("zero-fill") ? [BSS] : []),
    ...((["zeros", "undescribed", "page-head", "page-tail"] as const).some((k) => kinds.has(k)) ? [SLACK] : []),
    ...(kinds.has("overlay") ? [OVERLAY] : []),
    ...(rows.some((r) => r.marks.length > 0) ? [MARKED] : []),
  ];
}

const SWATCH = 14;
const SPACE = 18;

export function drawLegend(
  pictures: readonly Picture[],
  x: number,
  top: number,
  width: number,
): { svg: string; bottom: number } {
  const notes = pictures.some((p) => [...p.file, ...p.memory].some((b) => b.rows.some((r) => r.pad > 0)))
    ? ["+n: bytes of padding behind it"]
    : [];
  const out: string[] = [];
  let at = x;
  let y = top;
  const step = (needed: number): void => {
    if (at > x && at + needed > x + width) [at, y] = [x, y + LINE + 4];
  };

  for (const { className, label } of entries(pictures)) {
    const needed = SWATCH + 6 + textWidth(label);
    step(needed);
    out.push(rect(at, y, SWATCH, 12, className), text(at + SWATCH + 6, y + 10, label));
    at += needed + SPACE;
  }

  for (const label of [...notes, "heights: logarithm of the size"]) {
    step(textWidth(label));
    out.push(text(at, y + 10, label));
    at += textWidth(label) + SPACE;
  }

  return { svg: out.join(""), bottom: y + LINE };
}
