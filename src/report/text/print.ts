import { hex } from "../../error.js";
import type { Quantity } from "../quantity.js";

export const lines = (...parts: (string | readonly string[])[]): string =>
  parts
    .flat()
    .map((l) => l.trimEnd() + "\n")
    .join("");

export const number = (n: Quantity): string => (typeof n === "number" ? hex(n) : n);

export const NUMERIC = /^(-?0x[0-9a-f]+|\d+)$/;

/** Columns as wide as their widest cell; those whose cells are all numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const widths = head.map((h, i) => rows.reduce((w, r) => Math.max(w, r[i]!.length), h.length));
  const right = head.map((_, i) => rows.every((r) => r[i] === "" || NUMERIC.test(r[i]!)));
  const line = (cells: readonly string[]) =>
    "  " + cells.map((c, i) => (right[i] ? c.padStart(widths[i]!) : c.padEnd(widths[i]!))).join("  ");
  return [line(head), ...rows.map(line)];
}

/** A heading and its lines, or nothing where there are none. */
export const block = (heading: string, body: readonly string[]): string[] =>
  body.length > 0 ? ["", heading, ...body] : [];

/** Names to the left of their values. */
export function pairs(list: readonly (readonly [name: string, value: string | null])[], indent = ""): string[] {
  const shown = list.filter((p): p is readonly [string, string] => p[1] !== null);
  const width = shown.reduce((w, [name]) => Math.max(w, name.length), 0);
  return shown.map(([name, value]) => `${indent}${`${name}:`.padEnd(width + 1)} ${value}`);
}

/**
 * C0 and C1 controls, and those that turn the direction of text, would change what a terminal shows: a name in a file
 * is anybody's text.
 */
export const safe = (s: string): string =>
  s.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (c) =>
    c > "\u00ff"
      ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`
      : `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );

export const quote = (s: string): string => `"${safe(s)}"`;
