import type { AddressRun } from "./memory.js";

/** The parts of these runs that none of the others covers. */
export function without(runs: readonly AddressRun[], others: readonly AddressRun[]): AddressRun[] {
  let left = [...runs];
  for (const { start, end } of others) {
    if (left.length === 0) return left;
    left = left.flatMap((run) => {
      if (end <= run.start || start >= run.end) return [run];
      const first = { start: run.start, end: start };
      const second = { start: end, end: run.end };
      return [first, second].filter((r) => r.start < r.end);
    });
  }
  return left;
}

/** The part that two runs share; undefined where they share none. */
export function shared(a: AddressRun, b: AddressRun): AddressRun | undefined {
  const start = a.start > b.start ? a.start : b.start;
  const end = a.end < b.end ? a.end : b.end;
  return start < end ? { start, end } : undefined;
}

/** The parts of these runs that the others cover. */
export const within = (runs: readonly AddressRun[], others: readonly AddressRun[]): AddressRun[] =>
  runs.flatMap((run) => others.flatMap((other) => shared(run, other) ?? []));
