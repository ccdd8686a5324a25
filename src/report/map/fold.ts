import type { Block, Column, Row } from "./columns.js";

/** Shorter runs say more one by one than folded. */
const SHORTEST_RUN = 3;

/** How much is shown one by one; where there is more, how much is left after folding. */
export interface Limit {
  readonly most: number;
  readonly folded: number;
}

/** Folds runs of small neighbours where there are too many rows. As many of the largest as can be stay. */
export function foldRows(blocks: Column, { most, folded }: Limit): Column {
  const rows = blocks.flatMap((block) => block.rows);
  if (rows.length <= most) return blocks;

  const foldable = rows.filter((row) => !isFixed(row));
  const rank = ranks(foldable, (row) => row.bytes);
  const runsWith = (kept: number) => blocks.map((block) => runs(block.rows, (row) => (rank.get(row) ?? -1) >= kept));
  const rowsWith = (kept: number) => runsWith(kept).reduce((count, ofBlock) => count + ofBlock.length, 0);
  const kept = mostThatFit(rank.size, (count) => rowsWith(count) <= folded);

  return runsWith(kept).map((ofBlock, i) => ({
    ...blocks[i]!,
    rows: ofBlock.map((run) => (run.length === 1 ? run[0]! : foldedRow(run))),
  }));
}

/** Folds runs of the smallest blocks: a core dump has thousands of PT_LOADs. */
export function foldBlocks(blocks: Column, { most, folded }: Limit): Column {
  if (blocks.length <= most) return blocks;

  const rank = ranks(blocks, bytesOf);
  const runsWith = (kept: number) => runs(blocks, (block) => rank.get(block)! >= kept);
  const kept = mostThatFit(rank.size, (count) => runsWith(count).length <= folded);
  return runsWith(kept).map((run) => (run.length === 1 ? run[0]! : foldedBlock(run)));
}

const isFixed = ({ kind }: Row): boolean => kind === "elf-header" || kind === "page-head" || kind === "page-tail";

const bytesOf = (block: Block): bigint => block.rows.reduce((bytes, row) => bytes + row.bytes, 0n);

/** The places in order of size: the largest first, of equal ones the first. */
function ranks<T>(items: readonly T[], sizeOf: (item: T) => bigint): Map<T, number> {
  const sized = items.map((item) => ({ item, size: sizeOf(item) }));
  sized.sort((a, b) => {
    if (a.size === b.size) return 0;
    return a.size < b.size ? 1 : -1;
  });
  return new Map(sized.map(({ item }, i) => [item, i]));
}

/** The largest number from 0 to `count` that fits, where every smaller one fits too. */
function mostThatFit(count: number, fits: (kept: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Runs of items that fold, and every other item alone. A run ends where its neighbours differ in another way. */
function runs<T extends { readonly marks: readonly string[] }>(
  items: readonly T[],
  isSmall: (item: T) => boolean,
): T[][] {
  const out: T[][] = [];
  let start = 0;
  while (start < items.length) {
    const { marks } = items[start]!;
    let end = start;
    while (end < items.length && isSmall(items[end]!) && sameMarks(items[end]!.marks, marks)) end++;

    end = Math.max(end, start + 1);
    const run = items.slice(start, end);
    if (run.length >= SHORTEST_RUN) out.push(run);
    else for (const item of run) out.push([item]);
    start = end;
  }

  return out;
}

const sameMarks = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((mark, i) => mark === b[i]);

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

function foldedRow(run: readonly Row[]): Row {
  const first = run[0]!;
  const last = run[run.length - 1]!;
  const isOneKind = run.every((row) => row.kind === first.kind);
  const kind = isOneKind ? KINDS[first.kind] : undefined;
  const label = `${run.length} ${kind ?? "parts"}`;

  return {
    kind: "group",
    label,
    names: run.map((row) => row.label),
    start: first.start,
    end: last.end,
    bytes: run.reduce((bytes, row) => bytes + row.bytes, 0n),
    pad: 0,
    marks: first.marks,
    title: label,
  };
}

function foldedBlock(run: readonly Block[]): Block {
  const first = run[0]!;
  const last = run[run.length - 1]!;
  const loads = run.filter((block) => block.segment !== null);
  const isOneColour = new Set(loads.map((block) => block.flags)).size === 1;
  const label = loads.length > 0 ? `${loads.length} PT_LOADs` : `${run.length} stretches`;

  const row: Row = {
    kind: "group",
    label,
    names: loads.map(loadName),
    start: first.rows[0]!.start,
    end: last.rows.at(-1)!.end,
    bytes: run.reduce((bytes, block) => bytes + bytesOf(block), 0n),
    pad: 0,
    marks: first.marks,
    title: label,
  };
  return {
    segment: null,
    flags: isOneColour ? loads[0]!.flags : "",
    title: label,
    marks: first.marks,
    rows: [row],
  };
}

/** `3 RX 0x401000`: the title without what every PT_LOAD has in it, and where it begins. */
const loadName = ({ title, rows }: Block): string =>
  `${title.replace(/^PT_LOAD |,.*$/g, "")} 0x${rows[0]!.start.toString(16)}`;
