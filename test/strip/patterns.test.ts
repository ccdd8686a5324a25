import { describe, expect, it } from "vitest";
import { matcher, matchesPattern, parsePattern } from "../../src/strip/patterns.js";

/**
 * What each pattern matches of the names behind it, and what it does not: as fnmatch(3) of glibc says without flags.
 */
const TABLE: readonly (readonly [pattern: string, matches: readonly string[], others: readonly string[]])[] = [
  ["", [""], ["a"]],
  ["abc", ["abc"], ["ab", "abcd", "Abc"]],
  ["a.c", ["a.c"], ["abc"]],
  ["?", ["a", ".", "/", "\u{1f600}"], ["", "ab"]],
  ["*", ["", "a", ".a/b"], []],
  [".debug_*", [".debug_", ".debug_info"], [".debug", "x.debug_info"]],
  ["*a*b*", ["ab", "xaxbx", "aab"], ["ba", "a", "b"]],
  ["**a", ["a", "ba", "aa"], ["ab"]],
  ["*.o", [".o", ".o.o"], ["o", ".o."]],
  ["[ab]", ["a", "b"], ["c", "ab", ""]],
  ["[a-c]x", ["ax", "cx"], ["dx", "-x"]],
  ["[z-a]", [], ["a", "m", "z", "-"]],
  ["[z-a]*", [], ["a", "z"]],
  ["[az-a]", ["a"], ["z", "-"]],
  ["[!a]", ["b", "!", "^"], ["a", ""]],
  ["[^a]", ["b", "!", "^"], ["a"]],
  ["[!z-a]", ["a", "z", "m"], [""]],
  ["[a^]", ["a", "^"], ["!"]],
  ["[]]", ["]"], ["[", "[]]"]],
  ["[]a]", ["]", "a"], ["[", "]a"]],
  ["[!]a]", ["b", "["], ["]", "a"]],
  ["[]-a]", ["]", "^", "a"], ["[", "-"]],
  ["[a-]", ["a", "-"], ["b", "]"]],
  ["[-a]", ["a", "-"], ["b"]],
  ["[--0]", ["-", ".", "0"], ["1", ","]],
  ["[[]", ["["], ["]"]],
  ["][]", ["][]"], ["]", "][", "]]", "][]]"]],
  ["[", ["["], ["", "a", "[["]],
  ["[a", ["[a"], ["a"]],
  ["[]", ["[]"], ["[", "]"]],
  ["[!", ["[!"], ["!", "a"]],
  ["a[b", ["a[b"], ["ab"]],
  ["[a-", ["[a-"], ["a", "-"]],
  ["[*]", ["*"], ["a", "[*]"]],
  ["[?]", ["?"], ["a"]],
  ["\\*", ["*"], ["a", "\\*"]],
  ["\\[a]", ["[a]"], ["a"]],
  ["\\a", ["a"], ["\\a"]],
  ["\\\\", ["\\"], ["\\\\"]],
  ["a\\", [], ["a", "a\\"]],
  ["[\\]]", ["]"], ["\\", "\\]"]],
  ["[\\a]", ["a"], ["\\"]],
  ["[a\\-c]", ["a", "-", "c"], ["b", "\\"]],
  ["[[:alpha:]]", ["a", "Z"], ["1", ":", "["]],
  ["[[:alpha:]", ["[a", "[:"], ["a", "["]],
  ["[[:digit:]x]", ["0", "9", "x"], ["a"]],
  ["[![:digit:]]", ["a", "."], ["5"]],
  ["[^[:upper:][:digit:]]", ["a", "_"], ["A", "1"]],
  ["[[:punct:]]", [".", "_", "[", "~"], ["a", " "]],
  ["[[:space:]]", [" ", "\t", "\v"], ["a"]],
  ["[[:xdigit:]][[:alnum:]]", ["f0", "Az"], ["g0", "f_"]],
  ["[[:nosuch:]]", [], ["n", ":", "["]],
  ["[![:nosuch:]]", [], ["n", ":", "["]],
  ["[:alpha:]", ["a", "l", ":", "h"], ["z", "[", "x"]],
  ["[[=a=]b]", ["a", "b"], ["=", "["]],
  ["[[.-.]x]", ["-", "x"], [".", "["]],
  ["[[.a.]-c]", ["a", "b", "c"], ["d", "."]],
  ["$(x)+{2}|^", ["$(x)+{2}|^"], ["x"]],
];

describe("a pattern of names", () => {
  it.each(TABLE)("%j", (pattern, matches, others) => {
    const does = matcher([pattern]);
    expect(matches.filter((name) => !does(name))).toEqual([]);
    expect(others.filter((name) => does(name))).toEqual([]);
  });

  it("behind a ! excludes what others mean", () => {
    const does = matcher([".note*", "!.note.[[:alpha:]]*", "[!x]"]);
    expect([".note.1", ".note.a", ".note", "y", "x"].map(does)).toEqual([true, false, true, true, false]);
    expect(matcher(["!a"])("b")).toBe(false);
  });

  /** How often a match looks at a character of the name. */
  function looks(pattern: string, name: string): number {
    let count = 0;
    const counted = new Proxy(name.split(""), {
      get: (chars, key) => {
        if (key !== "length") count++;
        return Reflect.get(chars, key) as unknown;
      },
    });
    expect(matchesPattern(parsePattern(pattern), counted)).toBe(false);
    return count;
  }

  it("goes back to the last star alone, so time is in proportion to the name's length", () => {
    for (const pattern of ["*a*a*a*b", `${"*a".repeat(50)}*b`, "*?*?*?*b", "*[a]*[!b]*b", "*a*a*a*b?"]) {
      const [short, long] = [looks(pattern, "a".repeat(2000)), looks(pattern, "a".repeat(4000))];
      expect([pattern, short < 2 * 2000 + 200, long < 2 * short + 200]).toEqual([pattern, true, true]);
    }

    // A long part behind a star is looked for at each place.
    expect(looks(`*${"a".repeat(10)}b`, "a".repeat(2000))).toBeLessThan(12 * 2000);
  });
});
