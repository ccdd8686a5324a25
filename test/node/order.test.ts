import { describe, expect, it } from "vitest";
import { readElf, setInterpreter, setRunpath, stripUnneeded } from "../../src/index.js";
import { ALL_FIXTURES } from "../support/all-fixtures.js";
import { fixture } from "../support/elf.js";
import { everyEdit } from "../support/every-edit.js";
import { tryPrefixes } from "./prefixes.js";

describe("written in place and killed at any moment, a file loads as before or as after, and leads back to before", () => {
  it.each(ALL_FIXTURES)("%s, with every edit", (name) => {
    const before = fixture(name);
    const complaints: string[] = [];
    let tried = 0;
    for (const way of everyEdit(readElf(before))) {
      const result = tryPrefixes(before, way.edits());
      if (!result) continue;
      tried++;
      complaints.push(...result.complaints.map((c) => `${way.name}: ${c}`));
    }

    expect(complaints).toEqual([]);
    expect(tried).toBeGreaterThan(name.endsWith(".o") ? 1 : 3);
  });

  it("also the second time, and the third", () => {
    for (const name of ["x86_64-glibc-pie", "x86_64-glibc-lib-lld.so", "i386-glibc-exec", "s390x-glibc-pie"]) {
      let before = fixture(name);
      for (const length of [100, 300, 6000, 9000, 40]) {
        const interpreter =
          readElf(before).interpreter === null ? [] : [setInterpreter(`/lib/${"y".repeat(length >> 2)}`)];
        const edits = [setRunpath(`/${"x".repeat(length)}`), ...interpreter];
        const result = tryPrefixes(before, edits);
        expect(result?.complaints, `${name} ${length}`).toEqual([]);
        before = result!.after;
      }
      expect(tryPrefixes(before, [stripUnneeded()])?.complaints, name).toEqual([]);
    }
  });
});

it("few bytes are written where a search path grows, however large the segments are", () => {
  // DT_MIPS_RLD_MAP_REL holds .dynamic in its place.
  for (const name of ALL_FIXTURES.filter((n) => /glibc-(pie|exec|lib)/.test(n) && !n.startsWith("mips"))) {
    const result = tryPrefixes(fixture(name), [setRunpath("/opt/elfwright/".repeat(20))])!;
    const written = [...result.order.behind.map((b) => b.size), ...result.order.steps.map((s) => s.bytes.length)];
    expect(
      written.reduce((sum, size) => sum + size, 0),
      name,
    ).toBeLessThan(8000);
  }
});
