import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { patch, readElf, removeSections, stripUnneeded } from "../../src/index.js";
import { fixture } from "../support/fixtures.js";
import { readelfValues } from "../support/oracles.js";
import { itWithTools, must } from "../support/tools.js";
import { elfwright, elfwrightJson, FIXTURES, isUnchanged, TEXT, workbench } from "./cli.js";

const files = workbench();
const PIE = "x86_64-glibc-pie-runpath";
const PAYLOAD = Buffer.from("a payload behind the end");
const names = (path: string) => readElf(readFileSync(path)).sections.map((s) => s.name);

describe("strip", () => {
  it("works in silence, and twice gives the same", () => {
    const path = files.copy(PIE);
    for (let i = 0; i < 2; i++) {
      expect(elfwright("strip", path)).toMatchObject({ status: 0, stdout: "", stderr: "" });
      expect(readFileSync(path).equals(patch(fixture(PIE), [stripUnneeded()]).bytes)).toBe(true);
    }
  });

  it.each([["--strip-unneeded"], ["--strip-all"], ["-s"]])("%s is the default's other name", (option) => {
    const path = files.copy(PIE);
    expect(elfwright("strip", option, path)).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(readFileSync(path).equals(patch(fixture(PIE), [stripUnneeded()]).bytes)).toBe(true);
  });

  it.each([[["-R", ".comment"]], [["-R.comment"]], [["--remove-section", ".comment"]], [["--remove-section=.comment"]], [["-R", ".com*"]]])("%j removes it on top of the default", (option) => {
    const path = files.copy(PIE);
    expect(elfwright("strip", path, ...option)).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(readFileSync(path).equals(patch(fixture(PIE), [stripUnneeded(), removeSections(".comment")]).bytes)).toBe(true);
  });

  it("-R several times", () => {
    const path = files.copy("x86_64-glibc-pie");
    expect(elfwright("strip", "-R", ".comment", "-R", ".no-such", path)).toMatchObject({ status: 0, stdout: "", stderr: `elfwright: ${path}: removeSections: the file has no section .no-such\n` });
    expect(names(path)).not.toContain(".comment");
  });

  it.each([[["-o", "OUT"]], [["-oOUT"]], [["--output-file=OUT"]]])("%j writes there and leaves the input", (option) => {
    const path = files.copy(PIE), out = files.path("out");
    expect(elfwright("strip", ...option.map((o) => o.replace("OUT", out)), path)).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(isUnchanged(path, PIE)).toBe(true);
    expect(names(out)).not.toContain(".symtab");
    expect(statSync(out).mode).toBe(statSync(path).mode);
  });

  it("-o takes one input file", () => {
    const [a, b] = [files.copy(PIE), files.copy(PIE)];
    expect(elfwright("strip", "-o", files.path("out"), a, b)).toMatchObject({ status: 1, stdout: "", stderr: "elfwright: strip: -o takes one input file; see elfwright strip --help\n" });
    expect(isUnchanged(a, PIE) && isUnchanged(b, PIE)).toBe(true);
  });

  it("several files: one that is refused does not keep the others from their turn", () => {
    const [a, text, b] = [files.copy(PIE), files.write("text", TEXT), files.copy("s390x-glibc-pie")];
    const r = elfwright("strip", a, text, b);
    expect(r).toMatchObject({ status: 1, stdout: "" });
    expect(r.stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(`${text}: NOT_ELF: `)]);
    for (const path of [a, b]) expect(names(path)).not.toContain(".symtab");
    expect(readFileSync(text).equals(TEXT)).toBe(true);
  });

  it("--dry-run says what would go and writes nothing", () => {
    const path = files.copy(PIE), r = elfwright("strip", "--dry-run", path);
    expect(r).toMatchObject({ status: 0, stderr: "" });
    expect(r.stdout).toMatch(new RegExp(`^${path}: would change, ${fixture(PIE).length} -> \\d+ bytes\n`));
    expect(r.stdout).toContain("- sections .symtab: SHT_SYMTAB\n");
    expect(isUnchanged(path, PIE)).toBe(true);
    elfwright("strip", path);
    expect(elfwright("strip", "--dry-run", path).stdout).toBe(`${path}: nothing to do\n`);
  });

  it("refuses a payload without --overlay, and does as it says with it", () => {
    const bundle = Buffer.concat([fixture(PIE), PAYLOAD]), path = files.write("bundle", bundle);
    const r = elfwright("strip", path);
    expect(r).toMatchObject({ status: 1, stdout: "" });
    expect(r.stderr).toContain(`elfwright: ${path}: OVERLAY: `);
    expect(readFileSync(path).equals(bundle)).toBe(true);

    const stripped = patch(fixture(PIE), [stripUnneeded()]).bytes.length;
    for (const [choice, size, offset] of [["keep", stripped + PAYLOAD.length, stripped], ["keep-in-place", bundle.length, bundle.length - PAYLOAD.length], ["drop", stripped, undefined]] as const) {
      const to = files.write("bundle", bundle);
      expect(elfwright("strip", `--overlay=${choice}`, to)).toMatchObject({ status: 0, stdout: "" });
      const bytes = readFileSync(to);
      expect([choice, bytes.length]).toEqual([choice, size]);
      expect(bytes.indexOf(PAYLOAD)).toBe(offset ?? -1);
    }
  });

  it("--overlay takes three words", () => {
    const path = files.copy(PIE);
    expect(elfwright("strip", "--overlay=lose", path)).toMatchObject({
      status: 1, stdout: "", stderr: 'elfwright: strip: --overlay takes keep, keep-in-place, drop, not "lose"; see elfwright strip --help\n',
    });
    expect(isUnchanged(path, PIE)).toBe(true);
  });

  it.each([["-R"], ["-o"], ["--overlay"], ["--remove-section"]])("%s without its argument is wrong usage", (option) => {
    expect(elfwright("strip", "file", option)).toMatchObject({ status: 1, stderr: `elfwright: strip: option ${option} requires an argument; see elfwright strip --help\n` });
  });

  it("a loaded section and an object are refused, byte for byte as they were", () => {
    const path = files.copy(PIE), object = files.copy("x86_64-object.o");
    expect(elfwright("strip", "-R", ".text", path).stderr).toContain("LOADED_SECTION: ");
    expect(elfwright("strip", object).stderr).toContain("RELOCATABLE: ");
    expect(isUnchanged(path, PIE) && isUnchanged(object, "x86_64-object.o")).toBe(true);
  });

  it("--json: what was done with each file", () => {
    const path = files.copy(PIE), object = files.copy("x86_64-object.o");
    const { status, json } = elfwrightJson<Record<string, unknown>[]>("strip", "--json", "-R", ".no-such", path, object);
    const p = patch(fixture(PIE), [stripUnneeded(), removeSections(".no-such")]);
    expect(status).toBe(1);
    expect(json).toEqual([
      {
        file: path, dryRun: false, path, changed: true, sizeBefore: fixture(PIE).length, sizeAfter: p.bytes.length, changes: p.changes, notes: p.notes, placements: [], findings: p.plan.findings,
      },
      { file: object, error: { code: "RELOCATABLE", message: expect.stringContaining("ET_REL") as string, detail: {} } },
    ]);
    expect(p.notes).toEqual([{ note: "NOT_FOUND", message: "removeSections: the file has no section .no-such" }]);
  });

  it("--dry-run --json is the same without the writing", () => {
    const path = files.copy(PIE), { json } = elfwrightJson<Record<string, unknown>[]>("strip", "--dry-run", "--json", path);
    expect(json).toMatchObject([{ dryRun: true, changed: true }]);
    expect(isUnchanged(path, PIE)).toBe(true);
  });

  it("-- ends the options", () => expect(elfwright("strip", "--", "-s").stderr).toBe("elfwright: -s: ENOENT: no such file or directory (open)\n"));
});

describe("beside GNU strip", () => {
  const programs = FIXTURES.filter((n) => !n.endsWith(".o"));
  const sorted = (path: string) => readelfValues(path).sections.sort();
  for (const [tool, names] of [["strip", programs.filter((n) => !n.startsWith("s390x"))], ["s390x-linux-gnu-strip", programs.filter((n) => n.startsWith("s390x"))]] as const)
    for (const options of [[], ["--strip-unneeded"], ["-s"], ["-R", ".comment"]])
      itWithTools([tool, "readelf"], `${tool} ${options.join(" ")}: the same sections are left, and no file is larger`, () => {
        const theirs = names.map(files.copy), ours = names.map(files.copy);
        must(tool, [...options, ...theirs]);
        expect(elfwright("strip", ...options, ...ours)).toMatchObject({ status: 0, stdout: "", stderr: "" });
        names.forEach((name, i) => {
          expect(sorted(ours[i]!), name).toEqual(sorted(theirs[i]!));
          expect(statSync(ours[i]!).size, name).toBeLessThanOrEqual(statSync(theirs[i]!).size);
        });
      });
});
