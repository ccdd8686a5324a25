import { describe, expect, it } from "vitest";
import { compareMaps, isElfError, layoutMap, mapSvg, mapText, plan, readElf, setRunpath } from "../../../src/index.js";
import { cells } from "../../../src/report/map/words.js";
import { fixture } from "../../support/fixtures.js";
import { MAP_FILES, NASTY } from "../../support/map-files.js";
import { hotRanges, mutant, random, SEED } from "../../support/mutants.js";
import { faults, readSvg } from "../../support/svg.js";

describe("the picture of every kind of file", () => {
  it.each(MAP_FILES)("%s: labels are in their boxes and over nothing else", (name, make) => {
    const svg = mapSvg(make(), { title: name });
    const drawn = readSvg(svg);
    expect(faults(drawn)).toEqual([]);
    expect(drawn.rows.length).toBeGreaterThan(2);
    // However many sections: a picture that somebody can look at.
    expect(drawn.view.bottom).toBeLessThan(4000);
    expect(drawn.view.right).toBeLessThan(3000);
  });

  it.each(MAP_FILES.filter(([name]) => /-(pie|exec|lib\.so|nosections)$/.test(name)))(
    "%s: every part of the map is named, in the file and in memory",
    (_, make) => {
      const map = make();
      if ("before" in map) throw new Error("a comparison");

      const labels = readSvg(mapSvg(map)).labels;
      const texts = labels.filter((l) => l.row).map((l) => l.text);
      const wanted = [...map.regions, ...map.memory]
        .flatMap((r) => r.parts)
        .filter((p) => p.kind !== "zeros")
        .map((p) => p.label);

      for (const label of new Set(wanted)) {
        expect(texts.filter((t) => t === label).length, label).toBe(wanted.filter((w) => w === label).length);
      }

      for (const m of map.markers) {
        expect(
          labels.some((l) => !l.row && l.text.includes(m.type.replace("PT_", ""))),
          m.type,
        ).toBe(true);
      }
    },
  );
});

describe("what these tests see", () => {
  const svg = mapSvg(layoutMap(readElf(fixture("x86_64-glibc-pie"))));

  it("letters that are wider than the picture takes them for", () =>
    expect(faults(readSvg(svg, 1.2)).length).toBeGreaterThan(5));
  it("lines that are nearer to each other", () =>
    expect(
      faults(readSvg(svg.replace(/ y="(\d+(?:\.\d+)?)"/g, (_, y: string) => ` y="${Number(y) / 2}"`))).length,
    ).toBeGreaterThan(5));
  it("XML that is none", () => {
    for (const broken of [
      svg.replace("</svg>", ""),
      svg.replace("</g>", ""),
      svg.replace("ELF header", "ELF <header"),
      svg.replace("ELF header", "ELF & header"),
      svg.replace("ELF header", "\u0001"),
    ]) {
      expect(() => readSvg(broken)).toThrow();
    }
  });
});

describe("pictures of broken files", () => {
  const ROUNDS = Number(process.env["ELFWRIGHT_ROUNDS"] ?? 40);

  it.each(["x86_64-glibc-lib.so", "i386-glibc-exec", "x86_64-glibc-pie-nosections", "mips64el-glibc-pie"])(
    `mutants of %s: a picture that can be read, or an ElfError (seed ${SEED})`,
    (name) => {
      const original = Uint8Array.from(fixture(name));
      const hot = hotRanges(original);
      const before = readElf(original);
      let drawn = 0;

      for (let round = 0; round < ROUNDS; round++) {
        const at = `ELFWRIGHT_SEED=${SEED}, round ${round}`;
        const bytes = mutant(original, hot, random(SEED * 15485863 + round));
        try {
          const elf = readElf(bytes);
          const map = layoutMap(elf);
          const both = compareMaps(before, elf);

          for (const m of [map, both]) {
            expect(faults(readSvg(mapSvg(m, { title: at }))), at).toEqual([]);
            expect(
              mapText(m, { title: at, width: 80 })
                .split("\n")
                .filter((l) => cells(l) > 80),
              at,
            ).toEqual([]);
          }

          drawn++;
        } catch (e) {
          if (!isElfError(e)) {
            throw e instanceof Error && e.name === "AssertionError"
              ? e
              : new Error(`${at}: ${String(e)}`, { cause: e });
          }
        }
      }

      expect(drawn).toBeGreaterThan(ROUNDS / 10);
    },
  );
});

describe("names out of the file", () => {
  it("are text, whatever they are", () => {
    const svg = mapSvg(MAP_FILES.find(([name]) => name === "nasty names")![1](), { title: NASTY.join(" ") });
    expect(svg).not.toMatch(/<script|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\ufeff\u0301]/);
    expect(
      readSvg(svg)
        .labels.map((l) => l.text)
        .join(" "),
    ).toContain("<script>alert(1)</script>");
  });

  it("refer to nothing outside of the picture", () => {
    for (const m of mapSvg(layoutMap(readElf(fixture("x86_64-glibc-pie")))).matchAll(
      /[a-z]+:\/\/[^"]*|url\(|href|@import|<script/g,
    )) {
      expect(m[0]).toBe("http://www.w3.org/2000/svg");
    }
  });
});

describe("options", () => {
  const map = layoutMap(readElf(fixture("x86_64-glibc-pie")));

  it("a theme of its own, or the reader's", () => {
    expect(mapSvg(map)).toContain("@media(prefers-color-scheme:dark)");
    for (const theme of ["light", "dark"] as const) expect(mapSvg(map, { theme })).not.toContain("@media");
    expect(mapSvg(map, { theme: "dark" })).not.toBe(mapSvg(map, { theme: "light" }));
  });

  it("text has a contrast of 4.5:1 on everything that it stands on", () => {
    for (const theme of ["light", "dark"] as const) {
      const colours = new Map(
        [...mapSvg(map, { theme }).matchAll(/--([a-z-]+):(#[0-9a-f]{6})/g)].map((m) => [m[1]!, m[2]!]),
      );
      for (const text of ["fg", "muted", "mark"]) {
        for (const fill of ["bg", "plain", "head", "over", "r", "x", "w", "wx"]) {
          expect(contrast(colours.get(text)!, colours.get(fill)!), `${theme}: ${text} on ${fill}`).toBeGreaterThan(4.5);
        }
      }
    }
  });

  it("a background, or none", () => {
    expect(mapSvg(map)).toContain('class="bg"');
    expect(mapSvg(map, { background: false })).not.toContain('class="bg"');
  });

  it("says in words what it shows", () => {
    const svg = mapSvg(map, { title: "a & b" });
    expect(svg).toContain("<title>a &amp; b: layout</title>");
    expect(svg).toMatch(
      /<desc>ELF64 little-endian X86_64, ET_DYN \(dynamic\), [^<]*4 PT_LOAD segments: R, RX, R, RW\.<\/desc>/,
    );
  });
});

function contrast(a: string, b: string): number {
  const light = (c: string) => {
    const [r, g, b] = [1, 3, 5]
      .map((i) => Number.parseInt(c.slice(i, i + 2), 16) / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  return Math.max(light(a), light(b)) / Math.min(light(a), light(b));
}

describe("a comparison", () => {
  it("says what moved, what came, and stays silent where nothing differs", () => {
    const bytes = fixture("x86_64-glibc-pie");
    const texts = readSvg(
      mapSvg(compareMaps(readElf(bytes), readElf(plan(bytes, [setRunpath("/opt/lib".repeat(50))])))),
    ).labels.map((l) => l.text);
    expect(texts).toContain("new");
    expect(texts.some((t) => /^moves to 0x[0-9a-f]+, changed$/.test(t))).toBe(true);
    expect(texts.some((t) => /^moved from 0x530, changed$/.test(t))).toBe(true);
    const same = readSvg(mapSvg(compareMaps(readElf(bytes), readElf(bytes)))).labels.map((l) => l.text);
    expect(same.filter((t) => /moved|changed|new|gone|differs/.test(t))).toEqual([]);
  });
});
