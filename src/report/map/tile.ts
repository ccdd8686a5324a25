/** Somebody says what the bytes from `start` up to, not including, `end` are. */
export interface Claim<T> {
  readonly start: number;
  readonly end: number;
  /** Where claims overlap, the lowest rank wins, then the shortest claim, then the first. */
  readonly rank: number;
  readonly of: T;
}

/** A range and the claim that won it; null where there is none. */
export interface Tile<T> {
  readonly start: number;
  readonly end: number;
  readonly claim: Claim<T> | null;
}

/**
 * Covers `start..end` with tiles, in order and without gaps. Time n log n of the claims, whatever their overlaps; at
 * most 2n + 1 tiles.
 */
export function tile<T>(start: number, end: number, claims: readonly Claim<T>[]): Tile<T>[] {
  const waiting = claims
    .filter((c) => c.start < c.end && c.end > start && c.start < end)
    .sort((a, b) => a.start - b.start);
  const borders = [
    ...new Set([start, end, ...waiting.flatMap((c) => [Math.max(c.start, start), Math.min(c.end, end)])]),
  ].sort((a, b) => a - b);
  const open = new Heap<T>();
  const out: Tile<T>[] = [];
  let next = 0;

  for (let i = 0; i + 1 < borders.length; i++) {
    const at = borders[i]!;
    const to = borders[i + 1]!;
    while (next < waiting.length && waiting[next]!.start <= at) open.push(waiting[next++]!);
    const claim = open.best(at);
    const last = out[out.length - 1];
    if (last && last.claim === claim) out[out.length - 1] = { ...last, end: to };
    else out.push({ start: at, end: to, claim });
  }

  return out;
}

const wins = (a: Claim<unknown>, b: Claim<unknown>): boolean =>
  a.rank !== b.rank ? a.rank < b.rank : a.end - a.start < b.end - b.start;

/** Claims that have begun, the one that wins on top. Those that have ended are dropped when they get there. */
class Heap<T> {
  readonly #items: Claim<T>[] = [];

  push(c: Claim<T>): void {
    const items = this.#items;
    let at = items.push(c) - 1;
    for (let up = (at - 1) >> 1; at > 0 && wins(c, items[up]!); up = (at - 1) >> 1) {
      items[at] = items[up]!;
      at = up;
    }
    items[at] = c;
  }

  best(at: number): Claim<T> | null {
    while (this.#items.length > 0 && this.#items[0]!.end <= at) this.#pop();
    return this.#items[0] ?? null;
  }

  #pop(): void {
    const items = this.#items;
    const last = items.pop()!;
    if (items.length === 0) return;

    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down + 1 < items.length && wins(items[down + 1]!, items[down]!)) down++;
      if (down >= items.length || !wins(items[down]!, last)) break;
      items[at] = items[down]!;
      at = down;
    }

    items[at] = last;
  }
}
