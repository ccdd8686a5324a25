import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { scratch } from "../support/fixtures.js";
import { jestModules, linkModules } from "../support/jest.js";
import { REQUIRED, run } from "../support/tools.js";

// The types of a runner are in the subpath for it alone: who has one of them compiles without the others.

const files = scratch();
const repository = fileURLToPath(new URL("../../", import.meta.url));
const own = join(repository, "node_modules");
const compiler = join(own, "typescript/lib/tsc.js");

/** A project with the package and the types of Node. */
function projectOf(name: string): string {
  const project = files.path(name);
  const installed = join(project, "node_modules/elfwright");
  mkdirSync(join(project, "node_modules/@types"), { recursive: true });
  cpSync(join(repository, "dist"), join(installed, "dist"), { recursive: true });
  cpSync(join(repository, "package.json"), join(installed, "package.json"));
  symlinkSync(join(own, "@types/node"), join(project, "node_modules/@types/node"));
  writeFileSync(join(project, "package.json"), '{ "private": true }');
  return project;
}

/** A test file; every line that is wrong has to be found. */
const useOf = (runner: string, head: string): string => `
  ${head}
  import { elfMatchers, elfSerializer } from "elfwright/testing/${runner}";
  import { assertNeeds, assertReproducible, buildElf, summarize, type FileSummary } from "elfwright/testing";
  import { parseTarget } from "elfwright/targets";

  expect.extend(elfMatchers);
  expect.addSnapshotSerializer(elfSerializer);
  const bytes = buildElf({ soname: "libx.so.1" });
  expect(bytes).toNeed("libc.so.6");
  expect(bytes).not.toNeed(["liba.so", "libb.so"]);
  expect(bytes).toHaveRunpath("$ORIGIN", "/opt/lib");
  expect(bytes).toDefineSymbol("x_open", { version: "X_1" });
  expect(bytes).toRunOn(parseTarget("centos7"));
  expect(bytes).toIntroduceNoFindings(bytes.buffer, { severity: "error" });
  expect(bytes).toBeSameProgramAs(bytes, { except: ["search-path"] });
  expect(bytes).toBeReproducible((file) => file);
  expect(bytes).toMatchElfSnapshot({ hint: "x", layout: true });
  expect({ bytes }).toEqual({ bytes: expect.toNeed("libc.so.6") });
  export const later: Promise<void> = expect(bytes).toBeReproducible(async (file) => file);
  export const summary: FileSummary = summarize(bytes, { layout: undefined });
  export const asserted: Promise<void> = assertReproducible(bytes, async (file) => file);
  assertReproducible(bytes, (file) => file) satisfies void;
  assertNeeds.not(bytes, "liba.so");

  // @ts-expect-error a number is no name
  expect(bytes).toNeed(1);
  // @ts-expect-error no such part
  expect(bytes).toBeSameProgramAs(bytes, { except: ["colour"] });
  // @ts-expect-error a target is no text
  expect(bytes).toRunOn("centos7");
  // @ts-expect-error a path is no file
  assertNeeds("server", "libc.so.6");
`;

const RESOLUTIONS: readonly (readonly [title: string, extension: string, options: object])[] = [
  ["nodenext", "mts", { module: "nodenext" }],
  ["bundler", "ts", { module: "esnext", moduleResolution: "bundler" }],
];

function compiles(project: string, name: string, text: string, types: readonly string[], options: object): void {
  writeFileSync(join(project, name), text);
  const compilerOptions = {
    target: "es2022",
    lib: ["es2023"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    types,
    ...options,
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [name] }));

  const { status, stdout } = run(process.execPath, [compiler, "-p", project], { cwd: project });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
}

describe("with vitest's types alone", () => {
  const project = projectOf("vitest");
  beforeAll(() => symlinkSync(join(own, "vitest"), join(project, "node_modules/vitest")));

  it.each(RESOLUTIONS)("%s", (title, extension, options) => {
    const text = useOf("vitest", 'import { expect } from "vitest";');
    compiles(project, `${title}.${extension}`, text, ["node"], options);
  });
});

describe("with no runner's types", () => {
  it("elfwright/testing compiles", () => {
    const text = `
      import { assertNeeds, buildElf, formatSummary, summarize } from "elfwright/testing";
      assertNeeds(buildElf(), "libc.so.6");
      export const text: string = formatSummary(summarize(buildElf()));
    `;
    compiles(projectOf("none"), "use.mts", text, [], { module: "nodenext" });
  });
});

const theirs = jestModules();
if (theirs !== undefined || REQUIRED) {
  describe("with jest's types alone", () => {
    const project = projectOf("jest");
    beforeAll(() => linkModules(theirs!, join(project, "node_modules")));

    it("nodenext, @types/jest", () =>
      compiles(project, "types.mts", useOf("jest", ""), ["node", "jest"], { module: "nodenext" }));

    it("CommonJS and node10, @types/jest", () =>
      compiles(project, "types-node10.ts", useOf("jest", ""), ["node", "jest"], {
        module: "commonjs",
        moduleResolution: "node10",
      }));

    it("nodenext, @jest/globals", () => {
      const text = useOf("jest", 'import { expect } from "@jest/globals";');
      compiles(project, "globals.mts", text, ["node"], { module: "nodenext" });
    });
  });
} else {
  it.skip("with jest's types alone [absent: the registry]", () => {});
}
