/** The median, the 90th percentile and the sum of a list of numbers. */
export function spread(numbers: readonly number[]): { median: number; p90: number; total: number } {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return { median: at(0.5), p90: at(0.9), total: sorted.reduce((a, b) => a + b, 0) };
}

export type Row = readonly (string | number)[];

/** Rows as aligned columns; the first row is the head. */
export function table(rows: readonly Row[]): string {
  const texts = rows.map((row) => row.map(String));
  const widths = texts[0]!.map((_, i) => Math.max(...texts.map((row) => row[i]!.length)));
  const isNumber = widths.map((_, i) => texts.slice(1).every((row) => /^[-\d.]*$/.test(row[i]!)));

  const aligned = (cell: string, i: number) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!));
  return texts.map((row) => row.map(aligned).join("  ").trimEnd()).join("\n");
}

/** How often each item occurs, the most frequent first. */
export function tally(items: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return new Map([...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])));
}

/** Shows a line on stderr in the place of the last one, where a person watches. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
