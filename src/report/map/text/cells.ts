import type { Block, Row } from "../columns.js";
import { cells, printable, shorten, sizeOf, wrap } from "../words.js";
import { type Glyphs, type Ink, inkOf } from "./style.js";

/** A box of one column: lines of the same width, and the number beside the first line. */
export interface Cell {
  readonly lines: readonly string[];
  readonly number: string;
  readonly ink: Ink;
  /** The row that the box shows; null for a border. */
  readonly row: Row | null;
  readonly flags: string;
}

const MOST_LABEL_LINES = 3;
const MOST_NAME_LINES = 6;
/** The most letters of a name that are looked at: no label has room for more. */
const LONGEST = 500;

/** The fewest cells for a label beside its size. */
const LEAST_ROOM = 6;

/** A row as a box between two sides. */
export function rowCell(row: Row, flags: string, width: number, glyphs: Glyphs): Cell {
  const lines = row.kind === "hole" ? holeLines(row, width, glyphs) : boxLines(row, width, glyphs);
  return { lines, number: `0x${row.start.toString(16)}`, ink: inkOfRow(row, flags), row, flags };
}

function holeLines(row: Row, width: number, { torn, dots }: Glyphs): string[] {
  return [centred(` ${shorten(row.label, width - 2, dots)} `, width, torn)];
}

function boxLines(row: Row, width: number, glyphs: Glyphs): string[] {
  const inner = width - 2;
  const size = sizeText(row);
  const room = inner - size.length - 1;
  const isTiny = room < LEAST_ROOM;
  const wrapped = wrap(clean(row.label.slice(0, LONGEST), glyphs), isTiny ? inner : room);
  const label = limited(wrapped, MOST_LABEL_LINES, glyphs);

  const lines: string[] = [];
  if (isTiny) lines.push(...label, size.padStart(inner));
  else lines.push(pad(label[0]!, inner - size.length) + size, ...label.slice(1));
  if (row.names.length > 0) {
    lines.push(...limited(wrap(nameList(row.names, inner, glyphs), inner), MOST_NAME_LINES, glyphs));
  }
  if (row.marks.length > 0) lines.push(...wrap(`* ${row.marks.join(", ")}`, inner));
  while (lines.length < leastLines(row)) lines.push("");

  return lines.map((line) => glyphs.side + pad(line, inner) + glyphs.side);
}

function sizeText({ bytes, pad: padding }: Row): string {
  const size = sizeOf(bytes - BigInt(padding));
  return padding > 0 ? `${size} +${padding}` : size;
}

/**
 * More lines for what is larger, so that proportions can be seen: one below 64 KiB, one more from there on and for each
 * 16 times that, four at most.
 */
function leastLines({ bytes }: Row): number {
  const more = Math.floor(Math.log2(Number(bytes) / 4096) / 4);
  return Math.min(4, 1 + Math.max(0, more));
}

/** Only ASCII where nothing else can be shown. */
function clean(s: string, glyphs: Glyphs): string {
  const text = printable(s);
  const isAscii = glyphs.side === "|";
  return isAscii ? text.replace(/[^ -~]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`) : text;
}

/** As many names as the lines can show: a group may stand for ten thousand. */
function nameList(names: readonly string[], width: number, glyphs: Glyphs): string {
  const shown: string[] = [];
  let room = width * (MOST_NAME_LINES + 1);
  for (const name of names) {
    room -= name.length + 2;
    if (room < 0) {
      shown.push(glyphs.dots);
      break;
    }
    shown.push(shorten(clean(name.slice(0, LONGEST), glyphs), width - 1, glyphs.dots));
  }

  return shown.join(", ");
}

/** A border above a block. A PT_LOAD's has its name. */
export function borderCell({ segment, flags, title, marks }: Block, width: number, glyphs: Glyphs): Cell {
  const { line, dots, corners } = glyphs;
  const words = segment === null ? marks : [title, ...marks];
  const name = words.filter(Boolean).join(" ");
  const label = name === "" ? "" : `${line} ${shorten(name, width - 6, dots)} `;
  const rest = line.repeat(width - 2 - cells(label));

  return {
    lines: [corners[0] + label + rest + corners[1]],
    number: "",
    ink: marks.length > 0 ? "mark" : inkOf(flags),
    row: null,
    flags,
  };
}

function inkOfRow(row: Row, flags: string): Ink {
  if (row.marks.length > 0) return "mark";
  switch (row.kind) {
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
}

export const pad = (s: string, width: number): string => s + " ".repeat(Math.max(0, width - cells(s)));

function centred(s: string, width: number, fill: string): string {
  const room = width - cells(s);
  const left = Math.max(0, Math.floor(room / 2));
  return fill.repeat(left) + s + fill.repeat(Math.max(0, room - left));
}

function limited(lines: readonly string[], most: number, { dots }: Glyphs): readonly string[] {
  if (lines.length <= most) return lines;
  const lastLetters = [...lines[most - 1]!];
  return [...lines.slice(0, most - 1), lastLetters.slice(0, -dots.length).join("") + dots];
}
