/** Bytes from `start` up to `end`, which is not included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A range by its size. */
export const sized = ({ start, end }: Range): { offset: number; size: number } => ({
  offset: start,
  size: end - start,
});

const sorted = (ranges: readonly Range[]): Range[] =>
  ranges.filter((r) => r.start < r.end).sort((a, b) => a.start - b.start);

/** The ranges in order, with those that overlap joined. Ranges that only touch stay apart. */
export function mergedRanges(ranges: readonly Range[]): Range[] {
  const out: Range[] = [];
  for (const r of sorted(ranges)) {
    const last = out[out.length - 1];
    if (!last || r.start >= last.end) out.push(r);
    else if (r.end > last.end) out[out.length - 1] = { start: last.start, end: r.end };
  }
  return out;
}

/** The first byte that two of these ranges share; undefined where they share none. */
export function firstOverlap(ranges: readonly Range[]): number | undefined {
  let end = 0;
  for (const r of sorted(ranges)) {
    if (r.start < end) return r.start;
    end = r.end;
  }
  return undefined;
}

/** The parts of `from` that no range of `minus` covers. Both are in order. */
export function subtractRanges(from: readonly Range[], minus: readonly Range[]): Range[] {
  const out: Range[] = [];
  let first = 0;
  for (const f of from) {
    while (first < minus.length && minus[first]!.end <= f.start) first++;

    let at = f.start;
    for (let i = first; i < minus.length && minus[i]!.start < f.end; i++) {
      if (minus[i]!.start > at) out.push({ start: at, end: minus[i]!.start });
      at = Math.max(at, minus[i]!.end);
    }
    if (at < f.end) out.push({ start: at, end: f.end });
  }

  return out;
}
