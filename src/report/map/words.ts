import type { Quantity } from "../description.js";

/**
 * Controls, direction marks, marks that pile up on other letters, and line ends: a name in a file is anybody's text.
 */
const UNPRINTABLE = /[\p{C}\p{M}\p{Zl}\p{Zp}]/gu;

/** A name as text that changes nothing but its own place. */
export const printable = (s: string): string => s.replace(UNPRINTABLE, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);

export const hexOf = (n: Quantity): string => (typeof n === "number" ? `0x${n.toString(16)}` : n);

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** Bytes for people: exact below 10000, else three digits and a unit. */
export function sizeOf(n: Quantity | bigint): string {
  let left = Number(n);
  let unit = 0;
  if (left < 10_000) return `${left} B`;
  while (left >= 1000 && unit < UNITS.length - 1) {
    left /= 1024;
    unit++;
  }
  return `${left < 10 ? left.toFixed(2) : left < 100 ? left.toFixed(1) : left.toFixed(0)} ${UNITS[unit]}`;
}

/** p_flags as letters: `RX`. readelf's E is everybody else's X. */
export const letters = (flags: string): string => flags.slice(0, 3).replace("E", "X").replaceAll(" ", "") || "-";

/** Cells of a fixed-width font: East Asian wide letters and pictures take two. */
export function cells(s: string): number {
  let n = 0;
  for (const c of s) {
    n +=
      /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
        c,
      ) && c > "\u007f"
        ? 2
        : c > "\uffff"
          ? 2
          : 1;
  }

  return n;
}

/** The text in at most `width` cells, what is left out marked in its middle. */
export function shorten(s: string, width: number, dots = "…"): string {
  if (cells(s) <= width) return s;

  const all = [...s];
  const tail: string[] = [];
  const head: string[] = [];
  let room = width - cells(dots);

  for (let i = 0, j = all.length - 1; i <= j;) {
    const c = head.length <= tail.length ? all[i++]! : all[j--]!;
    const from = head.length <= tail.length ? head : tail;
    if ((room -= cells(c)) < 0) break;
    from.push(c);
  }

  return head.join("") + dots + tail.reverse().join("");
}

/** Lines of at most `width` cells; broken at spaces where there are some, else anywhere. */
export function wrap(text: string, width: number): string[] {
  const out: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (cells(joined) <= width) {
      line = joined;
      continue;
    }

    if (line !== "") out.push(line);
    line = "";
    for (const c of word) {
      if (cells(line + c) > width) {
        out.push(line);
        line = "";
      }
      line += c;
    }
  }

  if (line !== "" || out.length === 0) out.push(line);
  return out;
}
