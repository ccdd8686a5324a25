/** A statement on the bytes from `start` up to, but not including, `end`. */
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
 * Covers `start..end` with tiles, in order and without gaps. Takes time n log n of the claims, whatever their overlaps,
 * and makes at most 2n + 1 tiles.
 */
export function coverWithTiles<T>(start: number, end: number, claims: readonly Claim<T>[]): Tile<T>[] {
  const waiting = claims
    .filter((claim) => claim.start < claim.end && claim.end > start && claim.start < end)
    .sort((a, b) => a.start - b.start);
  const borders = bordersOf(start, end, waiting);
  const open = new Heap<T>();
  const out: Tile<T>[] = [];
  let next = 0;

  for (let i = 0; i + 1 < borders.length; i++) {
    const from = borders[i]!;
    const to = borders[i + 1]!;
    while (next < waiting.length && waiting[next]!.start <= from) open.push(waiting[next++]!);

    const claim = open.best(from);
    const last = out[out.length - 1];
    if (last && last.claim === claim) out[out.length - 1] = { ...last, end: to };
    else out.push({ start: from, end: to, claim });
  }

  return out;
}

/** All places where claims begin or end, ascending. */
function bordersOf(start: number, end: number, claims: readonly Claim<unknown>[]): number[] {
  const borders = new Set([start, end]);
  for (const claim of claims) borders.add(Math.max(claim.start, start)).add(Math.min(claim.end, end));
  return [...borders].sort((a, b) => a - b);
}

function wins(a: Claim<unknown>, b: Claim<unknown>): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.end - a.start < b.end - b.start;
}

/** Claims that have begun, as a heap with the winner on top. Those that have ended are dropped when they get there. */
class Heap<T> {
  readonly #items: Claim<T>[] = [];

  push(claim: Claim<T>): void {
    const items = this.#items;
    let at = items.push(claim) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!wins(claim, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }

    items[at] = claim;
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
      let child = 2 * at + 1;
      if (child + 1 < items.length && wins(items[child + 1]!, items[child]!)) child++;
      if (child >= items.length || !wins(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }

    items[at] = last;
  }
}
