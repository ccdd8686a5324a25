import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fixture, fixturePath } from "../support/fixtures.js";
import { type Block, blocksOf, PAGES, ROOT } from "./pages.js";
import { runCollected } from "./runners.js";

// Every block of TypeScript in the pages is a module of its own. All are checked as one program, and each is run in a
// folder that holds the files it names.

const BLOCKS = PAGES.flatMap((page) => blocksOf(page, "ts"));
const titleOf = ({ page, line }: Block): string => `${page}:${line}`;

const ENTRIES: Readonly<Record<string, string>> = {
  elfwright: join(ROOT, "src/index.ts"),
  "elfwright/node": join(ROOT, "src/node/index.ts"),
  "elfwright/targets": join(ROOT, "src/targets/index.ts"),
  "elfwright/testing": join(ROOT, "src/testing/index.ts"),
  "elfwright/testing/vitest": join(ROOT, "src/testing/vitest.ts"),
  "elfwright/testing/jest": join(ROOT, "src/testing/jest.ts"),
};

/** What stands in for the runners when a block runs. The types of jest are not here: vitest's matchers are the same. */
const RUNNERS = join(ROOT, "test/docs/runners.ts");
const STAND_INS: Readonly<Record<string, string>> = {
  vitest: RUNNERS,
  "@jest/globals": RUNNERS,
  "node:test": RUNNERS,
};

/** Names that a block may use without making them, and what they are when it runs. */
const PRELUDE: Readonly<Record<string, string>> = {
  /** A program of glibc. */
  bytes: "x86_64-glibc-pie-runpath",
  /** A library of glibc. */
  library: "x86_64-glibc-lib.so",
  /** A program of musl. */
  alpine: "x86_64-musl-pie",
  /** A relocatable object. */
  objectFile: "x86_64-object.o",
};

/** The files that blocks name, and what they are. */
const FILES: Readonly<Record<string, string>> = {
  server: "x86_64-musl-pie",
  "build/server": "x86_64-glibc-pie-runpath",
  "libfoo.so": "x86_64-glibc-lib.so",
  "addon.node": "x86_64-musl-lib.so",
  "main.o": "x86_64-object.o",
};

const DECLARED = Object.keys(PRELUDE)
  .map((name) => `  var ${name}: Buffer<ArrayBuffer>;`)
  .join("\n");

describe("types", () => {
  const folder = join(ROOT, "test/docs");
  const prelude = join(folder, "prelude.d.ts");
  const names = BLOCKS.map((block, i) => join(folder, `block-${i}-${block.line}.ts`));
  const texts = new Map<string, string>([
    [prelude, `import type {} from "node:fs";\ndeclare global {\n${DECLARED}\n}\n`],
    ...BLOCKS.map(({ text }, i): [string, string] => [names[i]!, `${text}\nexport {};\n`]),
  ]);

  const configFile = ts.readConfigFile(join(ROOT, "tsconfig.json"), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(configFile.config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.fileExists = (path) => texts.has(path) || fileExists(path);

  const program = ts.createProgram(
    [prelude, ...names],
    {
      ...options,
      noUnusedLocals: false,
      paths: {
        ...Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, [path]])),
        "@jest/globals": [RUNNERS],
      },
    },
    host,
  );

  it.each(BLOCKS.map((block, i) => ({ title: titleOf(block), block, name: names[i]! })))(
    "$title",
    ({ block, name }) => {
      const source = program.getSourceFile(name)!;
      const said = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((d) => {
        const line = block.line + source.getLineAndCharacterOfPosition(d.start ?? 0).line;
        return `${block.page}:${line}: ${ts.flattenDiagnosticMessageText(d.messageText, "\n")}`;
      });
      expect(said).toEqual([]);
    },
  );
});

/** Is the text a value, written out? Most comments are words. */
function isValue(text: string): boolean {
  if (!/^(?:["[{\d]|true$|false$|null$)/.test(text)) return false;
  try {
    new Function(`return (${text});`);
    return true;
  } catch {
    return false;
  }
}

/** What a line says behind `//` of an expression's value is tested: `elf.needed; // ["libc.so.6"]`. */
function withComments(text: string): string {
  const lines = text.split("\n").map((line) => {
    const [, expression, value] = /^(\w.*?); \/\/ (.*)$/.exec(line) ?? [];
    const isStatement = expression === undefined || /^(?:const|let|import|for|if|return)\b| = /.test(expression);
    return isStatement || !isValue(value!) ? line : `isSame(${expression}, ${value});`;
  });
  return lines.join("\n");
}

describe("runs", () => {
  const home = process.cwd();
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "elfwright-docs-"));
    for (const method of ["log", "error"] as const) vi.spyOn(console, method).mockImplementation(() => {});
    for (const [name, file] of Object.entries(PRELUDE)) vi.stubGlobal(name, fixture(file));
    vi.stubGlobal("isSame", (value: unknown, said: unknown) => expect(value).toEqual(said));
  });

  afterEach(() => {
    process.chdir(home);
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Lays the files there that the block names. Folders for those that it writes it makes itself. */
  function furnish(text: string): void {
    const named = [...text.matchAll(/"([^"\n]+)"/g)].map(([, name]) => name!);
    const isNamed = (file: string) => named.some((name) => name === file || name.startsWith(`${file}/`));

    for (const [name, file] of Object.entries(FILES).filter(([name]) => isNamed(name))) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      copyFileSync(fixturePath(file), join(folder, name));
    }
  }

  it.each(BLOCKS.map((block) => ({ title: titleOf(block), block })))("$title", async ({ block }) => {
    furnish(block.text);
    const places = { ...ENTRIES, ...STAND_INS };
    const text = withComments(block.text).replace(/from "([^"]+)"/g, (whole, entry: string) =>
      entry in places ? `from ${JSON.stringify(places[entry])}` : whole,
    );
    const module = join(folder, "block.ts");
    writeFileSync(module, text);

    process.chdir(folder);
    await import(pathToFileURL(module).href);
    const isTest = Object.keys(STAND_INS).some((runner) => block.text.includes(`from "${runner}"`));
    expect((await runCollected()) > 0).toBe(isTest);
  });
});
