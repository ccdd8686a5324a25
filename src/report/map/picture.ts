import type { Quantity } from "../description.js";
import type { Block, Column, Picture, Row } from "./columns.js";
import { foldBlocks, foldRows, type Limit } from "./fold.js";
import type { LayoutMap, MapPart } from "./model.js";
import { hexOf, letters, sizeOf } from "./words.js";

/** How much a picture shows one by one. */
export interface PictureLimits {
  readonly rows: Limit;
  readonly blocks: Limit;
}

/** What a picture of the map shows: parts, with runs of small ones folded where there are more than the limits. */
export function picture(map: LayoutMap, limits: PictureLimits, side: Side = "after"): Picture {
  const file = map.regions.map((r): Block => ({
    segment: r.segment,
    flags: r.flags === null ? "" : letters(r.flags),
    title: r.kind === "load" ? loadTitle(r.segment!, r.flags!) : r.kind,
    marks: [],
    rows: rowsOf(r.parts, "offset", side),
  }));
  const memory = map.memory.map((m): Block => ({
    segment: m.segment,
    flags: letters(m.flags),
    title: `${loadTitle(m.segment, m.flags)}, ${count(BigInt(m.pages.size) / BigInt(map.pageSize!))}`,
    marks: m.marks,
    rows: rowsOf(m.parts, "address", side),
  }));
  return {
    map,
    file: foldRows(foldBlocks(file, limits.blocks), limits.rows),
    memory: withHoles(foldRows(foldBlocks(memory, limits.blocks), limits.rows)),
  };
}

const loadTitle = (segment: number, flags: string): string => `PT_LOAD ${segment} ${letters(flags)}`;

const count = (pages: bigint): string => `${pages} page${pages === 1n ? "" : "s"}`;

/** Alignment shows at the end of what stands before it. */
const LARGEST_PAD = 64;

/** Which of two files a picture shows. */
export type Side = "before" | "after";

/** A part of which only the offset differs has not moved in memory. */
function marksOf(p: MapPart, by: "offset" | "address", side: Side): string[] {
  return p.marks.flatMap((m): string[] => {
    if (m !== "moved") return [m];
    const other = p.other?.[by] ?? null;
    return other === p[by]
      ? []
      : [other === null ? m : side === "before" ? `moves to ${hexOf(other)}` : `moved from ${hexOf(other)}`];
  });
}

function rowsOf(parts: readonly MapPart[], by: "offset" | "address", side: Side): Row[] {
  const out: Row[] = [];
  for (const p of parts) {
    const start = BigInt(p[by]!);
    const end = start + BigInt(p.size);
    const last = out[out.length - 1];

    if (last && p.kind === "zeros" && Number(p.size) < LARGEST_PAD && last.kind !== "page-head") {
      out[out.length - 1] = { ...last, end, bytes: end - last.start, pad: last.pad + Number(p.size) };
    } else {
      out.push({
        kind: p.kind,
        label: p.label.trim() === "" ? JSON.stringify(p.label) : p.label,
        names: [],
        start,
        end,
        bytes: end - start,
        pad: 0,
        marks: marksOf(p, by, side),
        title: partTitle(p),
      });
    }
  }

  return out;
}

const upTo = (start: Quantity, size: Quantity): string =>
  `${hexOf(start)}..0x${(BigInt(start) + BigInt(size) - 1n).toString(16)}`;

export const partTitle = (p: MapPart): string =>
  [
    `${p.label}: ${sizeOf(p.size)}`,
    p.offset === null ? "no bytes in the file" : `file ${upTo(p.offset, p.size)}`,
    p.address === null ? "not loaded" : `memory ${upTo(p.address, p.size)}`,
    ...(p.section === null ? [] : [`section ${p.section}`]),
    ...(p.partial ? ["not all of it"] : []),
    ...p.marks,
  ].join(", ");

/** Addresses between PT_LOADs, as blocks of their own. */
function withHoles(blocks: Column): Column {
  let reached: bigint | undefined;
  return blocks.flatMap((b) => {
    const start = b.rows[0]!.start;
    const before = reached;
    reached = b.rows[b.rows.length - 1]!.end;
    if (before === undefined || start <= before) return [b];

    const label = `${sizeOf(start - before)} not mapped`;
    return [
      {
        segment: null,
        flags: "",
        title: "",
        marks: [],
        rows: [
          {
            kind: "hole" as const,
            label,
            names: [],
            start: before,
            end: start,
            bytes: start - before,
            pad: 0,
            marks: [],
            title: label,
          },
        ],
      },
      b,
    ];
  });
}
