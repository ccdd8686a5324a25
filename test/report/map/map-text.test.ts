import { describe, expect, it } from "vitest";
import { compareMaps, layoutMap, mapText, plan, readElf, setRunpath, stripAll } from "../../../src/index.js";
import { cells, printable, shorten, sizeOf, wrap } from "../../../src/report/map/words.js";
import { fixture } from "../../support/fixtures.js";
import { MAP_FILES, NASTY } from "../../support/map-files.js";

const lines = (text: string): string[] => text.split("\n");
const uncoloured = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, "");

describe("the text of every kind of file", () => {
  it.each(MAP_FILES)("%s: fits its width, with and without colours, in ASCII alone", (name, make) => {
    const map = make();
    for (const width of [60, 80, 132]) {
      const text = mapText(map, { title: name, width });
      const coloured = mapText(map, { title: name, width, color: true });
      const ascii = mapText(map, { title: name, width, ascii: true });

      expect([...lines(text), ...lines(ascii)].filter((line) => cells(line) > width)).toEqual([]);
      expect(uncoloured(coloured).replace(/ +$/gm, "")).toBe(text);
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      expect(ascii).toMatch(/^[\n -~]*$/);
    }
  });
});

describe("one file", () => {
  const elf = readElf(fixture("x86_64-glibc-pie"));
  const map = layoutMap(elf);
  const text = lines(mapText(map));

  const matching = (pattern: string): unknown => expect.stringMatching(new RegExp(pattern));

  it("has a line for each part, with its offset and its address", () => {
    const parts = map.regions.flatMap((region) => region.parts);

    for (const { kind, label, offset, address, size } of parts) {
      if (kind === "zeros") continue;

      const line = text.find((other) => other.trimStart().startsWith(`0x${offset!.toString(16)} `))!;
      const words = line.split(/ {2,}|[│═]+| (?=\d)/).map((word) => word.trim());
      const wanted = [label, matching(`^${String(size)} B`)];
      if (address !== null) wanted.push(matching(`^0x${Number(address).toString(16)}( |$)`));
      expect(words, label).toEqual(expect.arrayContaining(wanted));
    }
  });

  it("marks what the other program headers lie over", () => {
    const relro = text.find((line) => /^ {2}\w PT_GNU_RELRO/.test(line))!;
    const letter = relro.trim()[0]!;
    const marked = text.filter((line) => new RegExp(`0x[0-9a-f]+ [a-z ]*${letter}`).test(line));
    const inParts = marked.filter((line) => !line.includes("PT_"));

    expect(inParts.map((line) => /│(\.[a-z_.]+)/.exec(line)?.[1])).toEqual([
      ".init_array",
      ".fini_array",
      ".dynamic",
      ".got",
      ".got.plt",
    ]);
    expect(relro).toContain("0x3dd0..0x3fff");
  });

  it("shows holes between PT_LOADs, and none where they follow one another", () => {
    const ofStatic = layoutMap(readElf(fixture("x86_64-glibc-static")));
    const linesOfHoles = (all: readonly string[]) => all.filter((line) => line.includes("not mapped"));

    expect(linesOfHoles(text)).toEqual([]);
    expect(linesOfHoles(lines(mapText(ofStatic))).length).toBe(countHoles(ofStatic));
  });

  function countHoles({ memory }: ReturnType<typeof layoutMap>): number {
    let holes = 0;
    let end = Infinity;
    for (const { pages } of memory) {
      if (end < Number(pages.address)) holes++;
      end = Number(pages.address) + Number(pages.size);
    }
    return holes;
  }

  it("colours by the flags", () => {
    const coloured = mapText(map, { color: true });
    for (const [sgr, label] of [
      ["36", ".dynsym"],
      ["32", ".text"],
      ["33", ".data"],
    ] as const) {
      expect(coloured).toContain(`\u001b[${sgr}m│${label} `);
    }
  });
});

describe("two files", () => {
  const bytes = fixture("x86_64-glibc-pie");

  it("what moved and changed is said in words and in a list", () => {
    const before = readElf(bytes);
    const after = readElf(plan(bytes, [setRunpath("/opt/lib".repeat(50))]));
    const text = mapText(compareMaps(before, after));

    const { offset, addr, size } = after.sections.find((section) => section.name === ".dynstr")!.header;
    const moves = `file 0x530 -> 0x${offset.toString(16)}, memory 0x530 -> 0x${addr.toString(16)}`;
    expect(text).toContain("* moved from 0x530, changed");
    expect(text).toContain(`  > .dynstr: ${moves}, ${size} B, changed\n`);
    expect(text).toMatch(/\n {2}\+ \.elfwright\.old: file 0x530, memory 0x530, 191 B\n/);
    expect(text).toMatch(/\n {2}~ \.dynamic: file 0x2de0, memory 0x3de0, 480 B\n/);
    expect(text).not.toMatch(/~ \.text/);
  });

  it("what a strip drops is gone", () => {
    const text = mapText(compareMaps(readElf(bytes), readElf(plan(bytes, [stripAll()]))));
    expect(text).toMatch(/\n {2}- \.symtab: file 0x3080, 1080 B\n {2}- \.strtab: file 0x34b8, 613 B\n/);
  });

  it("one byte of code differs", () => {
    const other = fixture("x86_64-glibc-pie");
    const { offset, addr, size } = readElf(other).sections.find((section) => section.name === ".text")!.header;
    other[offset + size - 1]! ^= 1;
    const comparison = compareMaps(readElf(bytes), readElf(other));

    const parts = comparison.after.regions.flatMap((region) => region.parts);
    const marked = parts.filter((part) => part.marks.length > 0);
    expect(marked.map((part) => [part.label, part.marks])).toEqual([[".text", ["changed"]]]);
    expect(lines(mapText(comparison).trimEnd()).slice(-2)).toEqual([
      "Differences",
      `  ~ .text: file 0x${offset.toString(16)}, memory 0x${addr.toString(16)}, ${size} B`,
    ]);
  });

  it("nothing differs", () => {
    const text = mapText(compareMaps(readElf(bytes), readElf(bytes)));
    expect(lines(text.trimEnd()).at(-1)).toBe("Nothing differs.");
  });
});

describe("words", () => {
  it.each([
    [0, "0 B"],
    [9999, "9999 B"],
    [10_000, "9.77 KiB"],
    [102_400, "100 KiB"],
    [1_048_000, "1.00 MiB"],
    [2 ** 40, "1.00 TiB"],
    ["0xffffffffffffffff", "16.0 EiB"],
  ])("%s bytes are %s", (n, text) => expect(sizeOf(n)).toBe(text));

  it("lines are never wider than they may be, and lose nothing but spaces", () => {
    for (const text of [...NASTY.map(printable), "several short words and aVeryLongOneThatHasNoSpacesAtAll in them"]) {
      for (const width of [4, 10, 33]) {
        const wrapped = wrap(text, width);
        for (const line of wrapped) expect(cells(line)).toBeLessThanOrEqual(width);
        expect(wrapped.join("").replace(/ /g, "")).toBe(text.replace(/ /g, ""));
        expect(cells(shorten(text, width))).toBeLessThanOrEqual(width);
      }
    }
  });

  it("names change nothing outside their own place", () =>
    expect(NASTY.map(printable).slice(2, 5)).toEqual([
      "\\u{1b}[31mred\\u{1b}[0m",
      "\\u{202e}gpj.exe",
      "e\\u{301}\\u{301}\\u{301}\\u{301}",
    ]));
});
