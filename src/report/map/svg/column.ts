import { INSET, type PlacedBlock, type PlacedRow } from "./rows.js";
import { group, LINE, path, px, rect, SMALL, text } from "./scene.js";
import { colourOf } from "./theme.js";

/** The place of a column, and of the numbers of its rows. */
export interface ColumnPlace {
  readonly x: number;
  readonly width: number;
  readonly numbers: { readonly x: number; readonly anchor: "start" | "end" };
}

/** Draws a column: boxes with their text, numbers beside them, headings above. */
export function drawColumn(blocks: readonly PlacedBlock[], place: ColumnPlace): string {
  const last = blocks.at(-1)!.rows.at(-1)!;
  const drawn = blocks.map((block) => drawBlock(block, place));
  return drawn.join("") + drawNumber(last.bottom, last.row.end, place);
}

const drawBlock = (block: PlacedBlock, place: ColumnPlace): string =>
  drawHeading(block, place) + block.rows.map((row) => drawRow(row, place)).join("") + drawEdge(block, place);

function drawHeading({ heading, top, title, marks }: PlacedBlock, { x }: ColumnPlace): string {
  if (!heading) return "";
  return text(x, top + 14, [title, ...marks].join(" "), { className: marks.length > 0 ? "mark" : "bold" });
}

/** A bar in the colour of the flags along the side of what is loaded. */
function drawEdge({ flags, rows, bottom }: PlacedBlock, { x }: ColumnPlace): string {
  if (flags === "") return "";
  const { top } = rows[0]!;
  return rect(x, top, 4, bottom - top, `${colourOf(flags)}-bar`);
}

const drawNumber = (top: number, n: bigint, { numbers }: ColumnPlace): string =>
  text(numbers.x, top + 11, `0x${n.toString(16)}`, { size: SMALL, anchor: numbers.anchor });

const drawRow = (placed: PlacedRow, place: ColumnPlace): string =>
  (placed.row.kind === "hole" ? drawHole(placed, place) : drawBox(placed, place)) +
  drawNumber(placed.top, placed.row.start, place);

function drawBox(placed: PlacedRow, { x, width }: ColumnPlace): string {
  const { top, bottom, row, label, names, size } = placed;
  const start = x + INSET;
  const end = x + width - INSET;
  const labelTop = top + 13;
  const namesTop = labelTop + label.length * LINE;
  const marksTop = namesTop + names.length * LINE;

  const inside = [rect(x, top, width, bottom - top, boxClass(placed))];
  label.forEach((line, i) => inside.push(text(start, labelTop + i * LINE, line)));
  inside.push(text(end, labelTop, size, { size: SMALL, anchor: "end" }));
  names.forEach((line, i) => inside.push(text(start, namesTop + i * LINE, line, { size: SMALL })));
  if (row.marks.length > 0) {
    inside.push(text(start, marksTop, row.marks.join(", "), { className: "mark" }));
    inside.push(rect(x + 1, top + 1, width - 2, bottom - top - 2, "marked"));
  }
  return group("row", row.title, ...inside);
}

const TEETH = 24;

/** Addresses where nothing is: a torn edge above and below. */
function drawHole({ top, bottom, label, row }: PlacedRow, { x, width }: ColumnPlace): string {
  const tooth = width / TEETH;
  const zigzag = (y: number): string => {
    let d = `M${px(x)} ${px(y)}`;
    for (let i = 0; i < TEETH; i++) d += `L${px(x + (i + 1) * tooth)} ${px(i % 2 === 0 ? y + 3 : y)}`;
    return d;
  };

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
