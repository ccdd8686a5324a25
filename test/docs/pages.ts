import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A page of Markdown, by its path in the repository. */
export interface Page {
  readonly path: string;
  readonly lines: readonly string[];
}

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  /** The line of its first line, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** A link of a page to another file of the repository. */
export interface Link {
  readonly page: string;
  readonly line: number;
  /** The path in the repository. */
  readonly to: string;
  /** The heading that it leads to, as GitHub writes it; empty for none. */
  readonly anchor: string;
}

function read(path: string): Page {
  return { path, lines: readFileSync(join(ROOT, path), "utf8").split("\n") };
}

/** Every page that users read, and those for contributors. */
export const PAGES: readonly Page[] = [
  "README.md",
  "CHANGELOG.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
].map(read);

/** The lines that are not in a fenced block, with their numbers from 1. */
export function* prose({ lines }: Page): Generator<readonly [number, string]> {
  let isCode = false;
  for (const [i, line] of lines.entries()) {
    const isFence = line.trimStart().startsWith("```");
    if (isFence) isCode = !isCode;
    else if (!isCode) yield [i + 1, line];
  }
}

/** The fenced blocks of a page in one language. */
export function blocksOf({ path, lines }: Page, language: string): Block[] {
  const blocks: Block[] = [];
  let start: number | undefined;
  let fence = "";

  for (const [i, line] of lines.entries()) {
    if (!line.trimStart().startsWith("```")) continue;

    if (start === undefined) {
      fence = line.trim().slice(3);
      start = i + 1;
    } else {
      const text = lines.slice(start, i).join("\n");
      if (fence === language) blocks.push({ page: path, line: start + 1, language, text });
      start = undefined;
    }
  }
  return blocks;
}

const LINK = /\]\(([^)\s]+)\)|(?:src|href|srcset)="([^"]+)"/g;

/** The links of a page that lead to files of the repository. */
export function linksOf(page: Page): Link[] {
  const links: Link[] = [];
  for (const [line, text] of prose(page)) {
    for (const [, inText, inTag] of text.replace(/`[^`]*`/g, "").matchAll(LINK)) {
      const target = inText ?? inTag!;
      if (/^[a-z]+:/.test(target)) continue;

      const [path, anchor = ""] = target.split("#");
      const to = path === "" ? page.path : posix.join(dirname(page.path), path!);
      links.push({ page: page.path, line, to, anchor });
    }
  }
  return links;
}

/** The headings of a page, as GitHub names them in addresses. */
export function anchorsOf(page: Page): string[] {
  const seen = new Map<string, number>();
  const anchors: string[] = [];
  for (const [, line] of prose(page)) {
    const heading = /^#+ (.*)$/.exec(line)?.[1];
    if (heading === undefined) continue;

    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\-_ ]/gu, "")
      .replaceAll(" ", "-");
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    anchors.push(count === 0 ? name : `${name}-${count}`);
  }
  return anchors;
}

/** What npm packs whatever package.json says (npm's manual, "files"). */
const ALWAYS = ["README.md", "LICENSE", "package.json"];

/** Is the file in the package that npm makes? */
export function isPacked(path: string): boolean {
  const { files } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { files: string[] };
  const names = (f: string): boolean => path === f || path.startsWith(`${f.replace(/\/$/, "")}/`);
  const isLeftOut = files.some((f) => f.startsWith("!") && names(f.slice(1)));
  return !isLeftOut && [...ALWAYS, ...files].some(names);
}

export const isFile = (path: string): boolean => existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile();
