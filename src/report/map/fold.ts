import type { Block, Column, Row } from "./columns.js";

/** Runs shorter than this say more than "+ 2 sections" would. */
const SHORTEST_RUN = 3;

/** How much is shown one by one; where there is more, how much is left after folding. */
export interface Limit {
  readonly most: number;
  readonly folded: number;
}

/** Folds runs of small neighbours where there are too many rows: as many of the largest as can be stay. */
export function foldRows(blocks: Column, { most, folded: left }: Limit): Column {
  const all = blocks.flatMap((b) => b.rows);
  if (all.length <= most) return blocks;

  const rank = ranks(
    all.filter((r) => !isFixed(r)),
    (r) => r.bytes,
  );
  const folds = (kept: number) => blocks.map((b) => runs(b.rows, (r) => (rank.get(r) ?? -1) >= kept));
  const kept = largest(rank.size, (k) => folds(k).reduce((n, b) => n + b.length, 0) <= left);

  return folds(kept).map((rows, i) => ({
    ...blocks[i]!,
    rows: rows.map((run) => (run.length === 1 ? run[0]! : folded(run))),
  }));
}

/** Folds runs of the smallest blocks: a core dump has thousands of PT_LOADs. */
export function foldBlocks(blocks: Column, { most, folded: left }: Limit): Column {
  if (blocks.length <= most) return blocks;
  const rank = ranks(blocks, bytesOf);
  const folds = (kept: number) => runs(blocks, (b) => rank.get(b)! >= kept);
  const kept = largest(rank.size, (k) => folds(k).length <= left);
  return folds(kept).map((run) => (run.length === 1 ? run[0]! : foldedBlock(run)));
}

const isFixed = (r: Row): boolean => r.kind === "elf-header" || r.kind === "page-head" || r.kind === "page-tail";

const bytesOf = (b: Block): bigint => b.rows.reduce((n, r) => n + r.bytes, 0n);

/** The places in order of size: the largest first, of equal ones the first. */
function ranks<T>(items: readonly T[], size: (item: T) => bigint): Map<T, number> {
  const sizes = items.map((item) => ({ item, size: size(item) }));
  return new Map(
    sizes.sort((a, b) => (a.size < b.size ? 1 : a.size > b.size ? -1 : 0)).map(({ item }, i) => [item, i]),
  );
}

/** How many of the largest can stay. */
function largest(count: number, fits: (kept: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Runs of items that fold, and every other item alone. What differs in another way than its neighbours stays apart from
 * them.
 */
function runs<T extends { readonly marks: readonly string[] }>(items: readonly T[], small: (r: T) => boolean): T[][] {
  const out: T[][] = [];
  for (let i = 0; i < items.length;) {
    const { marks } = items[i]!;
    let end = i;
    while (end < items.length && small(items[end]!) && sameMarks(items[end]!.marks, marks)) end++;
    if (end - i >= SHORTEST_RUN) out.push(items.slice(i, end));
    else for (const r of items.slice(i, Math.max(end, i + 1))) out.push([r]);
    i = Math.max(end, i + 1);
  }

  return out;
}

const sameMarks = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((m, i) => m === b[i]);

const KINDS: Readonly<Partial<Record<Row["kind"], string>>> = {
  code: "code sections",
  data: "data sections",
  "read-only": "read-only sections",
  note: "notes",
  debug: "debug sections",
  symbols: "symbol sections",
  table: "tables",
  bss: "bss sections",
};

function folded(run: readonly Row[]): Row {
  const [first] = run as readonly [Row];
  const last = run[run.length - 1]!;
  const what = (run.every((r) => r.kind === first.kind) ? KINDS[first.kind] : undefined) ?? "parts";
  const label = `${run.length} ${what}`;

  return {
    kind: "group",
    label,
    names: run.map((r) => r.label),
    start: first.start,
    end: last.end,
    bytes: run.reduce((n, r) => n + r.bytes, 0n),
    pad: 0,
    marks: first.marks,
    title: label,
  };
}

function foldedBlock(run: readonly Block[]): Block {
  const loads = run.filter((b) => b.segment !== null);
  const label = loads.length > 0 ? `${loads.length} PT_LOADs` : `${run.length} stretches`;
  const row: Row = {
    kind: "group",
    label,
    names: loads.map((b) => `${b.title.replace(/^PT_LOAD |,.*$/g, "")} 0x${b.rows[0]!.start.toString(16)}`),
    start: run[0]!.rows[0]!.start,
    end: run[run.length - 1]!.rows.at(-1)!.end,
    bytes: run.reduce((n, b) => n + bytesOf(b), 0n),
    pad: 0,
    marks: run[0]!.marks,
    title: label,
  };

  return {
    segment: null,
    flags: new Set(loads.map((b) => b.flags)).size === 1 ? loads[0]!.flags : "",
    title: label,
    marks: run[0]!.marks,
    rows: [row],
  };
}
