import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { afterAll, describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../../src/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "elfwright-bundle-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Something that each part of the cards holds, and nothing else does. */
const MARKS: Readonly<Record<string, string>> = {
  dynamic: "MIPS_RLD_MAP_REL", memory: "executableStack", symbols: "unusedSectionSymbols", types: "ARM_PREEMPTMAP",
  names: "GOTPCREL64", loading: "ld-linux-mipsn8.so.1", recognition: "4831ed 4889e7", ports: "tradbigmips",
};

/** The parts of the cards that come with these imports. */
async function partsOf(name: string, statement: string): Promise<string[]> {
  const entry = join(folder, `${name}.ts`), outDir = join(folder, "out");
  writeFileSync(entry, statement);
  const outExtension = () => ({ js: ".mjs" });
  await build({ entry: { [name]: entry }, outDir, format: "esm", config: false, silent: true, outExtension });

  const bundle = readFileSync(join(outDir, `${name}.mjs`), "utf8");
  return Object.entries(MARKS).filter(([, mark]) => bundle.includes(mark)).map(([part]) => part);
}

describe("a bundle has the parts of the cards that it reads", () => {
  it.each([
    ["readElf", ["dynamic"]],
    ["setRunpath", []],
    ["check", ["dynamic", "memory", "types"]],
    ["resolveLibraries", ["dynamic", "loading"]],
    ["diagnose", ["dynamic", "memory", "types", "loading", "recognition", "ports"]],
    ["patch", ["dynamic", "memory", "types", "names"]],
  ])("%s", async (name, parts) => {
    expect(await partsOf(name, `export { ${name} } from ${JSON.stringify(join(source, "index.ts"))};`)).toEqual(parts);
  });
});
