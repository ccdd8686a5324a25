/**
 * One step from a list to another: an item that went (`to` undefined), one that came (`from` undefined), or one that
 * took the place of another.
 */
export interface MatchStep<T> {
  readonly from: T | undefined;
  readonly to: T | undefined;
}

/** What two lists have in common, and the steps between them. */
export interface Match<T> {
  /** Items of both, by key and order of appearance. */
  readonly kept: readonly (readonly [before: T, after: T])[];
  readonly steps: readonly MatchStep<T>[];
  /** The kept items stand in another order. */
  readonly reordered: boolean;
}

/**
 * Matches two lists by key in linear time; equal keys match in order of appearance. With `replace`, an item that went
 * and one that came between the same kept neighbours are one step.
 */
export function matchLists<T>(
  before: readonly T[],
  after: readonly T[],
  key: (item: T) => string,
  replace = false,
): Match<T> {
  const places = placesByKey(after, key);
  const kept: [T, T][] = [];
  const taken = new Set<number>();
  const gone = new Gaps<T>();
  let lastPlace = -1;
  let reordered = false;
  for (const item of before) {
    const place = places.get(key(item))?.pop();
    if (place === undefined) {
      gone.add(kept.length, item);
      continue;
    }

    kept.push([item, after[place]!]);
    taken.add(place);
    if (place < lastPlace) reordered = true;
    lastPlace = place;
  }

  const come = new Gaps<T>();
  let keptSoFar = 0;
  after.forEach((item, i) => {
    if (taken.has(i)) keptSoFar++;
    else come.add(keptSoFar, item);
  });

  const steps: MatchStep<T>[] = [];
  for (let gap = 0; gap <= kept.length; gap++) {
    const from = gone.at(gap);
    const to = come.at(gap);
    const pairs = replace ? Math.min(from.length, to.length) : 0;
    for (let i = 0; i < pairs; i++) steps.push({ from: from[i], to: to[i] });
    for (const item of from.slice(pairs)) steps.push({ from: item, to: undefined });
    for (const item of to.slice(pairs)) steps.push({ from: undefined, to: item });
  }

  return { kept, steps, reordered };
}

/** The places of each key, the last one first. */
function placesByKey<T>(items: readonly T[], key: (item: T) => string): Map<string, number[]> {
  const places = new Map<string, number[]>();
  items.forEach((item, i) => {
    const itemKey = key(item);
    const list = places.get(itemKey);
    if (list) list.push(i);
    else places.set(itemKey, [i]);
  });

  for (const list of places.values()) list.reverse();
  return places;
}

/** Items by the number of kept ones that stand before them. */
class Gaps<T> {
  readonly #byGap = new Map<number, T[]>();

  add(gap: number, item: T): void {
    const list = this.#byGap.get(gap);
    if (list) list.push(item);
    else this.#byGap.set(gap, [item]);
  }

  at(gap: number): readonly T[] {
    return this.#byGap.get(gap) ?? [];
  }
}
