import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "tsup";
import { afterAll, expect, it } from "vitest";

const PACKAGE = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "elfwright-budget-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What esbuild makes of a script, minified. */
async function bundled(script: string): Promise<string> {
  const entry = join(folder, "entry.js");
  writeFileSync(entry, script);

  await build({
    entry: [entry],
    outDir: folder,
    outExtension: () => ({ js: ".mjs" }),
    format: "esm",
    minify: true,
    config: false,
    silent: true,
  });
  return readFileSync(join(folder, "entry.mjs"), "utf8").trim();
}

const KB = 1024;

it.each([
  [["setRunpath"], 1],
  [["readElf"], 14],
  [["check"], 24],
  [["sameProgram"], 30],
  [["patch", "setRunpath"], 70],
] as const)("a bundle of %j has at most %i KB", async (names, limit) => {
  const text = await bundled(`export { ${names.join(", ")} } from ${JSON.stringify(PACKAGE)};`);
  const bytes = gzipSync(text, { level: 9 }).length;
  expect(bytes).toBeLessThanOrEqual(limit * KB);
  // An empty bundle would be within every limit.
  expect(bytes).toBeGreaterThan((limit * KB) / 2);
});

it("a bundle of nothing is empty: no statement has effects, also where no package.json says so", async () => {
  const copy = join(folder, "copy");
  cpSync(dirname(PACKAGE), copy, { recursive: true });
  expect(await bundled(`import ${JSON.stringify(join(copy, "index.js"))};`)).toBe("");
});
