import { describe, expect, it } from "vitest";
import { compareMaps, isElfError, layoutMap, mapSvg, mapText, plan, readElf, setRunpath } from "../../../src/index.js";
import { cells } from "../../../src/report/map/words.js";
import { fixture } from "../../support/fixtures.js";
import { MAP_FILES, NASTY } from "../../support/map-files.js";
import { hotRanges, mutant, random, SEED } from "../../support/mutants.js";
import { faults, readSvg } from "../../support/svg.js";

describe("the picture of every kind of file", () => {
  it.each(MAP_FILES)("%s: labels are in their boxes and over nothing else", (name, make) => {
    const drawn = readSvg(mapSvg(make(), { title: name }));

    expect(faults(drawn)).toEqual([]);
    expect(drawn.rows.length).toBeGreaterThan(2);
    // The picture keeps a size to look at, however many sections there are.
    expect(drawn.view.bottom).toBeLessThan(4000);
    expect(drawn.view.right).toBeLessThan(3000);
  });

  it.each(MAP_FILES.filter(([name]) => /-(pie|exec|lib\.so|nosections)$/.test(name)))(
    "%s: every part of the map is named, in the file and in memory",
    (_, make) => {
      const map = make();
      if ("before" in map) throw new Error("a comparison");

      const { labels } = readSvg(mapSvg(map));
      const inRows = labels.filter((label) => label.row).map((label) => label.text);
      const beside = labels.filter((label) => !label.row).map((label) => label.text);
      const parts = [...map.regions, ...map.memory].flatMap((region) => region.parts);
      const wanted = parts.filter((part) => part.kind !== "zeros").map((part) => part.label);
      const count = (texts: readonly string[], text: string) => texts.filter((other) => other === text).length;

      for (const label of new Set(wanted)) expect(count(inRows, label), label).toBe(count(wanted, label));
      for (const { type } of map.markers) {
        const name = type.replace("PT_", "");
        expect(
          beside.some((text) => text.includes(name)),
          type,
        ).toBe(true);
      }
    },
  );
});

describe("what these tests see", () => {
  const svg = mapSvg(layoutMap(readElf(fixture("x86_64-glibc-pie"))));

  it("letters that are wider than the picture takes them for", () => {
    expect(faults(readSvg(svg, 1.2)).length).toBeGreaterThan(5);
  });

  it("lines that are too near to each other", () => {
    const squeezed = svg.replace(/ y="(\d+(?:\.\d+)?)"/g, (_, y: string) => ` y="${Number(y) / 2}"`);
    expect(faults(readSvg(squeezed)).length).toBeGreaterThan(5);
  });

  it("XML that is not well-formed", () => {
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
          for (const map of [layoutMap(elf), compareMaps(before, elf)]) {
            const lines = mapText(map, { title: at, width: 80 }).split("\n");
            expect(faults(readSvg(mapSvg(map, { title: at }))), at).toEqual([]);
            expect(
              lines.filter((line) => cells(line) > 80),
              at,
            ).toEqual([]);
          }

          drawn++;
        } catch (e) {
          if (isElfError(e)) continue;
          if (e instanceof Error && e.name === "AssertionError") throw e;
          throw new Error(`${at}: ${String(e)}`, { cause: e });
        }
      }

      expect(drawn).toBeGreaterThan(ROUNDS / 10);
    },
  );
});

describe("names out of the file", () => {
  it("are text, whatever they are", () => {
    const [, make] = MAP_FILES.find(([name]) => name === "nasty names")!;
    const svg = mapSvg(make(), { title: NASTY.join(" ") });
    const texts = readSvg(svg).labels.map((label) => label.text);

    expect(svg).not.toMatch(/<script|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\ufeff\u0301]/);
    expect(texts.join(" ")).toContain("<script>alert(1)</script>");
  });

  it("refer to nothing outside of the picture", () => {
    const svg = mapSvg(layoutMap(readElf(fixture("x86_64-glibc-pie"))));
    for (const [reference] of svg.matchAll(/[a-z]+:\/\/[^"]*|url\(|href|@import|<script/g)) {
      expect(reference).toBe("http://www.w3.org/2000/svg");
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
      const variables = mapSvg(map, { theme }).matchAll(/--([a-z-]+):(#[0-9a-f]{6})/g);
      const colours = new Map([...variables].map(([, name, colour]) => [name!, colour!]));

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

/** The contrast ratio of two colours `#rrggbb`, as WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const channel = (at: number) => {
      const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) + 0.05;
  };

  const [lighter, darker] = [Math.max(luminance(a), luminance(b)), Math.min(luminance(a), luminance(b))];
  return lighter / darker;
}

describe("a comparison", () => {
  it("says what moved, what came, and stays silent where nothing differs", () => {
    const bytes = fixture("x86_64-glibc-pie");
    const before = readElf(bytes);
    const after = readElf(plan(bytes, [setRunpath("/opt/lib".repeat(50))]));
    const textsOf = (comparison: ReturnType<typeof compareMaps>) =>
      readSvg(mapSvg(comparison)).labels.map((label) => label.text);

    const texts = textsOf(compareMaps(before, after));
    expect(texts).toContain("new");
    expect(texts.some((text) => /^moves to 0x[0-9a-f]+, changed$/.test(text))).toBe(true);
    expect(texts.some((text) => /^moved from 0x530, changed$/.test(text))).toBe(true);

    const same = textsOf(compareMaps(before, readElf(bytes)));
    expect(same.filter((text) => /moved|changed|new|gone|differs/.test(text))).toEqual([]);
  });
});
