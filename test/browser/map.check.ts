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

/** What the page's script leaves behind: boxes as the browser laid them out. */
const SCRIPT = `
const box = (e) => { const b = e.getBBox(); return { left: b.x, top: b.y, right: b.x + b.width, bottom: b.y + b.height }; };
const all = [...document.querySelectorAll("svg.elfwright-map")].map((svg) => {
  const rows = new Map([...svg.querySelectorAll("g.row")].map((g) => [g, box(g.querySelector("rect"))])), view = svg.viewBox.baseVal;
  return { view: { left: view.x, top: view.y, right: view.x + view.width, bottom: view.y + view.height }, rows: [...rows.values()],
    labels: [...svg.querySelectorAll("text")].map((t) => ({ text: t.textContent, box: box(t), row: t.closest("g.row") ? [...rows.keys()].indexOf(t.closest("g.row")) : -1, family: getComputedStyle(t).fontFamily })) };
});
document.body.innerHTML = "";
document.body.append(Object.assign(document.createElement("pre"), { id: "result", textContent: JSON.stringify(all) }));
`;

interface Measured {
  readonly view: Box;
  readonly rows: readonly Box[];
  readonly labels: readonly { readonly text: string; readonly box: Box; readonly row: number }[];
}

/** The same as readSvg() gives, as a browser sees it. */
function drawn(svgs: readonly string[], font?: string): Drawn[] {
  const style = font ? `<style>svg.elfwright-map text{font-family:${font}!important}</style>` : "";
  const page = files.write(
    `page-${started}.html`,
    Buffer.from(`<!doctype html><meta charset="utf-8">${style}<body>${svgs.join("\n")}<script>${SCRIPT}</script>`),
  );
  const dom = browser("--virtual-time-budget=20000", "--dump-dom", `file://${page}`);
  const json = /<pre id="result">([^]*?)<\/pre>/.exec(dom)![1]!;
  const unescaped = json.replace(
    /&(lt|gt|amp|quot);/g,
    (_, e: string) => ({ lt: "<", gt: ">", amp: "&", quot: '"' })[e]!,
  );

  return (JSON.parse(unescaped) as Measured[]).map((m) => ({
    view: m.view,
    rows: m.rows,
    labels: m.labels.map((l) => ({ ...l, row: m.rows[l.row] ?? null })),
  }));
}

describe("in a browser", () => {
  for (const font of [undefined, "DejaVu Sans Mono"]) {
    itWithTools([BROWSER], `labels are in their boxes and over nothing else${font ? `, in ${font}` : ""}`, () => {
      const maps = MAP_FILES.map(([name, make]) => [name, mapSvg(make(), { title: name })] as const);
      const found = drawn(
        maps.map(([, svg]) => svg),
        font,
      );
      expect(found.length).toBe(maps.length);
      expect(found.every((d) => d.labels.length > 5)).toBe(true);
      expect(found.flatMap((d, i) => faults(d).map((f) => `${maps[i]![0]}: ${f}`))).toEqual([]);
    });
  }

  itWithTools([BROWSER], "and of programs of this machine", () => {
    const paths = [process.execPath, execFileSync("which", ["ls"], { encoding: "utf8" }).trim()];
    const svgs = paths.map((p) => {
      const elf = readElfFile(p);
      try {
        return mapSvg(layoutMap(elf), { title: p });
      } finally {
        elf.close();
      }
    });
    expect(drawn(svgs).flatMap(faults)).toEqual([]);
  });
});
