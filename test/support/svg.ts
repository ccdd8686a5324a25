import { cells } from "../../src/report/map/words.js";

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Label {
  readonly text: string;
  readonly box: Box;
  /** The row that it stands in; null where it stands free. */
  readonly row: Box | null;
}

export interface Drawn {
  readonly view: Box;
  readonly labels: readonly Label[];
  /** The boxes of rows, in the order of the document. */
  readonly rows: readonly Box[];
}

const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

/** The text of XML character data; an entity or character that has no place there throws. */
export function unescape(s: string): string {
  return s.replace(/[<>\u0000-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]|&[^;]*;?/gu, (c) => {
    if (c === ">" || !Object.hasOwn(ENTITIES, c)) {
      throw new Error(`${JSON.stringify(c)} in the text ${JSON.stringify(s)}`);
    }
    return ENTITIES[c]!;
  });
}

interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly row: { box: Box | null } | null;
}

/**
 * Reads what {@link mapSvg} draws: well-formed XML of a few elements, or an error. `letter` is a letter's width in
 * parts of the font size.
 */
export function readSvg(svg: string, letter = 0.62): Drawn {
  const open: Tag[] = [];
  const labels: { text: string; tag: Tag }[] = [];
  const rows: Box[] = [];
  const token = /<(\/?)([a-zA-Z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>|([^<]+)|([^])/gy;
  let view: Box | undefined;

  for (let m = token.exec(svg); m; m = token.exec(svg)) {
    const [, closing, name, attributes, empty, characters, other] = m;
    const parent = open.at(-1);
    if (other !== undefined) throw new Error(`no XML at ${m.index}: ${svg.slice(m.index, m.index + 60)}`);
    if (characters !== undefined) {
      if (!parent) {
        if (characters.trim() !== "") throw new Error(`text outside the root: ${characters}`);
      } else if (parent.name === "text") {
        labels.push({ text: unescape(characters), tag: parent });
      } else if (parent.name !== "style") {
        unescape(characters);
      }
      continue;
    }
    if (closing) {
      if (open.pop()?.name !== name) throw new Error(`</${name!}> closes nothing`);
      continue;
    }

    const values = Object.fromEntries(
      [...attributes!.matchAll(/ ([a-zA-Z:-]+)="([^"]*)"/g)].map((a) => [a[1]!, unescape(a[2]!)]),
    );
    const tag: Tag = {
      name: name!,
      attributes: values,
      row: values["class"] === "row" ? { box: null } : (parent?.row ?? null),
    };
    if (name === "svg") view = viewBox(values["viewBox"]!);
    if (name === "rect" && tag.row && !tag.row.box) rows.push((tag.row.box = boxOf(values)));
    if (!empty) open.push(tag);
  }

  if (open.length > 0 || !view) throw new Error(`<${open.at(-1)?.name ?? "svg"}> is not closed`);
  return {
    view,
    rows,
    labels: labels.map(({ text, tag }) => ({
      text,
      box: textBox(tag.attributes, text, letter),
      row: tag.row?.box ?? null,
    })),
  };
}

function viewBox(s: string): Box {
  const [left, top, width, height] = s.split(" ").map(Number) as [number, number, number, number];
  return { left, top, right: left + width, bottom: top + height };
}

const boxOf = (a: Readonly<Record<string, string>>): Box => {
  const [x, y, width, height] = [a["x"], a["y"], a["width"], a["height"]].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return { left: x, top: y, right: x + width, bottom: y + height };
};

/** The box of a line of text, by the sizes of the style sheet. */
function textBox(a: Readonly<Record<string, string>>, text: string, letter: number): Box {
  const classes = (a["class"] ?? "").split(" ");
  const size = classes.includes("title") ? 14 : classes.includes("small") ? 10 : 11;
  const width = cells(text) * size * letter;
  const x = Number(a["x"]);
  const y = Number(a["y"]);
  const left = a["text-anchor"] === "end" ? x - width : a["text-anchor"] === "middle" ? x - width / 2 : x;
  return { left, right: left + width, top: y - 0.8 * size, bottom: y + 0.24 * size };
}

const inside = (a: Box, b: Box): boolean =>
  a.left >= b.left - 0.11 && a.right <= b.right + 0.11 && a.top >= b.top - 0.11 && a.bottom <= b.bottom + 0.11;
const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right - 0.11 && b.left < a.right - 0.11 && a.top < b.bottom - 0.11 && b.top < a.bottom - 0.11;

/**
 * What is wrong with a picture: labels over each other, outside of their row or of the picture, a free label over a
 * row, rows over each other, a row without a label.
 */
export function faults({ view, labels, rows }: Drawn): string[] {
  const out: string[] = [];
  const sorted = [...labels].sort((a, b) => a.box.top - b.box.top);
  const byTop = [...rows].sort((a, b) => a.top - b.top);
  sorted.forEach((l, i) => {
    if (!inside(l.box, view)) out.push(`${l.text}: outside of the picture`);
    if (l.row && !inside(l.box, l.row)) out.push(`${l.text}: outside of its row`);
    for (let j = i + 1; j < sorted.length && sorted[j]!.box.top < l.box.bottom; j++) {
      if (overlap(l.box, sorted[j]!.box)) out.push(`${l.text} and ${sorted[j]!.text} overlap`);
    }
    if (!l.row) for (const r of rows) if (overlap(l.box, r)) out.push(`${l.text}: over a row`);
  });
  byTop.forEach((r, i) => {
    for (let j = i + 1; j < byTop.length && byTop[j]!.top < r.bottom; j++) {
      if (overlap(r, byTop[j]!)) out.push(`two rows overlap at ${r.left}, ${r.top}`);
    }
    if (!labels.some((l) => l.row === r)) out.push(`a row without a label at ${r.left}, ${r.top}`);
  });

  return out;
}
