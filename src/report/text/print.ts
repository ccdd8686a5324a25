import { hex } from "../../error.js";
import type { Quantity } from "../quantity.js";

/** Ends each line with a line feed, without spaces before it. */
export const lines = (...parts: (string | readonly string[])[]): string =>
  parts
    .flat()
    .map((line) => `${line.trimEnd()}\n`)
    .join("");

export const quantityText = (n: Quantity): string => (typeof n === "number" ? hex(n) : n);

export const NUMERIC = /^(-?0x[0-9a-f]+|\d+)$/;

/** Prints columns as wide as their widest cell; a column of numbers alone is aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];

  const widths = head.map((name, i) => rows.reduce((width, row) => Math.max(width, row[i]!.length), name.length));
  const isRight = head.map((_, i) => rows.every((row) => row[i] === "" || NUMERIC.test(row[i]!)));
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, i) => (isRight[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)));
    return `  ${padded.join("  ")}`;
  };
  return [line(head), ...rows.map(line)];
}

/** A heading and its lines, or nothing where there are none. */
export const block = (heading: string, body: readonly string[]): string[] =>
  body.length > 0 ? ["", heading, ...body] : [];

/** Names to the left of their values; a value of null has no line. */
export function pairs(list: readonly (readonly [name: string, value: string | null])[], indent = ""): string[] {
  const shown = list.filter((pair): pair is readonly [string, string] => pair[1] !== null);
  const width = 1 + shown.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  return shown.map(([name, value]) => `${indent}${`${name}:`.padEnd(width)} ${value}`);
}

/** C0 and C1 controls, and characters that turn the direction of text. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Escapes all that could change what a terminal shows: a name in a file is anybody's text. */
export const safe = (s: string): string =>
  s.replace(UNSAFE, (c) => {
    const code = c.charCodeAt(0);
    return code > 0xff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\x${code.toString(16).padStart(2, "0")}`;
  });

export const quote = (s: string): string => `"${safe(s)}"`;
