/**
 * Sorted names as text: each is the length that it shares with the one before (base 36, at most 35), what is new, and a
 * separator. `tag` characters in front of each stay as they are.
 */
export function* frontCoded(
  text: string,
  tag: number,
  separators = ",",
): Generator<{ readonly name: string; readonly tag: string; readonly separator: string }> {
  for (let at = 0, last = ""; at < text.length;) {
    let end = at + tag + 1;
    while (!separators.includes(text[end] ?? "")) end++;
    last = last.slice(0, parseInt(text[at + tag]!, 36)) + text.slice(at + tag + 1, end);
    yield { name: last, tag: text.slice(at, at + tag), separator: text[end] ?? "" };
    at = end + 1;
  }
}

/** Texts of the data modules are wrapped at a width for people. */
export const unwrapped = (text: string): string => text.replaceAll("\n", "");
