import { describe, expect, it } from "vitest";
import {
  compareMaps,
  layoutMap,
  mapText,
  type MapPart,
  plan,
  readElf,
  setRunpath,
  stripAll,
} from "../../../src/index.js";
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
      expect([...lines(text), ...lines(ascii)].filter((l) => cells(l) > width)).toEqual([]);
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
  const lineOf = (start: string) => text.find((l) => l.trimStart().startsWith(start))!;

  it("has a line for each part, with its offset and its address", () => {
    for (const p of map.regions.flatMap((r) => r.parts).filter((p) => p.kind !== "zeros")) {
      expect(
        lineOf(`0x${p.offset!.toString(16)} `)
          .split(/ {2,}|[│═]+| (?=\d)/)
          .map((w) => w.trim()),
        p.label,
      ).toEqual(
        expect.arrayContaining([
          p.label,
          ...(p.address === null
            ? []
            : [expect.stringMatching(new RegExp(`^0x${Number(p.address).toString(16)}( |$)`)) as unknown]),
          sizeText(p),
        ]),
      );
    }
  });

  const sizeText = (p: MapPart): unknown => expect.stringMatching(new RegExp(`^${String(p.size)} B`));

  it("marks what the other program headers lie over", () => {
    const relro = text.find((l) => /^ {2}\w PT_GNU_RELRO/.test(l))!;
    const letter = relro.trim()[0]!;
    const at = text.flatMap((l) =>
      new RegExp(`0x[0-9a-f]+ [a-z ]*${letter}`).test(l) && !l.includes("PT_") ? [/│(\.[a-z_.]+)/.exec(l)?.[1]] : [],
    );
    expect(at).toEqual([".init_array", ".fini_array", ".dynamic", ".got", ".got.plt"]);
    expect(relro).toContain("0x3dd0..0x3fff");
  });

  it("shows holes between PT_LOADs, and none where they follow one another", () => {
    expect(text.some((l) => l.includes("not mapped"))).toBe(false);
    expect(
      mapText(layoutMap(readElf(fixture("x86_64-glibc-static"))))
        .split("\n")
        .filter((l) => l.includes("not mapped")).length,
    ).toBe(holes(layoutMap(readElf(fixture("x86_64-glibc-static")))));
  });

  const holes = (m: ReturnType<typeof layoutMap>): number =>
    m.memory.filter(
      (s, i) =>
        i > 0 && Number(m.memory[i - 1]!.pages.address) + Number(m.memory[i - 1]!.pages.size) < Number(s.pages.address),
    ).length;

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
    const dynstr = after.sections.find((s) => s.name === ".dynstr")!.header;

    expect(text).toContain(`* moved from 0x530, changed`);
    expect(text).toContain(
      `  > .dynstr: file 0x530 -> 0x${dynstr.offset.toString(16)}, memory 0x530 -> 0x${dynstr.addr.toString(16)}, ${dynstr.size} B, changed\n`,
    );
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
    const text = readElf(other).sections.find((s) => s.name === ".text")!.header;
    other[text.offset + text.size - 1]! ^= 1;
    const c = compareMaps(readElf(bytes), readElf(other));

    expect(
      c.after.regions
        .flatMap((r) => r.parts)
        .filter((p) => p.marks.length > 0)
        .map((p) => [p.label, p.marks]),
    ).toEqual([[".text", ["changed"]]]);
    expect(mapText(c).trimEnd().split("\n").slice(-2)).toEqual([
      "Differences",
      `  ~ .text: file 0x${text.offset.toString(16)}, memory 0x${text.addr.toString(16)}, ${text.size} B`,
    ]);
  });

  it("nothing differs", () =>
    expect(
      mapText(compareMaps(readElf(bytes), readElf(bytes)))
        .trimEnd()
        .split("\n")
        .at(-1),
    ).toBe("Nothing differs."));
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
    for (const name of [...NASTY.map(printable), "several short words and aVeryLongOneThatHasNoSpacesAtAll in them"]) {
      for (const width of [4, 10, 33]) {
        const out = wrap(name, width);
        for (const l of out) expect(cells(l)).toBeLessThanOrEqual(width);
        expect(out.join("").replace(/ /g, "")).toBe(name.replace(/ /g, ""));
        expect(cells(shorten(name, width))).toBeLessThanOrEqual(width);
      }
    }
  });

  it("names change nothing but their own place", () =>
    expect(NASTY.map(printable).slice(2, 5)).toEqual([
      "\\u{1b}[31mred\\u{1b}[0m",
      "\\u{202e}gpj.exe",
      "e\\u{301}\\u{301}\\u{301}\\u{301}",
    ]));
});
