import { readFileSync } from "node:fs";
import { UsageError } from "./command.js";

/** The most files that are read: those that name each other would never end. */
const MOST = 2000;

/**
 * Replaces each argument `@file` by what the file holds, as the GNU tools do (their manual page, "@file"): words with
 * white space between them. Single or double quotes hold a word together, and a backslash takes the next character as
 * it is. The file may hold such arguments too. An argument whose file cannot be read stays as it is.
 */
export function withResponseFiles(args: readonly string[]): string[] {
  const expanded: string[] = [];
  let read = 0;

  const rest = [...args];
  while (rest.length > 0) {
    const arg = rest.shift()!;
    const text = arg.startsWith("@") ? textOf(arg.slice(1)) : undefined;
    if (text === undefined) {
      expanded.push(arg);
      continue;
    }

    read++;
    if (read > MOST) throw new UsageError(`${arg}: too many files of arguments; do they name each other?`);
    rest.unshift(...words(text));
  }

  return expanded;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** isspace(3). */
const SPACE = /[ \t\n\v\f\r]/;

function words(text: string): string[] {
  const found: string[] = [];
  // Undefined between words, where quotes alone make an empty one.
  let word: string | undefined;
  let quote = "";
  let escaped = false;

  for (const character of text) {
    const isQuote = quote === "" ? character === "'" || character === '"' : character === quote;
    if (escaped) {
      word = (word ?? "") + character;
      escaped = false;
    } else if (character === "\\") {
      escaped = true;
    } else if (isQuote) {
      word ??= "";
      quote = quote === "" ? character : "";
    } else if (quote !== "" || !SPACE.test(character)) {
      word = (word ?? "") + character;
    } else if (word !== undefined) {
      found.push(word);
      word = undefined;
    }
  }

  if (word !== undefined) found.push(word);
  return found;
}
