import type { Block, Picture, Row } from "../columns.js";
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

const SLACK_KINDS = ["zeros", "undescribed", "page-head", "page-tail"] as const;
/** Rows of these kinds do not have the colour of their block. */
const UNCOLOURED: readonly Row["kind"][] = ["hole", "overlay", "zeros"];

/** The meaning of the colours that are there. */
function entries(blocks: readonly Block[]): Entry[] {
  const rows = blocks.flatMap((block) => block.rows);
  const kinds = new Set(rows.map((row) => row.kind));
  const coloured = blocks.filter((block) => block.rows.some((row) => !UNCOLOURED.includes(row.kind)));
  const colours = new Set<string>(coloured.map((block) => colourOf(block.flags)));

  const out = [HEAD, ...FLAGS.filter((entry) => colours.has(entry.className))];
  if (kinds.has("bss") || kinds.has("zero-fill")) out.push(BSS);
  if (SLACK_KINDS.some((kind) => kinds.has(kind))) out.push(SLACK);
  if (kinds.has("overlay")) out.push(OVERLAY);
  if (rows.some((row) => row.marks.length > 0)) out.push(MARKED);
  return out;
}

const SWATCH = 14;
const SWATCH_GAP = 6;
const SPACE = 18;
const LINE_GAP = 4;

export function drawLegend(
  pictures: readonly Picture[],
  x: number,
  top: number,
  width: number,
): { svg: string; bottom: number } {
  const blocks = pictures.flatMap((p) => [...p.file, ...p.memory]);
  const hasPads = blocks.some((block) => block.rows.some((row) => row.pad > 0));
  const notes = ["heights: logarithm of the size"];
  if (hasPads) notes.unshift("+n: bytes of padding behind it");

  const out: string[] = [];
  let at = x;
  let y = top;
  const breakBefore = (needed: number): void => {
    if (at === x || at + needed <= x + width) return;
    at = x;
    y += LINE + LINE_GAP;
  };

  for (const { className, label } of entries(blocks)) {
    const labelAt = SWATCH + SWATCH_GAP;
    const needed = labelAt + textWidth(label);
    breakBefore(needed);
    out.push(rect(at, y, SWATCH, 12, className), text(at + labelAt, y + 10, label));
    at += needed + SPACE;
  }
  for (const note of notes) {
    const needed = textWidth(note);
    breakBefore(needed);
    out.push(text(at, y + 10, note));
    at += needed + SPACE;
  }

  return { svg: out.join(""), bottom: y + LINE };
}
