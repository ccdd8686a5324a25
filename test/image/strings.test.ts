import { describe, expect, it } from "vitest";
import { bytesSource } from "../../src/codec/source.js";
import { NameBudget, StringTable } from "../../src/image/strings.js";
import { caught, counting } from "../support/elf.js";

const table = (text: string, offset = 0, size = text.length) =>
  new StringTable(bytesSource(new TextEncoder().encode(text)), offset, size);

describe("StringTable", () => {
  it("reads strings and their tails, with and without loading", () => {
    for (const load of [false, true]) {
      const t = table("xx\0hello\0\0", 2, 8);
      if (load) t.load();
      expect([t.at(0), t.at(1), t.at(4), t.at(7)]).toEqual(["", "hello", "lo", ""]);
      for (const outside of [8, -1, NaN]) expect(caught(() => t.at(outside)).code).toBe("MALFORMED");
    }
  });

  it("refuses a string without a NUL inside the table", () => {
    for (const load of [false, true]) {
      const t = table("\0hello\0", 0, 6);
      if (load) t.load();
      expect(caught(() => t.at(1)).message).toBe(
        "MALFORMED: the string at 0x1 has no terminating NUL inside its table",
      );
    }
  });

  it("is cut off at the file's end, also where it begins behind it", () => {
    expect([table("\0abc\0", 1, 100).size, table("\0abc\0", 9, 100).size]).toEqual([4, 0]);
  });

  it("reads long strings in few steps, and short ones by 256 bytes", () => {
    const long = "y".repeat(5000);
    const source = counting(bytesSource(new TextEncoder().encode(`\0${long}\0${"z".repeat(9000)}\0`)));
    const t = new StringTable(source, 0, source.size);
    expect(t.at(1)).toBe(long);
    expect([source.reads, source.bytes]).toEqual([4, 256 + 1024 + 4096 + 14002]);
    source.bytes = 0;
    expect(t.at(4999)).toBe("yy");
    expect(source.bytes).toBe(256);
  });
});

it("NameBudget allows many times the table and a margin, no more", () => {
  const budget = new NameBudget(undefined);
  const name = "n".repeat(1 << 20);
  expect(budget.spend(name)).toBe(name);
  expect(caught(() => budget.spend("x")).code).toBe("MALFORMED");
});
