/** The positions of the first `count` values in ascending order of the values; those that are equal keep their order. */
export function ascending(values: ArrayLike<number>, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let sorted = true, largest = 0;
  for (let i = 0; i < count; i++) {
    sorted &&= i === 0 || values[i - 1]! <= values[i]!;
    largest = Math.max(largest, values[i]!);
  }
  if (sorted) return order;
  if (largest * count >= Number.MAX_SAFE_INTEGER) return order.sort((a, b) => (values[a] === values[b] ? a - b : values[a]! - values[b]!));
  // Value and position as one number: sorting numbers needs no function.
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = values[i]! * count + i;
  keys.sort();
  for (let i = 0; i < count; i++) order[i] = keys[i]! % count;
  return order;
}
