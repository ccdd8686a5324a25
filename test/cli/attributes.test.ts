import { linkSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ATTRIBUTES } from "../support/attributes.js";
import { fixture } from "../support/fixtures.js";
import { hasTool, run } from "../support/tools.js";
import { CLI, isUnchanged, workbench } from "./cli.js";

const files = workbench();
const NAME = "x86_64-glibc-pie-runpath";
const command = (...args: string[]) => run(process.execPath, [CLI, ...args]);
const SAID = { status: 0, stderr: `elfwright: ${ATTRIBUTES.message}\n` };
const SILENT = { status: 0, stderr: "" };

const VERBS = [
  ["patchelf", "--set-rpath", "/a"],
  ["chrpath", "-r", "/a"],
  ["strip", "-R", ".comment"],
];

describe.each(VERBS)("%s says what a new file has not got of the old one", (...call) => {
  it("once a run, however many files there are", () => {
    expect(command(...call, files.copy(NAME), files.copy(NAME), files.copy(NAME))).toMatchObject(SAID);
  });

  it("also in a dry run, and in JSON for each file", () => {
    const paths = [files.copy(NAME), files.copy(NAME)];
    const { stdout, ...ran } = command(...call, "--json", "--dry-run", ...paths);
    expect(ran).toMatchObject(SAID);

    const entries = JSON.parse(stdout) as { notes: unknown[] }[];
    expect(entries.map((entry) => entry.notes)).toEqual([[ATTRIBUTES], [ATTRIBUTES]]);
  });

  it("not where the file itself is written, nothing changes, or the output is another file", () => {
    const path = files.copy(NAME);
    expect(command(...call, "--in-place", path)).toMatchObject(SILENT);
    expect(command(...call, path)).toMatchObject(SILENT);
    const output = call[0] === "patchelf" ? "--output" : "-o";
    expect(command(...call, output, `${path}-out`, path)).toMatchObject(SILENT);
  });
});

const SET = "import os, sys; os.setxattr(sys.argv[1], 'user.origin', b'here')";
const GET = "import os, sys; print(*os.listxattr(sys.argv[1]))";
const probe = files.copy(NAME);
const HAS_ATTRIBUTES = hasTool("python3") && run("python3", ["-c", SET, probe]).status === 0;

describe.skipIf(!HAS_ATTRIBUTES)("extended attributes [needs python3, and a file system that has them]", () => {
  it("stay in place, and are said to go in a new file", () => {
    const attributesAfter = (...args: string[]) => {
      const path = files.copy(NAME);
      run("python3", ["-c", SET, path]);
      const { stderr } = command("patchelf", "--set-rpath", "/a", ...args, path);
      return { left: run("python3", ["-c", GET, path]).stdout.trim(), isSaid: stderr.includes(ATTRIBUTES.message) };
    };
    expect(attributesAfter()).toEqual({ left: "", isSaid: true });
    expect(attributesAfter("--in-place")).toEqual({ left: "user.origin", isSaid: false });
  });
});

function linked() {
  const path = files.copy(NAME);
  linkSync(path, `${path}-other`);
  return { path, other: `${path}-other`, ino: statSync(path).ino };
}

describe.each(VERBS)("%s of a file with several names", (...call) => {
  it("gives the new file to this name alone, and says so: another may be in a package store", () => {
    const { path, other, ino } = linked();
    const { status, stderr } = command(...call, path);

    expect({ status, stderr }).toEqual({
      status: 0,
      stderr:
        `elfwright: ${path}: the file has 2 hard links; only this name gets the new file (in place, all change)\n` +
        SAID.stderr,
    });
    expect([isUnchanged(other, NAME), isUnchanged(path, NAME), statSync(other).ino]).toEqual([true, false, ino]);
  });

  it("--in-place writes for all names, with a note, and none where nothing changes", () => {
    const { path, other, ino } = linked();
    const said = `elfwright: ${path}: the file has 2 hard links, which all change, also one in a package store\n`;

    expect(command(...call, "--in-place", path)).toMatchObject({ status: 0, stderr: said });
    expect([statSync(path).ino, statSync(other).ino, statSync(path).nlink]).toEqual([ino, ino, 2]);
    expect(readFileSync(other).equals(fixture(NAME))).toBe(false);
    expect(command(...call, "--in-place", other)).toMatchObject(SILENT);
  });
});
