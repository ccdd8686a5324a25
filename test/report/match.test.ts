import { describe, expect, it } from "vitest";
import { match } from "../../src/report/match.js";

const steps = (before: string, after: string, replace = true) =>
  match(before.split(""), after.split(""), (s) => s, replace).steps.map(({ from, to }) => `${from ?? ""}>${to ?? ""}`);

describe("match", () => {
  it("pairs what went with what came between the same neighbours", () => {
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
  it("keeps both apart where nothing is replaced", () => {
    expect(steps("abc", "axc", false)).toEqual(["b>", ">x"]);
  });
  it("counts equal items", () => {
    expect(steps("aa", "aaa")).toEqual([">a"]);
    expect(steps("aba", "ab")).toEqual(["a>"]);
  });
  it("tells another order", () => {
    const m = match(["a", "b", "c"], ["c", "a", "b"], (s) => s);
    expect(m.steps).toEqual([]);
    expect(m.reordered).toBe(true);
    expect(match(["a", "b"], ["a", "x", "b"], (s) => s).reordered).toBe(false);
  });
});
