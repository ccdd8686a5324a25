import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { afterAll, describe, expect, it } from "vitest";

const SOURCES = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "elfwright-bundle-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A text that only this part of the machines' cards holds. */
const MARKS: Readonly<Record<string, string>> = {
  dynamic: "MIPS_RLD_MAP_REL",
  memory: "executableStack",
  symbols: "unusedSectionSymbols",
  types: "ARM_PREEMPTMAP",
  names: "GOTPCREL64",
  loading: "ld-linux-mipsn8.so.1",
  recognition: "4831ed 4889e7",
  ports: "tradbigmips",
};

/** What a bundler makes of a program that takes these names from a file. */
async function bundleOf(from: string, ...names: readonly string[]): Promise<string> {
  const name = names.join("-");
  const entry = join(folder, `${name}.ts`);
  writeFileSync(entry, `export { ${names.join(", ")} } from ${JSON.stringify(from)};`);

  const outDir = join(folder, "out");
  const outExtension = () => ({ js: ".mjs" });
  await build({ entry: { [name]: entry }, outDir, format: "esm", config: false, silent: true, outExtension });
  return readFileSync(join(outDir, `${name}.mjs`), "utf8");
}

/** The parts of the cards that a bundle holds. */
function partsOf(bundle: string): string[] {
  return Object.entries(MARKS)
    .filter(([, mark]) => bundle.includes(mark))
    .map(([part]) => part);
}

describe("a bundle has the parts of the cards that it reads", () => {
  it.each([
    ["readElf", ["dynamic"]],
    ["setRunpath", []],
    ["check", ["dynamic", "memory", "types"]],
    ["resolveLibraries", ["dynamic", "loading"]],
    ["diagnose", ["dynamic", "memory", "types", "loading", "recognition", "ports"]],
    ["patch", ["dynamic", "memory", "types"]],
  ])("%s", async (name, parts) => {
    expect(partsOf(await bundleOf(SOURCES, name))).toEqual(parts);
  });
});

/**
 * Names of the families of edits that a bundle holds. The package is one file, in which a bundler drops only statements
 * that it knows to have no effects.
 */
const familiesOf = (bundle: string): string[] =>
  [...bundle.matchAll(/name: "([a-z-]+)",\s*order: [^,]*,\s*takes: /g)].map((m) => m[1]!);

describe("a bundle has the families of the edits that it uses", () => {
  it.each([
    ["readElf alone", ["readElf"], []],
    ["patch alone", ["patch"], []],
    ["patch and setRunpath", ["patch", "setRunpath"], ["runpath"]],
    ["patch and setOsAbi", ["patch", "setOsAbi"], ["os-abi"]],
  ] as const)("%s", async (_, names, families) => {
    expect(familiesOf(await bundleOf(PACKAGE, ...names))).toEqual(families);
  });

  it("parseEdit has all", async () =>
    expect(familiesOf(await bundleOf(PACKAGE, "parseEdit")).length).toBeGreaterThan(15));
});
