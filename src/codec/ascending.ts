/** 0, 1, 2 … up to `count`, that not included. */
export function counting(count: number): Uint32Array {
  const out = new Uint32Array(count);
  for (let i = 0; i < count; i++) out[i] = i;
  return out;
}

/** Those of the numbers of which this holds: the array's own `filter` is several times slower. */
export function where(numbers: Uint32Array, test: (n: number) => boolean): Uint32Array {
  const out = new Uint32Array(numbers.length);
  let count = 0;
  for (let i = 0; i < numbers.length; i++) if (test(numbers[i]!)) out[count++] = numbers[i]!;
  return out.subarray(0, count);
}

/**
 * The positions of the first `count` values, which are 0 or more, in ascending order of the values; those that are
 * equal keep their order.
 */
export function ascending(values: Float64Array, count: number): Uint32Array {
  const order = counting(count);
  let sorted = true;
  let highest = 0;

  for (let i = 0; i < count; i++) {
    if (i > 0 && values[i - 1]! > values[i]!) sorted = false;
    if (values[i]! > highest) highest = values[i]!;
  }

  if (sorted) return order;
  if ((highest + 1) * count > Number.MAX_SAFE_INTEGER) {
    return order.sort((a, b) => (values[a] === values[b] ? a - b : values[a]! - values[b]!));
  }

  // Value and position as one number: sorting numbers needs no function.
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = values[i]! * count + i;
  keys.sort();
  for (let i = 0; i < count; i++) order[i] = keys[i]! % count;

  return order;
}

/**
 * The smallest of very many numbers, `Infinity` where there is none: as many arguments of Math.min as there may be
 * sections or segments are more than the stack holds.
 */
export function smallest(numbers: Iterable<number>): number {
  let least = Infinity;
  for (const n of numbers) least = Math.min(least, n);
  return least;
}

/** The largest of very many numbers, `-Infinity` where there is none. */
export function largest(numbers: Iterable<number>): number {
  let most = -Infinity;
  for (const n of numbers) most = Math.max(most, n);
  return most;
}
