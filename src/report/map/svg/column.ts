import { INSET, type PlacedBlock, type PlacedRow } from "./rows.js";
import { group, LINE, path, px, rect, SMALL, text } from "./scene.js";
import { colourOf } from "./theme.js";

/** Where a column stands, and where the numbers of its rows do. */
export interface ColumnPlace {
  readonly x: number;
  readonly width: number;
  readonly numbers: { readonly x: number; readonly anchor: "start" | "end" };
}

/** Draws a column: boxes with their text, numbers beside them, headings above. */
export function drawColumn(blocks: readonly PlacedBlock[], place: ColumnPlace): string {
  const last = blocks[blocks.length - 1]!.rows.at(-1)!;
  return (
    blocks.map((b) => drawHeading(b, place) + b.rows.map((r) => drawRow(r, place)).join("") + edge(b, place)).join("") +
    number(last.bottom, last.row.end, place)
  );
}

const number = (top: number, n: bigint, { numbers }: ColumnPlace): string =>
  text(numbers.x, top + 11, `0x${n.toString(16)}`, { size: SMALL, anchor: numbers.anchor });

const drawHeading = (b: PlacedBlock, { x }: ColumnPlace): string =>
  b.heading
    ? text(x, b.top + 14, [b.title, ...b.marks].join(" "), { className: b.marks.length > 0 ? "mark" : "bold" })
    : "";

/** A bar in the colour of the flags along the side of what is loaded. */
const edge = (b: PlacedBlock, { x }: ColumnPlace): string =>
  b.flags === "" ? "" : rect(x, b.rows[0]!.top, 4, b.bottom - b.rows[0]!.top, `${colourOf(b.flags)}-bar`);

function drawRow(p: PlacedRow, place: ColumnPlace): string {
  const { x, width } = place;
  const { top, bottom, row } = p;
  if (row.kind === "hole") return drawHole(p, place) + number(top, row.start, place);

  const end = x + width - INSET;
  const lines = p.label.map((l, i) => text(x + INSET, top + 13 + i * LINE, l));
  const below = top + 13 + p.label.length * LINE;
  const names = p.names.map((l, i) => text(x + INSET, below + i * LINE, l, { size: SMALL }));
  const marks =
    row.marks.length > 0
      ? [
          text(x + INSET, below + p.names.length * LINE, row.marks.join(", "), { className: "mark" }),
          rect(x + 1, top + 1, width - 2, bottom - top - 2, "marked"),
        ]
      : [];

  return (
    group(
      "row",
      row.title,
      rect(x, top, width, bottom - top, boxClass(p)),
      ...lines,
      text(end, top + 13, p.size, { size: SMALL, anchor: "end" }),
      ...names,
      ...marks,
    ) + number(top, row.start, place)
  );
}

/** Addresses that nothing takes: a torn edge above and below. */
function drawHole({ top, bottom, label, row }: PlacedRow, { x, width }: ColumnPlace): string {
  const tooth = width / 24;
  const zigzag = (y: number) =>
    `M${px(x)} ${px(y)}` +
    Array.from({ length: 24 }, (_, i) => `L${px(x + (i + 1) * tooth)} ${px(y + (i % 2 === 0 ? 3 : 0))}`).join("");
  return group(
    "hole-row",
    row.title,
    path(zigzag(top), "hole"),
    path(zigzag(bottom - 3), "hole"),
    text(x + width / 2, (top + bottom) / 2 + 4, label[0]!, { size: SMALL, anchor: "middle" }),
  );
}

function boxClass({ row, flags }: PlacedRow): string {
  const colour = colourOf(flags);
  switch (row.kind) {
    case "elf-header":
    case "program-headers":
    case "section-headers":
      return "head";
    case "overlay":
      return "over";
    case "zeros":
    case "undescribed":
    case "page-head":
    case "page-tail":
      return "slack";
    case "bss":
    case "zero-fill":
      return colour === "plain" ? "slack" : `${colour}-bss`;
    default:
      return colour;
  }
}
