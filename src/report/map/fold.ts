import type { Block, Column, Row } from "./picture.js";

/** Runs shorter than this say more than "+ 2 sections" would. */
const SHORTEST_RUN = 3;

const sizeOfRow = (r: Row): number => Number(r.end - r.start);

/** Folds runs of neighbours that are small (up to a size that is as small as can be) until no more rows than `most` are left. */
export function foldRows(blocks: Column, most: number): Column {
  const count = (limit: number): number => blocks.reduce((n, b) => n + runs(b.rows, (r) => isSmall(r, limit)).length, 0);
  if (count(-1) <= most) return blocks;
  const sizes = [...new Set(blocks.flatMap((b) => b.rows.map(sizeOfRow)))].sort((a, b) => a - b);
  const limit = sizes[firstThat(sizes.length, (i) => count(sizes[i]!) <= most)] ?? Infinity;
  return blocks.map((b) => ({ ...b, rows: runs(b.rows, (r) => isSmall(r, limit)).map((run) => (run.length === 1 ? run[0]! : folded(run))) }));
}

const isSmall = (r: Row, limit: number): boolean => sizeOfRow(r) <= limit && r.kind !== "elf-header" && r.kind !== "page-head" && r.kind !== "page-tail";

/** Runs of rows that fold, and every other row alone. What differs in another way than its neighbours stays apart from them. */
function runs<T extends { readonly marks: readonly string[] }>(rows: readonly T[], small: (r: T) => boolean): T[][] {
  const out: T[][] = [];
  for (let i = 0; i < rows.length; ) {
    let end = i;
    while (end < rows.length && small(rows[end]!) && rows[end]!.marks.join() === rows[i]!.marks.join()) end++;
    if (end - i >= SHORTEST_RUN) out.push(rows.slice(i, end));
    else for (const r of rows.slice(i, Math.max(end, i + 1))) out.push([r]);
    i = Math.max(end, i + 1);
  }
  return out;
}

function firstThat(n: number, holds: (i: number) => boolean): number {
  let low = 0, high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function folded(run: readonly Row[]): Row {
  const what = run.every((r) => r.kind === run[0]!.kind) && run[0]!.kind !== "group" ? `${KINDS[run[0]!.kind] ?? "parts"}` : "parts";
  return { kind: "group", label: `${run.length} ${what}`, names: run.map((r) => r.label), start: run[0]!.start, end: run[run.length - 1]!.end, pad: 0, marks: run[0]!.marks, title: `${run.length} ${what}` };
}

const KINDS: Readonly<Partial<Record<Row["kind"], string>>> = { code: "code sections", data: "data sections", "read-only": "read-only sections", note: "notes", debug: "debug sections", symbols: "symbol sections", table: "tables", bss: "bss sections" };

/** Folds runs of the smallest blocks: a core dump has thousands of PT_LOADs. */
export function foldBlocks(blocks: Column, most: number): Column {
  if (blocks.length <= most) return blocks;
  const sizeOf = (b: Block) => Number(b.rows[b.rows.length - 1]!.end - b.rows[0]!.start), sizes = blocks.map(sizeOf).sort((a, b) => a - b);
  const count = (limit: number): number => runs(blocks, (b) => sizeOf(b) <= limit).length, limit = sizes[firstThat(sizes.length, (i) => count(sizes[i]!) <= most)] ?? Infinity;
  return runs(blocks, (b) => sizeOf(b) <= limit).map((run) => (run.length === 1 ? run[0]! : foldedBlock(run)));
}

function foldedBlock(run: readonly Block[]): Block {
  const loads = run.filter((b) => b.segment !== null), label = loads.length > 0 ? `${loads.length} PT_LOADs` : `${run.length} stretches`;
  const row: Row = {
    kind: "group", label, names: loads.map((b) => `${b.title} 0x${b.rows[0]!.start.toString(16)}`), start: run[0]!.rows[0]!.start, end: run[run.length - 1]!.rows.at(-1)!.end, pad: 0,
    marks: run[0]!.marks, title: label,
  };
  return { segment: null, flags: new Set(loads.map((b) => b.flags)).size === 1 ? loads[0]!.flags : "", title: label, marks: run[0]!.marks, rows: [row] };
}
