/** The middle and the ninth tenth of a list of numbers. */
export function spread(numbers: readonly number[]): { median: number; p90: number; total: number } {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
  return { median: at(0.5), p90: at(0.9), total: sorted.reduce((a, b) => a + b, 0) };
}

/** Rows as aligned columns; the first row is the head. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const text = rows.map((r) => r.map(String));
  const widths = text[0]!.map((_, i) => Math.max(...text.map((r) => r[i]!.length)));
  const isNumber = widths.map((_, i) => text.slice(1).every((r) => /^[-\d.]*$/.test(r[i]!)));

  return text
    .map((r) =>
      r
        .map((c, i) => (isNumber[i] ? c.padStart(widths[i]!) : c.padEnd(widths[i]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** How many of each. */
export function tally(items: Iterable<string>): Map<string, number> {
  const out = new Map<string, number>();
  for (const i of items) out.set(i, (out.get(i) ?? 0) + 1);
  return new Map([...out].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])));
}

/** A line on stderr that is written over, where a person watches. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
