import type { ByteSource } from "../../codec/source.js";
import { fail } from "../../error.js";
import { headerSize, readHeader } from "../../image/headers/header.js";
import { mergedRanges, type Range, subtractRanges } from "../../pieces/ranges.js";
import { besideSegments } from "./beside-segments.js";
import { besideTables } from "./beside-tables.js";
import { Draft, type Step } from "./draft.js";
import { hideSections, loadingOf, symbolCount } from "./loading.js";
import { type Behind, commonRanges, losesSections, takeRanges, Trial, type Turn, turnOf, withBehind } from "./turn.js";

/** The writes that make one file of another in its place, in their order. */
export interface Order {
  /** These are written first. */
  readonly behind: readonly Behind[];
  /** After each of these, the file loads as before all of them, or as after all. */
  readonly steps: readonly Step[];
  /** The end of all that is written. What lies behind the end of the new file is cut off at last. */
  readonly end: number;
}

/**
 * Finds the order in which bytes can be written into a file, so that a process that is killed leaves one that loads as
 * before or as after. A way is tried on a draft, and what kernel and loader read is compared after each write that they
 * can see. In turn:
 *
 * 1. new bytes that nothing reads yet, headers and dynamic section, at last what nothing reads any more;
 * 2. tables that change in their places, and a dynamic section that leads to them, are copied behind the end of the
 *    file, where the last PT_LOAD maps them; one write of the headers leads there while they are written;
 * 3. the same with whole segments, which have another offset meanwhile.
 *
 * @param changed what differs within the old file, in order
 * @throws ElfError `UNSUPPORTED` if none of these does
 */
export function orderWrites(source: ByteSource, target: ByteSource, changed: readonly Range[]): Order {
  const grown: Behind = { at: source.size, size: target.size - source.size, source: target, from: source.size };
  const behind = grown.size > 0 ? [grown] : [];
  // No patch changes it.
  const symbols = symbolCount(source);
  const [before, after] = [source, target].map((s) => loadingOf(s, symbols));
  if (!before || !after) return unread(source, target, behind, changed);

  const turn = turnOf(source, target, before, after, changed);
  for (const order of ORDERS) {
    const trial = new Trial(turn, behind, []);
    if (runInTurn(trial, order)) return orderOf(trial, behind);
  }

  for (const beside of [besideTables, besideSegments]) {
    const way = beside(turn);
    if (!way) continue;
    const all = [...behind, ...way.behind];
    const trial = new Trial(turn, all, way.shifts);
    trial.take(turn.fresh);
    trial.turnTo(way.headers(trial.headers()));
    if (trial.end()) return orderOf(trial, all);
  }

  return fail(
    "UNSUPPORTED",
    "in place, no order of the writes keeps the file loadable all along, should the process be killed meanwhile, so " +
      "nothing was written: let a new file take its name (without --in-place)",
    { what: "these changes in place" },
  );
}

const orderOf = ({ draft }: Trial, behind: readonly Behind[]): Order => ({
  behind,
  steps: draft.steps,
  end: draft.size,
});

/** A file that nothing loads: an object file, a static library, a debug file. */
function unread(source: ByteSource, target: ByteSource, behind: readonly Behind[], changed: readonly Range[]): Order {
  const draft = new Draft(withBehind(source, behind));
  if (losesSections(source, target, changed)) {
    const h = readHeader(source);
    const header = new Uint8Array(source.read(0, headerSize(h)));
    hideSections(header, h);
    draft.write(0, header);
  }

  const last = [{ start: 0, end: Math.min(64, target.size, source.size) }];
  takeRanges(draft, target, subtractRanges(changed, last));
  takeRanges(draft, target, last);
  return { behind, steps: draft.steps, end: draft.size };
}

type Unit = "headers" | "dynamic" | "tables";

const ORDERS: readonly (readonly Unit[])[] = [
  ["headers", "dynamic", "tables"],
  ["headers", "tables", "dynamic"],
  ["dynamic", "headers", "tables"],
  ["tables", "headers", "dynamic"],
];

function runInTurn(trial: Trial, order: readonly Unit[]): boolean {
  const { after, shared, fresh }: Turn = trial.turn;
  const dynamic = after.dynamic ? [after.dynamic] : [];
  const tables = mergedRanges(after.parts.map(({ offset, size }) => ({ start: offset, end: offset + size })));

  trial.take(fresh);
  for (const unit of order) {
    if (unit === "headers") trial.turnTo(trial.headers());
    else trial.turnRanges(hulls(unit === "dynamic" ? dynamic : subtractRanges(tables, dynamic), shared));
  }
  return trial.end();
}

/** What lies in each of these ranges from the first to the last byte of `parts`: one write, if a page holds it. */
const hulls = (ranges: readonly Range[], parts: readonly Range[]): Range[] =>
  ranges.flatMap((r) => {
    const inside = commonRanges([r], parts);
    return inside.length > 0 ? [{ start: inside[0]!.start, end: inside.at(-1)!.end }] : [];
  });
