import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { VERBS as LISTED } from "../../src/cli/verbs.js";
import { withoutAttributes } from "../support/attributes.js";
import { fixturePath, scratch } from "../support/fixtures.js";
import { itWithTools, run } from "../support/tools.js";
import { CLI, elfwright } from "./cli.js";

const files = scratch();
const PIE = fixturePath("x86_64-glibc-pie-runpath");
const VERBS = LISTED.map((verb) => verb.name);
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

describe("the command", () => {
  it.each([["--help"], ["-h"], ["help"]])("%s lists every verb on stdout", (option) => {
    const { status, stdout, stderr } = elfwright(option);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const verb of VERBS) expect(stdout).toMatch(new RegExp(`^  ${verb} +\\S`, "m"));
  });

  it("without a verb is wrong usage: the same text on stderr", () => {
    expect(elfwright()).toEqual({ status: 2, signal: null, stdout: "", stderr: elfwright("--help").stdout });
  });

  it("--version prints the package's version", () =>
    expect(elfwright("--version")).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" }));

  it("an unknown verb is wrong usage", () => {
    expect(elfwright("mend", "x")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: "elfwright: unknown verb mend; see elfwright --help\n",
    });
  });

  it.each(VERBS)("%s --help begins with the usage line and names --json", (verb) => {
    for (const option of ["--help", "-h"]) {
      const { status, stdout, stderr } = elfwright(verb, option);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(new RegExp(`^usage: elfwright ${verb} `));
      expect(stdout).toContain("--json");
    }
  });

  it.each([
    ["show", 2],
    ["check", 2],
    ["diff", 2],
    ["patchelf", 1],
    ["strip", 1],
  ])("wrong usage of %s exits with %i and points at its help", (verb, status) => {
    for (const args of [[], ["--no-such-option", "file"]]) {
      const ran = elfwright(verb, ...args);
      expect(ran).toMatchObject({ status, stdout: "" });
      expect(ran.stderr).toMatch(new RegExp(`^elfwright: ${verb}: .*; see elfwright ${verb} --help\n$`));
    }
  });

  it.each(["show", "check", "patchelf", "strip"])(
    "%s: a file that is not there, a folder and a text file are refused, each on one line",
    (verb) => {
      const here = fixturePath("");
      const text = fixturePath("../README.md");
      const ran = elfwright(verb, "/no/such/file", here, text);

      expect(ran).toMatchObject({ status: 1, stdout: "" });
      expect(ran.stderr.split("\n")).toEqual([
        "elfwright: /no/such/file: ENOENT: no such file or directory (open)",
        `elfwright: ${here}: this is not a regular file`,
        expect.stringContaining(`elfwright: ${text}: NOT_ELF: `),
        "",
      ]);
    },
  );

  it("prints no control characters of a file's name", () => {
    const { stderr } = elfwright("show", "/no/\u001b[31mred\u001b]0;title\u0007");
    expect(stderr).toMatch(/^elfwright: .*ENOENT/);
    expect(stderr).not.toContain("\u001b");
  });

  itWithTools(["bash", "head"], "a reader that closes the pipe is no failure", () => {
    const many = Array.from({ length: 100 }, () => fixturePath("x86_64-glibc-pie"));
    const script = 'node=$1; shift; "$node" "$@" | head -n 1; echo "${PIPESTATUS[0]}"';

    for (const [option, firstLine] of [
      ["--json", "["],
      ["--", `${many[0]}:`],
    ] as const) {
      const ran = run("bash", ["-c", script, "bash", process.execPath, CLI, "show", option, ...many]);
      expect(ran.stderr).toBe("");
      expect(ran.stdout.split("\n")).toEqual([firstLine, "0", ""]);
    }
  });

  const wholly = [
    ["--help"],
    ...VERBS.map((verb) => [verb, "--help"]),
    ...["show", "check", "diagnose", "map", "resolve"].map((verb) => [verb, PIE]),
    ["show", "--json", "--all", PIE],
    ["diff", PIE, PIE],
    ["patchelf", "--print-rpath", PIE],
    ["patchelf", "--dry-run", "--set-rpath", "/a", PIE],
    ["chrpath", "-l", PIE],
    ["strip", "-v", "--dry-run", PIE],
    ["check", "--rules"],
    ["diagnose", "--rules", "--json"],
  ];

  it.skipIf(!existsSync("/dev/full"))(
    "a full disk behind stdout: one line, exit 1, for all verbs [needs /dev/full]",
    () => {
      const script = 'exec "$0" "$@" >/dev/full';
      for (const args of wholly) {
        const { status, stderr } = run("sh", ["-c", script, process.execPath, CLI, ...args]);
        const lines = withoutAttributes(stderr)
          .split("\n")
          .filter((line) => !line.includes(PIE));
        expect({ args, status, lines }).toEqual({
          args,
          status: 1,
          lines: ["elfwright: the output cannot be written: ENOSPC: no space left on device, write", ""],
        });
      }
    },
  );

  itWithTools(["bash"], "a disk that is full after a part of the output: one line, exit 1", () => {
    const script = 'ulimit -f 1; exec "$0" "$@" >"$OUT"';
    for (const args of [
      ["strip", "--help"],
      ["show", PIE],
      ["show", "--json", "--all", PIE],
      ["diagnose", "--rules"],
    ]) {
      const env = { OUT: files.path("full") };
      const ran = run("bash", ["-c", script, process.execPath, CLI, ...args], { env });
      expect(ran).toMatchObject({
        status: 1,
        stderr: "elfwright: the output cannot be written: EFBIG: file too large, write\n",
      });
    }
  });

  it("prints large outputs whole", () => {
    const files = Array.from({ length: 100 }, () => fixturePath("x86_64-glibc-pie"));
    const { stdout } = elfwright("show", "--json", ...files);
    expect(stdout.length).toBeGreaterThan(1 << 20);
    expect(JSON.parse(stdout)).toHaveLength(100);
  });
});
