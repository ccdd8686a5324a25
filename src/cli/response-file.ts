import { readFileSync } from "node:fs";
import { UsageError } from "./command.js";

/** Files that name each other would never end. */
const MOST = 2000;

/**
 * Puts what a file holds in the place of an argument `@file`, as the GNU tools do (their manual page, "@file"): words
 * with white space between; quotes, single or double, hold a word together, and a backslash takes the next character as
 * it is. There may be such arguments in it, too. Where the file cannot be read the argument stays as it was.
 */
export function withResponseFiles(args: readonly string[]): string[] {
  const out: string[] = [];
  let read = 0;
  for (const rest = [...args]; rest.length > 0;) {
    const arg = rest.shift()!;
    const text = arg.startsWith("@") ? textOf(arg.slice(1)) : undefined;
    if (text === undefined) out.push(arg);
    else if (++read > MOST) throw new UsageError(`${arg}: too many files of arguments; do they name each other?`);
    else rest.unshift(...words(text));
  }

  return out;
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
  const out: string[] = [];
  let word: string | undefined;
  let quote = "";
  let escaped = false;

  for (const c of text) {
    if (escaped) {
      [word, escaped] = [`${word ?? ""}${c}`, false];
    } else if (c === "\\") {
      escaped = true;
    } else if (quote !== "" ? c === quote : c === "'" || c === '"') {
      [word, quote] = [word ?? "", quote === "" ? c : ""];
    } else if (quote !== "" || !SPACE.test(c)) {
      word = (word ?? "") + c;
    } else if (word !== undefined) {
      out.push(word);
      word = undefined;
    }
  }

  return word === undefined ? out : [...out, word];
}
