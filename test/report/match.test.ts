import { describe, expect, it } from "vitest";
import { matchLists } from "../../src/report/match.js";

/** Each step as `from>to`, of words whose letters are the items. */
function steps(before: string, after: string, replace = true): string[] {
  const matched = matchLists(before.split(""), after.split(""), (item) => item, replace);
  return matched.steps.map(({ from, to }) => `${from ?? ""}>${to ?? ""}`);
}

describe("match", () => {
  it("pairs a removed item with the one that came between the same neighbours", () => {
    expect(steps("abc", "axc")).toEqual(["b>x"]);
    expect(steps("abc", "xbc")).toEqual(["a>x"]);
    expect(steps("abc", "abx")).toEqual(["c>x"]);
    expect(steps("abc", "xyz")).toEqual(["a>x", "b>y", "c>z"]);
  });

  it("does not pair across a neighbour", () => {
    expect(steps("ab", "bx")).toEqual(["a>", ">x"]);
  });

  it("says what is left over", () => {
    expect(steps("ab", "axyb")).toEqual([">x", ">y"]);
    expect(steps("abcd", "axd")).toEqual(["b>x", "c>"]);
    expect(steps("ab", "")).toEqual(["a>", "b>"]);
  });

  it("pairs nothing where nothing is to be replaced", () => {
    expect(steps("abc", "axc", false)).toEqual(["b>", ">x"]);
  });

  it("counts equal items", () => {
    expect(steps("aa", "aaa")).toEqual([">a"]);
    expect(steps("aba", "ab")).toEqual(["a>"]);
  });

  it("says whether the order is another one", () => {
    const turned = matchLists(["a", "b", "c"], ["c", "a", "b"], (item) => item);
    expect(turned.steps).toEqual([]);
    expect(turned.reordered).toBe(true);

    const grown = matchLists(["a", "b"], ["a", "x", "b"], (item) => item);
    expect(grown.reordered).toBe(false);
  });
});
