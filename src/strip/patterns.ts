import { fail } from "../error.js";

/** Tells whether a name is meant. */
export type Matcher = (name: string) => boolean;

const SPECIAL = /[\\^$.|?*+()[\]{}]/g;
const literal = (text: string): string => text.replace(SPECIAL, "\\$&");

/** A shell pattern (fnmatch(3) without flags) as a regular expression: `*`, `?`, `[…]`, `\`. */
function toRegExp(pattern: string): RegExp {
  let out = "";
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    const set = c === "[" ? /^\[([!^]?)(\]?[^\]]*)\]/.exec(pattern.slice(i)) : null;
    if (c === "*") {
      out += "[^]*";
    } else if (c === "?") {
      out += "[^]";
    } else if (set) {
      out += `[${set[1] ? "^" : ""}${set[2]!.replace(/[\\\]^]/g, "\\$&")}]`;
      i += set[0].length - 1;
    } else if (c === "\\" && i + 1 < pattern.length) {
      out += literal(pattern[++i]!);
    } else {
      out += literal(c);
    }
  }

  try {
    return new RegExp(`^${out}$`, "u");
  } catch {
    return fail("BAD_EDIT", `${JSON.stringify(pattern)} is no pattern: its range runs backwards`, { edit: "pattern" });
  }
}

/** Names that one of the patterns matches, and none of those behind a `!`. */
export function matcher(patterns: readonly string[]): Matcher {
  const tests = (of: readonly string[]) => of.map(toRegExp);
  const no = tests(patterns.filter((p) => p.startsWith("!")).map((p) => p.slice(1)));
  const yes = tests(patterns.filter((p) => !p.startsWith("!")));
  return (name) => yes.some((p) => p.test(name)) && !no.some((p) => p.test(name));
}

/** Exact names. */
export function exactly(names: readonly string[]): Matcher {
  const set = new Set(names);
  return (name) => set.has(name);
}
