import type { Block, Row } from "../columns.js";
import { cells, printable, shorten, sizeOf, wrap } from "../words.js";
import { type Glyphs, type Ink, inkOf } from "./style.js";

/** A box of one column: lines of the same width, and the number beside the first one. */
export interface Cell {
  readonly lines: readonly string[];
  readonly number: string;
  readonly ink: Ink;
  /** The row that it shows; null for a border. */
  readonly row: Row | null;
  readonly flags: string;
}

const MOST_LABEL_LINES = 3;
const MOST_NAME_LINES = 6;
/** Letters of a name that are looked at: no label has room for more. */
const LONGEST = 500;

/**
 * More lines for what is larger, so that a map's proportions can be seen: one for 64 KiB, and for each 16 times that.
 */
const tallness = (r: Row): number =>
  r.kind === "hole" ? 1 : Math.min(4, 1 + Math.max(0, Math.floor(Math.log2(Number(r.bytes) / 4096) / 4)));

/** A row as a box between two sides. */
export function rowCell(row: Row, flags: string, width: number, g: Glyphs): Cell {
  const inner = width - 2;
  const side = row.kind === "hole" ? g.torn : g.side;
  const boxed = (s: string) => side + pad(s, inner) + side;
  const number = `0x${row.start.toString(16)}`;
  const ink = inkOfRow(row, flags);
  const cell = (lines: readonly string[]): Cell => ({ lines, number, ink, row, flags });
  if (row.kind === "hole") return cell([centred(` ${shorten(row.label, width - 2, g.dots)} `, width, g.torn)]);

  const size = sizeOf(row.bytes - BigInt(row.pad)) + (row.pad > 0 ? ` +${row.pad}` : "");
  const room = inner - size.length - 1;
  const tiny = room < 6;
  const label = limited(wrap(clean(row.label.slice(0, LONGEST), g), tiny ? inner : room), MOST_LABEL_LINES, g);
  const names = row.names.length > 0 ? limited(wrap(nameList(row.names, inner, g), inner), MOST_NAME_LINES, g) : [];
  const first = tiny
    ? [...label, size.padStart(inner)]
    : [pad(label[0]!, inner - size.length) + size, ...label.slice(1)];
  const lines = [...first, ...names, ...(row.marks.length > 0 ? wrap(`* ${row.marks.join(", ")}`, inner) : [])];
  while (lines.length < tallness(row)) lines.push("");

  return cell(lines.map(boxed));
}

/** Only ASCII where nothing else can be shown. */
const clean = (s: string, g: Glyphs): string =>
  g.side === "|" ? printable(s).replace(/[^ -~]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`) : printable(s);

function nameList(names: readonly string[], width: number, g: Glyphs): string {
  const out: string[] = [];
  let room = width * (MOST_NAME_LINES + 1);
  for (const n of names) {
    if ((room -= n.length + 2) < 0) {
      out.push(g.dots);
      break;
    }
    out.push(shorten(clean(n.slice(0, LONGEST), g), width - 1, g.dots));
  }

  return out.join(", ");
}

/** A border above a block, with its name. */
export function borderCell(b: Block, width: number, g: Glyphs): Cell {
  const name = [b.segment === null ? "" : b.title, ...b.marks].filter(Boolean).join(" ");
  const [left, right] = g.corners;
  const title = name === "" ? "" : `${g.line} ${shorten(name, width - 6, g.dots)} `;

  return {
    lines: [left + title + g.line.repeat(width - 2 - cells(title)) + right],
    number: "",
    ink: b.marks.length > 0 ? "mark" : inkOf(b.flags),
    row: null,
    flags: b.flags,
  };
}

const inkOfRow = (r: Row, flags: string): Ink => {
  if (r.marks.length > 0) return "mark";
  switch (r.kind) {
    case "zeros":
    case "undescribed":
    case "page-head":
    case "page-tail":
    case "hole":
      return "slack";
    case "elf-header":
    case "program-headers":
    case "section-headers":
      return "head";
    default:
      return inkOf(flags);
  }
};

export const pad = (s: string, width: number): string => s + " ".repeat(Math.max(0, width - cells(s)));

const centred = (s: string, width: number, fill: string): string => {
  const left = Math.max(0, Math.floor((width - cells(s)) / 2));
  return fill.repeat(left) + s + fill.repeat(Math.max(0, width - cells(s) - left));
};

const limited = (lines: readonly string[], most: number, g: Glyphs): string[] =>
  lines.length <= most
    ? [...lines]
    : [...lines.slice(0, most - 1), [...lines[most - 1]!].slice(0, -g.dots.length).join("") + g.dots];
