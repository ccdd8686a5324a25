import type { Quantity } from "../description.js";
import type { Block, Column, Picture, Row } from "./columns.js";
import { foldBlocks, foldRows, type Limit } from "./fold.js";
import type { FileRegion, LayoutMap, MapPart, MemorySegment } from "./model.js";
import { hexOf, letters, sizeOf } from "./words.js";

/** How much a picture shows one by one. */
export interface PictureLimits {
  readonly rows: Limit;
  readonly blocks: Limit;
}

/** Which of two files a picture shows. */
export type Side = "before" | "after";

/** What a picture of the map shows: its parts, with runs of small ones folded where there are more than the limits. */
export function pictureOf(map: LayoutMap, limits: PictureLimits, side: Side = "after"): Picture {
  const file = map.regions.map((region) => fileBlock(region, side));
  const memory = map.memory.map((segment) => memoryBlock(segment, map.pageSize!, side));
  const fold = (blocks: Column): Column => foldRows(foldBlocks(blocks, limits.blocks), limits.rows);
  return { map, file: fold(file), memory: withHoles(fold(memory)) };
}

function fileBlock({ kind, segment, flags, parts }: FileRegion, side: Side): Block {
  return {
    segment,
    flags: flags === null ? "" : letters(flags),
    title: kind === "load" ? loadTitle(segment!, flags!) : kind,
    marks: [],
    rows: rowsOf(parts, "offset", side),
  };
}

function memoryBlock({ segment, flags, pages, marks, parts }: MemorySegment, pageSize: number, side: Side): Block {
  const count = BigInt(pages.size) / BigInt(pageSize);
  return {
    segment,
    flags: letters(flags),
    title: `${loadTitle(segment, flags)}, ${count} page${count === 1n ? "" : "s"}`,
    marks,
    rows: rowsOf(parts, "address", side),
  };
}

const loadTitle = (segment: number, flags: string): string => `PT_LOAD ${segment} ${letters(flags)}`;

/** Fewer zeros are shown as padding, at the end of what stands before them. */
const LARGEST_PAD = 64;

function rowsOf(parts: readonly MapPart[], by: "offset" | "address", side: Side): Row[] {
  const out: Row[] = [];
  for (const part of parts) {
    const start = BigInt(part[by]!);
    const size = BigInt(part.size);
    const end = start + size;
    const last = out[out.length - 1];

    const isPad = part.kind === "zeros" && size < LARGEST_PAD;
    if (isPad && last && last.kind !== "page-head") {
      out[out.length - 1] = { ...last, end, bytes: end - last.start, pad: last.pad + Number(size) };
      continue;
    }

    out.push({
      kind: part.kind,
      label: part.label.trim() === "" ? JSON.stringify(part.label) : part.label,
      names: [],
      start,
      end,
      bytes: size,
      pad: 0,
      marks: marksOf(part, by, side),
      title: partTitle(part),
    });
  }

  return out;
}

/** The marks in words. A part of which only the offset differs has not moved in memory. */
function marksOf(part: MapPart, by: "offset" | "address", side: Side): string[] {
  const there = part.other?.[by] ?? null;
  const out: string[] = [];
  for (const mark of part.marks) {
    if (mark !== "moved") out.push(mark);
    else if (there !== part[by]) out.push(moveText(there, side));
  }
  return out;
}

function moveText(there: Quantity | null, side: Side): string {
  if (there === null) return "moved";
  return side === "before" ? `moves to ${hexOf(there)}` : `moved from ${hexOf(there)}`;
}

export function partTitle({ label, size, offset, address, section, partial, marks }: MapPart): string {
  const words = [`${label}: ${sizeOf(size)}`];
  words.push(offset === null ? "no bytes in the file" : `file ${rangeText(offset, size)}`);
  words.push(address === null ? "not loaded" : `memory ${rangeText(address, size)}`);
  if (section !== null) words.push(`section ${section}`);
  if (partial) words.push("not all of it");
  return [...words, ...marks].join(", ");
}

const rangeText = (start: Quantity, size: Quantity): string =>
  `${hexOf(start)}..0x${(BigInt(start) + BigInt(size) - 1n).toString(16)}`;

/** Adds the addresses between PT_LOADs as blocks of their own. */
function withHoles(blocks: Column): Column {
  const out: Block[] = [];
  let reached: bigint | undefined;
  for (const block of blocks) {
    const { start } = block.rows[0]!;
    if (reached !== undefined && start > reached) out.push(hole(reached, start));
    out.push(block);
    reached = block.rows[block.rows.length - 1]!.end;
  }

  return out;
}

function hole(start: bigint, end: bigint): Block {
  const bytes = end - start;
  const label = `${sizeOf(bytes)} not mapped`;
  const row: Row = { kind: "hole", label, names: [], start, end, bytes, pad: 0, marks: [], title: label };
  return { segment: null, flags: "", title: "", marks: [], rows: [row] };
}
