/** Names as a message tells them: the first ten. */
export function listed(names: readonly string[]): string {
  const first = names.slice(0, 10).map((name) => name || "(no name)");
  const more = names.length > 10 ? ` and ${names.length - 10} more` : "";
  return first.join(", ") + more;
}
