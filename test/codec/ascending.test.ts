import { describe, expect, it } from "vitest";
import { ascending, countUp, filtered } from "../../src/codec/ascending.js";

const order = (...values: number[]): number[] => [...ascending(Float64Array.from(values), values.length)];

describe("ascending order", () => {
  it("is that of the values, and of the places where they are equal", () => {
    expect(order()).toEqual([]);
    expect(order(1, 1, 2)).toEqual([0, 1, 2]);
    expect(order(5, 0, 5, 3, 0)).toEqual([1, 4, 3, 0, 2]);
  });

  it("is the same for values that leave no room for a place in one number", () => {
    expect(order(2 ** 60, 7, Infinity, 2 ** 60, Infinity, 0)).toEqual([5, 1, 0, 3, 2, 4]);
  });

  it("has every place once where value and place together just reach 2^53", () => {
    const large = Math.floor((2 ** 53 - 2) / 30);
    for (const place of [12, 13]) {
      const values = Array.from({ length: 30 }, (_, i) => (i === place ? large : 30 - i));
      const others = Array.from({ length: 30 }, (_, i) => 29 - i).filter((i) => i !== place);
      expect(order(...values)).toEqual([...others, place]);
    }
  });

  it("takes the first values only", () => {
    expect([...ascending(Float64Array.of(3, 1, 0), 2)]).toEqual([1, 0]);
  });
});

it("counts, and picks numbers in their order", () => {
  expect([...filtered(countUp(7), (n) => n % 3 === 0)]).toEqual([0, 3, 6]);
  expect([...filtered(countUp(0), () => true)]).toEqual([]);
});
