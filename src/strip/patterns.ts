import { fail } from "../error.js";

/** Does an edit mean this name? */
export type Matcher = (name: string) => boolean;

const SPECIAL = /[\\^$.|?*+()[\]{}]/g;
const literal = (text: string): string => text.replace(SPECIAL, "\\$&");

/** A shell pattern (fnmatch(3) without flags) as a regular expression: `*`, `?`, `[…]`, `\`. */
function toRegExp(pattern: string): RegExp {
  let out = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    const set = char === "[" ? /^\[([!^]?)(\]?[^\]]*)\]/.exec(pattern.slice(i)) : null;
    if (char === "*") {
      out += "[^]*";
    } else if (char === "?") {
      out += "[^]";
    } else if (set) {
      const [whole, not, members] = set;
      out += `[${not ? "^" : ""}${members!.replace(/[\\\]^]/g, "\\$&")}]`;
      i += whole.length - 1;
    } else if (char === "\\" && i + 1 < pattern.length) {
      i++;
      out += literal(pattern[i]!);
    } else {
      out += literal(char);
    }
  }

  try {
    return new RegExp(`^${out}$`, "u");
  } catch {
    const message = `${JSON.stringify(pattern)} is no pattern: a range in it runs backwards`;
    return fail("BAD_EDIT", message, { edit: "pattern" });
  }
}

/** Matches the names that one of the patterns matches, except those that a pattern behind a `!` matches. */
export function matcher(patterns: readonly string[]): Matcher {
  const excluding = patterns.filter((p) => p.startsWith("!")).map((p) => toRegExp(p.slice(1)));
  const including = patterns.filter((p) => !p.startsWith("!")).map(toRegExp);
  return (name) => including.some((p) => p.test(name)) && !excluding.some((p) => p.test(name));
}

/** Matches exactly these names. */
export function exactly(names: readonly string[]): Matcher {
  const set = new Set(names);
  return (name) => set.has(name);
}
