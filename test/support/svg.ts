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

/** The text of XML character data. It throws for an entity or a character that must not stand there. */
export function unescape(data: string): string {
  return data.replace(/[<>\u0000-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]|&[^;]*;?/gu, (found) => {
    if (found === ">" || !Object.hasOwn(ENTITIES, found)) {
      throw new Error(`${JSON.stringify(found)} in the text ${JSON.stringify(data)}`);
    }
    return ENTITIES[found]!;
  });
}

type Attributes = Readonly<Record<string, string>>;

interface Tag {
  readonly name: string;
  readonly attributes: Attributes;
  readonly row: { box: Box | null } | null;
}

/**
 * Reads what {@link mapSvg} draws: well-formed XML of a few elements. Anything else throws.
 *
 * @param letter the width of a letter in parts of the font size
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
    if (name === "rect" && tag.row && !tag.row.box) {
      tag.row.box = boxOf(values);
      rows.push(tag.row.box);
    }
    if (!empty) open.push(tag);
  }

  if (open.length > 0 || !view) throw new Error(`<${open.at(-1)?.name ?? "svg"}> is not closed`);

  const placed = labels.map(({ text, tag }) => ({
    text,
    box: textBox(tag.attributes, text, letter),
    row: tag.row?.box ?? null,
  }));
  return { view, rows, labels: placed };
}

function boxAt(left: number, top: number, width: number, height: number): Box {
  return { left, top, right: left + width, bottom: top + height };
}

function viewBox(text: string): Box {
  const [left, top, width, height] = text.split(" ").map(Number) as [number, number, number, number];
  return boxAt(left, top, width, height);
}

function boxOf(attributes: Attributes): Box {
  const { x, y, width, height } = attributes;
  return boxAt(Number(x), Number(y), Number(width), Number(height));
}

/** The box of a line of text, by the font sizes of the style sheet. */
function textBox(attributes: Attributes, text: string, letter: number): Box {
  const size = fontSize((attributes["class"] ?? "").split(" "));
  const width = cells(text) * size * letter;
  const left = Number(attributes["x"]) - width * partBefore(attributes["text-anchor"]);
  const y = Number(attributes["y"]);
  return { left, right: left + width, top: y - 0.8 * size, bottom: y + 0.24 * size };
}

function fontSize(classes: readonly string[]): number {
  if (classes.includes("title")) return 14;
  return classes.includes("small") ? 10 : 11;
}

/** The part of a text that stands before its anchor. */
function partBefore(anchor: string | undefined): number {
  if (anchor === "end") return 1;
  return anchor === "middle" ? 0.5 : 0;
}

/** What coordinates may be off by, since they are rounded to a tenth of a pixel. */
const ROUNDING = 0.11;

const inside = (a: Box, b: Box): boolean =>
  a.left >= b.left - ROUNDING &&
  a.right <= b.right + ROUNDING &&
  a.top >= b.top - ROUNDING &&
  a.bottom <= b.bottom + ROUNDING;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right - ROUNDING &&
  b.left < a.right - ROUNDING &&
  a.top < b.bottom - ROUNDING &&
  b.top < a.bottom - ROUNDING;

/**
 * What is wrong with a picture: labels over each other, labels outside of their row or of the picture, a free label
 * over a row, rows over each other, a row without a label.
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
    for (const row of rows) {
      if (!l.row && overlap(l.box, row)) out.push(`${l.text}: over a row`);
    }
  });

  byTop.forEach((r, i) => {
    for (let j = i + 1; j < byTop.length && byTop[j]!.top < r.bottom; j++) {
      if (overlap(r, byTop[j]!)) out.push(`two rows overlap at ${r.left}, ${r.top}`);
    }
    if (!labels.some((l) => l.row === r)) out.push(`a row without a label at ${r.left}, ${r.top}`);
  });

  return out;
}
