/** The numbers 0, 1, 2 … below `count`. */
export function countUp(count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
}

/** The first of the numbers below `count` that passes a test which all behind it pass too; `count` where none does. */
export function firstPassing(count: number, test: (n: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The numbers that pass the test. The array's own `filter` is several times slower. */
export function filtered(numbers: Uint32Array, test: (n: number) => boolean): Uint32Array {
  const passed = new Uint32Array(numbers.length);
  let count = 0;
  for (let i = 0; i < numbers.length; i++) if (test(numbers[i]!)) passed[count++] = numbers[i]!;
  return passed.subarray(0, count);
}

/**
 * The positions of the first `count` values in ascending order of the values, which are 0 or more. Equal values keep
 * their order.
 */
export function ascending(values: Float64Array, count: number): Uint32Array {
  const order = countUp(count);
  let isSorted = true;
  let highest = 0;
  for (let i = 0; i < count; i++) {
    if (i > 0 && values[i - 1]! > values[i]!) isSorted = false;
    if (values[i]! > highest) highest = values[i]!;
  }
  if (isSorted) return order;

  if ((highest + 1) * count > Number.MAX_SAFE_INTEGER) {
    return order.sort((a, b) => (values[a] === values[b] ? a - b : values[a]! - values[b]!));
  }

  // Value and position as one number: a typed array sorts numbers without a function.
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = values[i]! * count + i;
  keys.sort();
  for (let i = 0; i < count; i++) order[i] = keys[i]! % count;

  return order;
}

/**
 * The smallest of any number of numbers, `Infinity` for none. Math.min takes them as arguments, and a file may have
 * more sections or segments than fit on the stack.
 */
export function smallest(numbers: Iterable<number>): number {
  let least = Infinity;
  for (const n of numbers) least = Math.min(least, n);
  return least;
}

/** The largest of any number of numbers, `-Infinity` for none. */
export function largest(numbers: Iterable<number>): number {
  let most = -Infinity;
  for (const n of numbers) most = Math.max(most, n);
  return most;
}
