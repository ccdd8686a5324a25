import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { scratch } from "../support/fixtures.js";
import { jestModules, linkModules } from "../support/jest.js";
import { PACKAGER_FAULTS } from "../support/packager-faults.js";
import { REQUIRED, run } from "../support/tools.js";

// The suites of examples/testing, in the runners that they are for, on the packager as it is and on copies of it with
// one fault each. Each runner starts once and runs all copies.

const repository = fileURLToPath(new URL("../../", import.meta.url));
const examples = join(repository, "examples/testing");
const files = scratch();
const project = files.path("project");
const modules = join(project, "node_modules");
const WHOLE = "whole";
const TESTS_OF_A_SUITE = 10;

/** What a test of a copy ended with: the message of its failure, empty where it passed. */
type Outcomes = ReadonlyMap<string, string>;

const keyOf = (copy: string, test: string): string => `${copy}: ${test}`;

/** The reports of vitest and jest have the same shape. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function outcomesOf(report: Report): Outcomes {
  const outcomes = new Map<string, string>();
  for (const { name, message, assertionResults } of report.testResults) {
    const copy = name.slice(project.length + 1).split("/")[0]!;
    if (assertionResults.length === 0) throw new Error(`${name}: ${message}`);
    for (const { title, status, failureMessages } of assertionResults) {
      outcomes.set(keyOf(copy, title), status === "passed" ? "" : failureMessages.join("\n"));
    }
  }
  return outcomes;
}

/** No colours, and no snapshot is written. */
const env = { CI: "1", NO_COLOR: "1", FORCE_COLOR: "0" };

function vitest(): Outcomes {
  const command = join(modules, "vitest/vitest.mjs");
  const args = [command, "run", "--root", project, "--reporter=json", "--outputFile=vitest.json", "vitest/"];
  run(process.execPath, args, { cwd: project, env });
  return outcomesOf(JSON.parse(readFileSync(join(project, "vitest.json"), "utf8")) as Report);
}

function jest(): Outcomes {
  const command = join(modules, "jest/bin/jest.js");
  const args = [command, "--rootDir", project, "--json", "--outputFile=jest.json", "jest/"];
  run(process.execPath, args, { cwd: project, env });
  return outcomesOf(JSON.parse(readFileSync(join(project, "jest.json"), "utf8")) as Report);
}

/** node:test prints TAP where nobody looks on. A failure has its message behind `error:`, indented. */
function nodeTest(): Outcomes {
  const outcomes = new Map<string, string>();
  for (const copy of [WHOLE, ...PACKAGER_FAULTS.map(({ name }) => name)]) {
    const args = ["--test", "--test-reporter=tap", join(copy, "node/packager.test.mjs")];
    const { stdout } = run(process.execPath, args, { cwd: project, env: { ...env, NODE_OPTIONS: "" } });
    for (const [, isNot, title, body] of stdout.matchAll(/^ +(not )?ok \d+ - (.*)\n((?: +.*\n)*?) +\.\.\.$/gm)) {
      outcomes.set(keyOf(copy, title!), isNot ? body!.replace(/^ +/gm, "") : "");
    }
  }
  return outcomes;
}

/** Spaces that a reporter puts in front of lines, or leaves out behind them, are none of the message. */
const words = (text: string): string => text.replace(/\\n/g, "\n").replace(/\s+/g, " ");

beforeAll(() => {
  mkdirSync(join(modules, "elfwright"), { recursive: true });
  cpSync(join(repository, "dist"), join(modules, "elfwright/dist"), { recursive: true });
  cpSync(join(repository, "package.json"), join(modules, "elfwright/package.json"));
  writeFileSync(join(project, "package.json"), '{ "private": true }');

  const isCode = (path: string): boolean => !path.endsWith("package.json");
  cpSync(examples, join(project, WHOLE), { recursive: true, filter: isCode });
  const packager = readFileSync(join(examples, "packager.cjs"), "utf8");
  for (const { name, was, is } of PACKAGER_FAULTS) {
    if (packager.split(was).length !== 2) throw new Error(`${name}: its text does not stand once in the packager`);
    cpSync(examples, join(project, name), { recursive: true, filter: isCode });
    writeFileSync(
      join(project, name, "packager.cjs"),
      packager.replace(was, () => is),
    );
  }
});

function suites(runner: string, outcomes: () => Outcomes): void {
  describe(runner, () => {
    let ended: Outcomes;
    beforeAll(() => {
      ended = outcomes();
    });

    it("passes with the packager as it is", () => {
      const whole = [...ended].filter(([key]) => key.startsWith(`${WHOLE}: `));
      expect(whole.filter(([, message]) => message !== "")).toEqual([]);
      expect(whole.length).toBe(TESTS_OF_A_SUITE);
    });

    it.each(PACKAGER_FAULTS)("finds $name", ({ name, test, says }) => {
      const message = words(ended.get(keyOf(name, test)) ?? "no such test");
      for (const part of says) expect(message).toContain(words(part));
    });
  });
}

suites("node:test", nodeTest);

const own = join(repository, "node_modules");
suites("vitest", () => {
  linkModules(own, modules);
  return vitest();
});

// The registry is asked where jest is not there yet.
const theirs = jestModules();
if (theirs !== undefined || REQUIRED) {
  suites("jest", () => {
    linkModules(theirs!, modules);
    return jest();
  });
} else {
  it.skip("jest [absent: the registry]", () => {});
}
