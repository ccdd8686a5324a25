import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { describe, expect } from "vitest";
import { layoutMap, mapSvg } from "../../src/index.js";
import { readElfFile } from "../../src/node/index.js";
import { scratch } from "../support/fixtures.js";
import { MAP_FILES } from "../support/map-files.js";
import { faults, type Box, type Drawn } from "../support/svg.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();
const BROWSER = "chromium";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
];
let started = 0;

function browser(...args: string[]): string {
  const profile = files.path(`profile-${started++}`);
  mkdirSync(profile);
  return must(BROWSER, [...FLAGS, `--user-data-dir=${profile}`, ...args]);
}

/** The script of the page: it replaces the page with the boxes as the browser laid them out, in JSON. */
const SCRIPT = `
const edges = ({ x, y, width, height }) => ({ left: x, top: y, right: x + width, bottom: y + height });
const all = [...document.querySelectorAll("svg.elfwright-map")].map((svg) => {
  const rows = [...svg.querySelectorAll("g.row")];
  const texts = [...svg.querySelectorAll("text")];
  return {
    view: edges(svg.viewBox.baseVal),
    rows: rows.map((row) => edges(row.querySelector("rect").getBBox())),
    labels: texts.map((text) => ({
      text: text.textContent,
      box: edges(text.getBBox()),
      row: rows.indexOf(text.closest("g.row")),
      family: getComputedStyle(text).fontFamily,
    })),
  };
});
document.body.innerHTML = "";
document.body.append(Object.assign(document.createElement("pre"), { id: "result", textContent: JSON.stringify(all) }));
`;

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };

interface Measured {
  readonly view: Box;
  readonly rows: readonly Box[];
  readonly labels: readonly { readonly text: string; readonly box: Box; readonly row: number }[];
}

/** The same as readSvg() gives, as a browser sees it. */
function drawn(svgs: readonly string[], font?: string): Drawn[] {
  const style = font ? `<style>svg.elfwright-map text{font-family:${font}!important}</style>` : "";
  const html = `<!doctype html><meta charset="utf-8">${style}<body>${svgs.join("\n")}<script>${SCRIPT}</script>`;
  const page = files.write(`page-${started}.html`, Buffer.from(html));

  const dom = browser("--virtual-time-budget=20000", "--dump-dom", `file://${page}`);
  const escaped = /<pre id="result">([^]*?)<\/pre>/.exec(dom)![1]!;
  const json = escaped.replace(/&(lt|gt|amp|quot);/g, (_, entity: string) => ENTITIES[entity]!);

  return (JSON.parse(json) as Measured[]).map(({ view, rows, labels }) => ({
    view,
    rows,
    labels: labels.map((label) => ({ ...label, row: rows[label.row] ?? null })),
  }));
}

describe("in a browser", () => {
  for (const font of [undefined, "DejaVu Sans Mono"]) {
    itWithTools([BROWSER], `labels are in their boxes and over nothing else${font ? `, in ${font}` : ""}`, () => {
      const names = MAP_FILES.map(([name]) => name);
      const svgs = MAP_FILES.map(([name, make]) => mapSvg(make(), { title: name }));
      const pictures = drawn(svgs, font);

      expect(pictures.length).toBe(svgs.length);
      expect(pictures.every((picture) => picture.labels.length > 5)).toBe(true);
      expect(pictures.flatMap((picture, i) => faults(picture).map((fault) => `${names[i]}: ${fault}`))).toEqual([]);
    });
  }

  itWithTools([BROWSER], "and so they are for programs of this machine", () => {
    const paths = [process.execPath, execFileSync("which", ["ls"], { encoding: "utf8" }).trim()];
    const svgs = paths.map((path) => {
      const elf = readElfFile(path);
      try {
        return mapSvg(layoutMap(elf), { title: path });
      } finally {
        elf.close();
      }
    });

    expect(drawn(svgs).flatMap(faults)).toEqual([]);
  });
});
