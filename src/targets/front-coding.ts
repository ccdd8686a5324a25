interface FrontCodedName {
  readonly name: string;
  readonly tag: string;
  readonly separator: string;
}

/**
 * Sorted names as text. Each is the length that it shares with the name before (base 36, at most 35), then what is new,
 * then a separator. `tag` characters in front of each name are passed on as they are.
 */
export function* frontCoded(text: string, tag: number, separators = ","): Generator<FrontCodedName> {
  let at = 0;
  let name = "";
  while (at < text.length) {
    const newFrom = at + tag + 1;
    let end = newFrom;
    while (!separators.includes(text[end] ?? "")) end++;

    const shared = parseInt(text[at + tag]!, 36);
    name = name.slice(0, shared) + text.slice(newFrom, end);
    yield { name, tag: text.slice(at, at + tag), separator: text[end] ?? "" };
    at = end + 1;
  }
}

/** The text of a data module, which wraps it for people. */
export const unwrapped = (text: string): string => text.replaceAll("\n", "");
