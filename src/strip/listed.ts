/** Names for an error's message: the first ten. */
export const listed = (names: readonly string[]): string =>
  names
    .slice(0, 10)
    .map((n) => n || "(no name)")
    .join(", ") + (names.length > 10 ? ` and ${names.length - 10} more` : "");
