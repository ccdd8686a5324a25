import type { Quantity } from "../description.js";

/** Controls, direction marks, marks that pile up on other letters, and line ends. */
const UNPRINTABLE = /[\p{C}\p{M}\p{Zl}\p{Zp}]/gu;

/** A name as text that changes nothing but its own place: a name in a file is anybody's text. */
export const printable = (s: string): string => s.replace(UNPRINTABLE, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);

export const hexOf = (n: Quantity): string => (typeof n === "number" ? `0x${n.toString(16)}` : n);

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;

/** Bytes for people: exact below 10000, else three digits and a unit. */
export function sizeOf(n: Quantity | bigint): string {
  let left = Number(n);
  if (left < 10_000) return `${left} B`;

  let unit = 0;
  while (left >= 1000 && unit < UNITS.length - 1) {
    left /= 1024;
    unit++;
  }
  return `${left.toFixed(decimals(left))} ${UNITS[unit]}`;
}

function decimals(n: number): number {
  if (n < 10) return 2;
  return n < 100 ? 1 : 0;
}

/** p_flags as letters: `RX`. readelf's E is everybody else's X. */
export const letters = (flags: string): string => flags.slice(0, 3).replace("E", "X").replaceAll(" ", "") || "-";

/** Unicode's East_Asian_Width W and F, up to U+FFFF and behind it. Pictures have a property of their own. */
const EAST_ASIAN_WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const FAR_WIDE = /[\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{1f3fb}-\u{1f3ff}\u{20000}-\u{3fffd}]/u;
const PICTURE = /\p{Extended_Pictographic}/u;

const isWide = (letter: string): boolean =>
  letter > "\u007f" && (EAST_ASIAN_WIDE.test(letter) || FAR_WIDE.test(letter) || PICTURE.test(letter));

/** Cells of a fixed-width font: East Asian wide letters and pictures take two. */
export function cells(s: string): number {
  let count = 0;
  for (const letter of s) count += isWide(letter) ? 2 : 1;
  return count;
}

/** The text in at most `width` cells; `dots` in its middle stand for what is left out. */
export function shorten(s: string, width: number, dots = "…"): string {
  if (cells(s) <= width) return s;

  const all = [...s];
  const head: string[] = [];
  const tail: string[] = [];
  let room = width - cells(dots);
  let first = 0;
  let last = all.length - 1;
  while (first <= last) {
    const isHead = head.length <= tail.length;
    const letter = isHead ? all[first++]! : all[last--]!;
    room -= cells(letter);
    if (room < 0) break;
    (isHead ? head : tail).push(letter);
  }

  return head.join("") + dots + tail.reverse().join("");
}

/** Lines of at most `width` cells; broken at spaces where there are some, else anywhere. */
export function wrap(text: string, width: number): string[] {
  const out: string[] = [];
  let line = "";
  let used = 0;
  const breakLine = (): void => {
    out.push(line);
    line = "";
    used = 0;
  };

  for (const word of text.split(" ")) {
    const size = cells(word);
    const joined = line === "" ? size : used + 1 + size;
    if (joined <= width) {
      line = line === "" ? word : `${line} ${word}`;
      used = joined;
      continue;
    }

    if (line !== "") breakLine();
    // No line is measured again for each of its letters: a name may have very many.
    for (const letter of word) {
      const more = cells(letter);
      if (used + more > width) breakLine();
      line += letter;
      used += more;
    }
  }

  if (line !== "" || out.length === 0) out.push(line);
  return out;
}
