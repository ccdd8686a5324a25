import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { VERBS } from "../../src/cli/verbs.js";
import { checkRules, compareMaps, diagnosisRules, mapSvg, pageRules, plan, readElf } from "../../src/index.js";
import { removeSections, replaceNeeded, setInterpreter, setRunpath, stripUnneeded } from "../../src/index.js";
import { fixture } from "../support/fixtures.js";
import { declaredCodes } from "./codes.js";
import { diagnosisPage } from "./diagnosis-page.js";
import { anchorsOf, blocksOf, isFile, isPacked, linksOf, type Page, PAGES, ROOT, prose } from "./pages.js";

const pageOf = (path: string): Page => PAGES.find((page) => page.path === path)!;

/** Pages for contributors, with tables and drawings of long lines. */
const FOR_CONTRIBUTORS = ["docs/architecture.md", "docs/contributing.md", "docs/sabotage.md"];
const SHORT_LINED = PAGES.filter(({ path }) => !FOR_CONTRIBUTORS.includes(path));

describe("lines", () => {
  it.each(SHORT_LINED)("of $path have at most 120 columns", ({ path, lines }) => {
    expect(lines.flatMap((line, i) => (line.length > 120 ? [`${path}:${i + 1}`] : []))).toEqual([]);
  });

  it("of the README are about 120", () => {
    expect(pageOf("README.md").lines.length).toBeLessThanOrEqual(135);
  });
});

describe("links", () => {
  const links = PAGES.flatMap(linksOf);
  const textOf = ({ page, line, to, anchor }: (typeof links)[number]) => `${page}:${line}: ${to}#${anchor}`;

  it("lead to files that exist", () => {
    expect(links.filter((link) => !isFile(link.to)).map(textOf)).toEqual([]);
  });

  it("lead to headings that exist", () => {
    const lost = links.filter(({ to, anchor }) => anchor !== "" && !anchorsOf(pageOf(to)).includes(anchor));
    expect(lost.map(textOf)).toEqual([]);
  });

  it("of packed files lead to packed files", () => {
    const lost = links.filter(({ page, to }) => isPacked(page) && !isPacked(to));
    expect(lost.map(textOf)).toEqual([]);
  });
});

/** The third headings of a section of a page, which are ids. */
function idsOf(page: Page, section: string): string[] {
  let isInside = false;
  const ids: string[] = [];
  for (const [, line] of prose(page)) {
    if (line.startsWith("## ")) isInside = line === `## ${section}`;
    const id = /^### `(.*)`$/.exec(line)?.[1];
    if (isInside && id !== undefined) ids.push(id);
  }
  return ids;
}

/** A page as one line of words, for sentences that are wrapped. */
const words = ({ lines }: Page): string => lines.join(" ").replace(/\s+/g, " ");

describe("ids", () => {
  it("of errors and notes are those of src/error.ts", () => {
    const page = pageOf("docs/errors.md");
    const { errors, notes } = declaredCodes();
    expect(idsOf(page, "Error codes").sort()).toEqual([...errors].sort());
    expect(idsOf(page, "Note codes").sort()).toEqual([...notes].sort());
  });

  it.each([
    ["Rules of `check`", checkRules],
    ["Rules on pages", pageRules],
  ] as const)("%s are those of the code, with their severities and sentences", (section, rules) => {
    const page = pageOf("docs/rules.md");
    expect(idsOf(page, section)).toEqual(rules.map((rule) => rule.id));
    const said = rules.filter((r) => !words(page).includes(`### \`${r.id}\` **${r.severity}.** ${r.sentence}`));
    expect(said.map((rule) => rule.id)).toEqual([]);
  });

  // Made anew by `npx vitest run test/docs -u`.
  it("of diagnosis rules, with all that the code says of them", async () => {
    await expect(diagnosisPage(diagnosisRules)).toMatchFileSnapshot(join(ROOT, "docs/diagnosis-rules.md"));
  });
});

describe("the picture", () => {
  // Made anew by `npx vitest run test/docs -u`.
  it("is what elfwright draws of the patch in the README", async () => {
    const before = readElf(fixture("x86_64-musl-pie"));
    const patched = plan(before.source, [
      setInterpreter("/lib64/ld-linux-x86-64.so.2"),
      replaceNeeded("libc.musl-x86_64.so.1", "libc.so.6"),
      setRunpath("$ORIGIN/../lib", "/usr/local/lib"),
      stripUnneeded(),
      removeSections(".comment"),
    ]);
    const { after } = compareMaps(before, readElf(patched));
    const svg = mapSvg(after, { title: "server-glibc: what the patch changed" });
    await expect(svg).toMatchFileSnapshot(join(ROOT, "docs/map.svg"));
  });

  it("is below 60 KB", () => {
    expect(readFileSync(join(ROOT, "docs/map.svg")).length).toBeLessThan(60_000);
  });
});

/** The words of a command line up to a comment; quotes hold words together. */
function commandWords(line: string): string[] {
  const found: string[] = [];
  for (const [, quoted, double, plain] of line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)) {
    if (plain?.startsWith("#")) break;
    found.push(quoted ?? double ?? plain!);
  }
  return found;
}

/** Every call of the command in the pages, and in lines that go on behind a backslash. */
const CALLS = PAGES.flatMap((page) =>
  blocksOf(page, "sh").flatMap(({ text, line }) =>
    text
      .replaceAll("\\\n", " ")
      .split("\n")
      .map((l) => commandWords(l.trim()))
      .filter(([command]) => command === "elfwright")
      .map(([, ...args]) => ({ title: `${page.path}:${line}: ${args.join(" ")}`, args })),
  ),
);

describe("calls of the command", () => {
  it("are there", () => {
    expect(CALLS.length).toBeGreaterThan(20);
  });

  it.each(CALLS)("$title", async ({ args: [name, ...args] }) => {
    const verb = VERBS.find((v) => v.name === name);
    expect(verb?.name).toBe(name);

    // The map of what another verb would do takes that verb's options, too.
    const innerName = name === "map" ? args.find((arg) => ["patchelf", "strip"].includes(arg)) : undefined;
    const inner = VERBS.find((v) => v.name === innerName);
    const helps = [await verb!.load(), ...(inner ? [await inner.load()] : [])].map((v) => v.help);
    const known = new Set(helps.flatMap((help) => help.match(/(?<![\w-])--?[a-zA-Z][\w-]*/g) ?? []));

    const options = args.filter((arg) => /^--?[a-zA-Z]/.test(arg)).map((arg) => arg.split("=")[0]!);
    expect(options.filter((option) => !known.has(option))).toEqual([]);
  });
});

describe("scripts", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: object };

  it("of npm that pages name are in package.json", () => {
    const named = PAGES.flatMap(({ path, lines }) =>
      lines.flatMap((line) =>
        [...line.matchAll(/\bnpm run (?:-s )?([\w:]+)/g)].map(([, script]) => ({ path, script: script! })),
      ),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
  });

  it("of the table of long checks are in package.json, and none is missing there", () => {
    const long = Object.keys(scripts).filter((name) => /^(?:corpus|system|targets:|map:|bench|sabotage|verify:)/.test(name));
    const { lines } = pageOf("docs/long-checks.md");
    const listed = lines.flatMap((line) => /(?:^\| `|^\*\*`npm run )([\w:]+)/.exec(line)?.slice(1) ?? []);
    expect(listed.filter((name) => name !== "npm").sort()).toEqual(long.sort());
  });

  it("for a fresh machine are in the README", () => {
    const calls = blocksOf(pageOf("README.md"), "sh").flatMap(({ text }) => text.split("\n"));
    expect(calls.some((call) => call.startsWith("npm ci && npm run demo"))).toBe(true);
    expect(calls.some((call) => call.startsWith("npm cit"))).toBe(true);
  });
});
