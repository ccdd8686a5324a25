/**
 * One step from a list to another: an item that went (`to` undefined), one that came, or one that took the place of
 * another.
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
export function match<T>(
  before: readonly T[],
  after: readonly T[],
  key: (item: T) => string,
  replace = false,
): Match<T> {
  const places = new Map<string, number[]>();
  after.forEach((item, i) => {
    const list = places.get(key(item));
    if (list) list.push(i);
    else places.set(key(item), [i]);
  });
  for (const list of places.values()) list.reverse();

  const taken = new Set<number>();
  const kept: [T, T][] = [];
  const order: number[] = [];
  const gone = new Gaps<T>();
  const come = new Gaps<T>();
  for (const item of before) {
    const place = places.get(key(item))?.pop();
    if (place === undefined) {
      gone.add(kept.length, item);
    } else {
      taken.add(place);
      order.push(place);
      kept.push([item, after[place]!]);
    }
  }
  let neighbours = 0;
  after.forEach((item, i) => (taken.has(i) ? neighbours++ : come.add(neighbours, item)));

  const steps: MatchStep<T>[] = [];
  for (let gap = 0; gap <= kept.length; gap++) {
    const a = gone.at(gap);
    const b = come.at(gap);
    const pairs = replace ? Math.min(a.length, b.length) : 0;
    for (let i = 0; i < pairs; i++) steps.push({ from: a[i], to: b[i] });
    for (const from of a.slice(pairs)) steps.push({ from, to: undefined });
    for (const to of b.slice(pairs)) steps.push({ from: undefined, to });
  }
  return { kept, steps, reordered: order.some((place, i) => i > 0 && place < order[i - 1]!) };
}

/** Items by how many kept ones stand before them. */
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
