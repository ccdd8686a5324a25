import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  addDebugTag,
  addNeeded,
  addRunpath,
  type Edit,
  noDefaultLib,
  patch,
  raiseAlignment,
  readElf,
  removeNeeded,
  replaceNeeded,
  setExecstack,
  setInterpreter,
  setOsAbi,
  setRpath,
  setRunpath,
  setSoname,
} from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { fixture } from "../support/fixtures.js";
import { ATTRIBUTES } from "../support/attributes.js";
import { elfwright, elfwrightJson, isUnchanged, SILENT, TEXT, workbench } from "./cli.js";

const files = workbench();
const PIE = "x86_64-glibc-pie";
const WITH_PATH = "x86_64-glibc-pie-runpath";
const LIBRARY = "x86_64-glibc-lib.so";
const STATIC = "x86_64-glibc-static";
const PATH = "/opt/elfwright/fixture/lib";
const LOADER = "/lib64/ld-linux-x86-64.so.2";
const HUGE = "/opt/elfwright/".repeat(500);

/** What WITH_PATH asks its loader for. */
const BEFORE = { interpreter: LOADER, runpath: PATH, rpath: null, needed: ["libc.so.6"] };
const values = (path: string) => {
  const { interpreter, runpath, rpath, needed } = readElf(readFileSync(path));
  return { interpreter, runpath, rpath, needed: [...needed] };
};

describe("patchelf, edits", () => {
  it.each<[string[], object]>([
    [["--set-interpreter", "/lib/other.so"], { interpreter: "/lib/other.so" }],
    [["--interpreter", "/lib/other.so"], { interpreter: "/lib/other.so" }],
    [["--set-rpath", "$ORIGIN/../lib"], { runpath: "$ORIGIN/../lib" }],
    [["--set-rpath", ""], { runpath: "" }],
    [["--set-rpath", "/first", "--set-rpath", "/last"], { runpath: "/last" }],
    [["--add-rpath", "/more"], { runpath: `${PATH}:/more` }],
    [["--add-rpath", "/a", "--add-rpath", "/b"], { runpath: `${PATH}:/a:/b` }],
    [["--set-rpath", "/a", "--remove-rpath"], { runpath: null }],
    [["--remove-rpath", "--add-rpath", "/b"], { runpath: null }],
    [["--force-rpath", "--set-rpath", "/a"], { runpath: null, rpath: "/a" }],
    [["--set-rpath", "/a", "--force-rpath"], { runpath: null, rpath: "/a" }],
    [["--force-rpath", "--add-rpath", "/a"], { runpath: null, rpath: `${PATH}:/a` }],
    [["--remove-rpath"], { runpath: null }],
    [["--replace-needed", "libc.so.6", "libd.so"], { needed: ["libd.so"] }],
    [["--replace-needed", "libc.so.6", "libd.so", "--replace-needed", "libc.so.6", "libe.so"], { needed: ["libe.so"] }],
    [
      ["--set-interpreter", "/lib/l.so", "--set-rpath", "/a", "--replace-needed", "libc.so.6", "libd.so"],
      { interpreter: "/lib/l.so", runpath: "/a", needed: ["libd.so"] },
    ],
  ])("%j", (args, expected) => {
    const path = files.copy(WITH_PATH);
    expect(elfwright("patchelf", ...args, path)).toMatchObject(SILENT);
    expect(values(path)).toEqual({ ...BEFORE, ...expected });
  });

  it("all edits of one call are one rewrite", () => {
    const path = files.copy(PIE);
    const options = ["--replace-needed", "libc.so.6", "libd.so", "--set-rpath", HUGE, "--set-interpreter", "/lib/l.so"];
    elfwright("patchelf", ...options, path);

    const edits = [setInterpreter("/lib/l.so"), setRunpath(HUGE), replaceNeeded({ "libc.so.6": "libd.so" })];
    expect(readFileSync(path).equals(patch(fixture(PIE), edits).bytes)).toBe(true);
  });

  it("an edit that matches nothing is a line on stderr, and the file is not written", () => {
    const path = files.copy(PIE);
    const { ino } = statSync(path);

    expect(elfwright("patchelf", "--replace-needed", "libz.so", "liby.so", "--remove-rpath", path)).toMatchObject({
      status: 0,
      stdout: "",
      stderr:
        `elfwright: ${path}: removeRunpath: the file has neither DT_RUNPATH nor DT_RPATH\n` +
        `elfwright: ${path}: replaceNeeded: the file does not need libz.so\n`,
    });
    expect(isUnchanged(path, PIE)).toBe(true);
    expect(statSync(path).ino).toBe(ino);
  });

  it("a directory that the path has is not added again, and an empty one never", () => {
    for (const more of [PATH, "", `${PATH}:${PATH}`]) {
      const path = files.copy(WITH_PATH);
      expect(elfwright("patchelf", "--add-rpath", more, path)).toMatchObject(SILENT);
      expect(isUnchanged(path, WITH_PATH)).toBe(true);
    }
  });

  it("an empty path adds no tag where there is none", () => {
    const path = files.copy(PIE);
    expect(elfwright("patchelf", "--set-rpath", "", path)).toMatchObject(SILENT);
    expect(isUnchanged(path, PIE)).toBe(true);
  });

  it("a library's name may be any text", () => {
    const path = files.copy(PIE);
    expect(elfwright("patchelf", "--replace-needed", "libc.so.6", "__proto__", path)).toMatchObject(SILENT);
    expect(elfwright("patchelf", "--replace-needed", "__proto__", "libc.so.6", path)).toMatchObject(SILENT);
    expect(values(path).needed).toEqual(["libc.so.6"]);
  });

  it("--output writes there, with the input's mode, and leaves the input", () => {
    const path = files.copy(PIE);
    const out = files.path("out");
    expect(elfwright("patchelf", "--set-rpath", "/a", "--output", out, path)).toMatchObject(SILENT);
    expect(isUnchanged(path, PIE)).toBe(true);
    expect(values(out).runpath).toBe("/a");
    expect(statSync(out).mode).toBe(statSync(path).mode);
  });

  it("--output without an edit copies", () => {
    const out = files.path("out");
    expect(elfwright("patchelf", "--print-needed", "--output", out, files.copy(PIE))).toMatchObject({
      ...SILENT,
      stdout: "libc.so.6\n",
    });
    expect(isUnchanged(out, PIE)).toBe(true);
  });

  it("--output takes one input file", () => {
    expect(elfwright("patchelf", "--output", files.path("out"), files.copy(PIE), files.copy(PIE))).toMatchObject({
      status: 1,
      stdout: "",
      stderr: "elfwright: patchelf: --output takes one input file; see elfwright patchelf --help\n",
    });
  });

  it("edits the other files where one is refused", () => {
    const [a, text, b] = [files.copy(PIE), files.write("text", TEXT), files.copy("i386-glibc-exec")];
    const ran = elfwright("patchelf", "--set-rpath", "/a", a, text, b);
    expect(ran).toMatchObject({ status: 1, stdout: "" });
    expect(ran.stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(`${text}: NOT_ELF: `)]);
    expect([values(a).runpath, values(b).runpath]).toEqual(["/a", "/a"]);
    expect(readFileSync(text).equals(TEXT)).toBe(true);
  });

  it.each<[string, string[], string]>([
    [STATIC, ["--set-rpath", "/a"], "STATIC"],
    ["x86_64-musl-static-pie", ["--set-rpath", "/a"], "STATIC"],
    ["x86_64-musl-static-pie", ["--add-needed", "a"], "STATIC"],
    [STATIC, ["--set-interpreter", "/a"], "NO_INTERPRETER"],
    [LIBRARY, ["--set-interpreter", "/a"], "NO_INTERPRETER"],
    ["x86_64-object.o", ["--set-rpath", "/a"], "RELOCATABLE"],
    [PIE, ["--replace-needed", "a", "b", "--replace-needed", "b", "c"], "BAD_EDIT"],
  ])("%s %j is refused with %s, byte for byte as it was", (name, args, code) => {
    const path = files.copy(name);
    const ran = elfwright("patchelf", ...args, path);
    expect(ran).toMatchObject({ status: 1, stdout: "" });
    expect(ran.stderr).toMatch(new RegExp(`^elfwright: [^\n]*: ${code}: [^\n]+\n$`));
    expect(isUnchanged(path, name)).toBe(true);
  });

  it("a payload: refused where the end would move, unless --overlay says otherwise", () => {
    const bundle = Buffer.concat([fixture(PIE), Buffer.from("a payload")]);
    const path = files.write("bundle", bundle);

    expect(elfwright("patchelf", "--set-rpath", HUGE, path).stderr).toContain(": OVERLAY: ");
    expect(readFileSync(path).equals(bundle)).toBe(true);

    expect(elfwright("patchelf", "--overlay", "keep", "--set-rpath", HUGE, path)).toMatchObject({
      status: 0,
      stdout: "",
    });
    expect(readFileSync(path).subarray(-9).toString()).toBe("a payload");
    expect(values(path).runpath).toBe(HUGE);

    expect(elfwright("patchelf", "--overlay", "away", path)).toMatchObject({ status: 1 });
  });

  it.each([
    "--set-interpreter",
    "--set-rpath",
    "--add-rpath",
    "--replace-needed",
    "--add-needed",
    "--remove-needed",
    "--set-soname",
    "--set-os-abi",
    "--output",
    "--overlay",
  ])("%s without its argument is wrong usage", (option) => {
    expect(elfwright("patchelf", "file", option)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: `elfwright: patchelf: option ${option} requires an argument; see elfwright patchelf --help\n`,
    });
  });

  it("--replace-needed with one argument is wrong usage", () =>
    expect(elfwright("patchelf", "file", "--replace-needed", "a").stderr).toContain("requires an argument"));
});

describe("patchelf, the other edits", () => {
  it.each<[string, string[], readonly Edit[]]>([
    [
      PIE,
      ["--add-needed", "libz.so", "--add-needed", "liba.so", "--add-needed", "libz.so"],
      [addNeeded(["liba.so", "libz.so"], { first: true })],
    ],
    [PIE, ["--remove-needed", "libc.so.6", "--drop-versions"], [removeNeeded("libc.so.6", { uses: "drop" })]],
    [
      "aarch64-glibc-pie",
      ["--raise-alignment", "16384", "--set-rpath", "/x"],
      [raiseAlignment(16384), setRunpath("/x")],
    ],
    [PIE, ["--weaken-versions", "--remove-needed", "libc.so.6"], [removeNeeded("libc.so.6", { uses: "weaken" })]],
    [LIBRARY, ["--set-soname", "a.so", "--set-soname", "b.so"], [setSoname("b.so")]],
    [PIE, ["--no-default-lib"], [noDefaultLib()]],
    [LIBRARY, ["--add-debug-tag"], [addDebugTag()]],
    [STATIC, ["--set-execstack"], [setExecstack(true)]],
    [PIE, ["--set-execstack", "--clear-execstack"], [setExecstack(false)]],
    ...(["linux", "LiNuX", "gnu", "ELFOSABI_GNU", "3", "0x3"] as const).map((abi): [string, string[], Edit[]] => [
      PIE,
      ["--set-os-abi", abi],
      [setOsAbi("GNU")],
    ]),
    [STATIC, ["--set-os-abi", "system v"], [setOsAbi(0)]],
    [PIE, ["--set-os-abi", "gnu hurd"], [setOsAbi(4)]],
    [
      LIBRARY,
      ["--set-soname", "a.so", "--add-needed", "libz.so", "--no-default-lib", "--set-execstack"],
      [setSoname("a.so"), addNeeded("libz.so", { first: true }), noDefaultLib(), setExecstack(true)],
    ],
  ])("%s %j", (name, args, edits) => {
    const path = files.copy(name);
    expect(elfwright("patchelf", ...args, path)).toMatchObject(SILENT);
    expect(readFileSync(path).equals(patch(fixture(name), edits).bytes)).toBe(true);
  });

  it("--remove-needed says which versions stand in the way", () => {
    const path = files.copy(PIE);
    const ran = elfwright("patchelf", "--remove-needed", "libc.so.6", path);
    expect(ran).toMatchObject({ status: 1, stdout: "" });
    expect(ran.stderr).toMatch(
      /: STILL_NEEDED: [^\n]*GLIBC_2\.34 \(dlerror, __libc_start_main, [^)]*\)[^\n]* --drop-versions/,
    );
    expect(isUnchanged(path, PIE)).toBe(true);
  });

  it.each(["plan9", "256", "-1", "1.5", ""])("--set-os-abi %j is wrong usage", (abi) =>
    expect(elfwright("patchelf", "--set-os-abi", abi, files.copy(PIE))).toMatchObject({ status: 1, stdout: "" }),
  );

  it("prints what there is", () => {
    const ask = (name: string, option: string) => elfwright("patchelf", option, files.copy(name)).stdout;

    expect([ask(LIBRARY, "--print-soname"), ask(PIE, "--print-soname"), ask(STATIC, "--print-soname")]).toEqual([
      "libelfwright-fixture.so.1\n",
      "",
      "",
    ]);
    expect([ask(PIE, "--print-execstack"), ask(PIE, "--print-os-abi"), ask(STATIC, "--print-os-abi")]).toEqual([
      "execstack: -\n",
      "System V\n",
      "Linux\n",
    ]);

    const afterEdits = (...edits: Edit[]) => {
      const path = files.write("odd", patch(fixture(PIE), edits).bytes);
      return elfwright("patchelf", "--print-execstack", "--print-os-abi", path).stdout;
    };
    expect(afterEdits(setExecstack(true), setOsAbi("FREEBSD"))).toBe("FreeBSD\nexecstack: X\n");
    expect(afterEdits(setOsAbi("CLOUDABI"))).toBe("0x11\nexecstack: -\n");
    expect(afterEdits(setOsAbi(200))).toBe("0xC8\nexecstack: -\n");

    const stackless = files.write("none", buildElf({ stackFlags: null }));
    expect(elfwright("patchelf", "--print-execstack", stackless).stdout).toBe("execstack: ?\n");
    expect(elfwright("patchelf", "--print-soname", files.copy("x86_64-object.o")).status).toBe(1);
  });

  it("--json: what was asked for, in patchelf's order", () => {
    const questions = ["--print-needed", "--print-execstack", "--print-soname", "--print-os-abi"];
    const { json } = elfwrightJson<{ printed: object }[]>("patchelf", "--json", ...questions, files.copy(LIBRARY));
    expect(JSON.stringify(json[0]!.printed)).toBe(
      '{"osAbi":"System V","soname":"libelfwright-fixture.so.1","execstack":false,"needed":["libc.so.6"]}',
    );
  });
});

describe("patchelf, what it says", () => {
  it("prints the old value, then edits", () => {
    const path = files.copy(WITH_PATH);
    const questions = ["--print-needed", "--print-rpath", "--print-interpreter"];
    const ran = elfwright("patchelf", "--set-rpath", "/new", ...questions, "--set-interpreter", "/lib/l.so", path);

    expect(ran).toMatchObject({ ...SILENT, stdout: `${LOADER}\n${PATH}\nlibc.so.6\n` });
    expect(values(path)).toMatchObject({ interpreter: "/lib/l.so", runpath: "/new" });
  });

  it("prints nothing for nothing needed, and an empty line for no path", () => {
    expect(elfwright("patchelf", "--print-needed", files.copy("x86_64-musl-static-pie"))).toMatchObject(SILENT);
    expect(elfwright("patchelf", "--print-rpath", files.copy(PIE))).toMatchObject({ ...SILENT, stdout: "\n" });
  });

  it("prints DT_RPATH where there is no DT_RUNPATH", () => {
    const path = files.write("rpath", patch(fixture(PIE), [setRpath("/old")]).bytes);
    expect(elfwright("patchelf", "--print-rpath", path).stdout).toBe("/old\n");
  });

  it("prints for each of several files, also behind one that is refused", () => {
    const [a, library, b] = [files.copy(PIE), files.copy(LIBRARY), files.copy("s390x-glibc-pie")];
    const ran = elfwright("patchelf", "--print-interpreter", a, library, b);
    expect(ran).toMatchObject({ status: 1, stdout: `${LOADER}\n/lib/ld64.so.1\n` });
    expect(ran.stderr).toMatch(new RegExp(`^elfwright: ${library}: NO_INTERPRETER: [^\n]+\n$`));
  });

  it("--dry-run says what would change and where it would go, and writes nothing", () => {
    const path = files.copy(PIE);
    const ran = elfwright("patchelf", "--dry-run", "--set-rpath", "/a", path);

    expect(ran).toMatchObject({ status: 0, stderr: "" });

    const [first, second, ...rest] = ran.stdout.trimEnd().split("\n");
    expect(first).toMatch(new RegExp(`^${path}: would change, ${fixture(PIE).length} -> \\d+ bytes$`));
    expect(second).toBe('+ dynamic DT_RUNPATH: "/a"');
    const placement = /^ {2}\.dyn\S+: \d+ bytes at offset 0x[0-9a-f]+ \([a-z-]+: .+\)$/;
    expect(rest.filter((line) => placement.test(line)).length).toBe(2);
    expect(isUnchanged(path, PIE)).toBe(true);

    expect(elfwright("patchelf", "--dry-run", "--set-rpath", "", path).stdout).toBe(`${path}: nothing to do\n`);
    expect(elfwright("patchelf", "--dry-run", "--set-rpath", "/a", "--output", files.path("out"), path).status).toBe(0);
  });

  it("--json: what was done with each file", () => {
    const path = files.copy(PIE);
    const object = files.copy("x86_64-object.o");
    const edits = [addRunpath("/a"), replaceNeeded({ x: "y" })];
    const options = ["--json", "--add-rpath", "/a", "--replace-needed", "x", "y"];
    const { status, json } = elfwrightJson<Record<string, unknown>[]>("patchelf", ...options, path, object);
    const wanted = patch(fixture(PIE), edits);

    expect(status).toBe(1);
    expect(json).toEqual([
      {
        file: path,
        dryRun: false,
        path,
        changed: true,
        sizeBefore: fixture(PIE).length,
        sizeAfter: wanted.bytes.length,
        changes: wanted.changes,
        notes: [{ note: "NOT_FOUND", message: expect.any(String) as string }, ATTRIBUTES],
        placements: wanted.plan.placements,
        findings: wanted.plan.findings,
      },
      {
        file: object,
        error: { code: "RELOCATABLE", message: expect.stringMatching(/^RELOCATABLE: /) as string, detail: {} },
      },
    ]);
    expect(readFileSync(path).equals(wanted.bytes)).toBe(true);
  });

  it("--json: what was asked for is in it, and nothing else is printed", () => {
    const path = files.copy(WITH_PATH);
    const library = files.copy(LIBRARY);
    const patchelf = (...args: string[]) => elfwrightJson("patchelf", "--json", ...args);

    expect(patchelf("--print-needed", "--print-interpreter", "--print-rpath", path)).toEqual({
      status: 0,
      stderr: "",
      json: [{ file: path, printed: { interpreter: LOADER, rpath: PATH, needed: ["libc.so.6"] } }],
    });
    expect(patchelf("--print-interpreter", library)).toMatchObject({
      status: 1,
      json: [{ file: library, error: { code: "NO_INTERPRETER", detail: { type: 3 } } }],
    });
    expect(patchelf("--dry-run", "--print-rpath", "--set-rpath", "/a", path).json).toMatchObject([
      { file: path, printed: { rpath: PATH }, dryRun: true, changed: true },
    ]);
    expect(isUnchanged(path, WITH_PATH)).toBe(true);
  });

  it("--json without an edit: nothing changed", () => {
    const path = files.copy(PIE);
    const size = fixture(PIE).length;

    expect(elfwrightJson("patchelf", "--json", path).json).toEqual([
      {
        file: path,
        dryRun: false,
        path,
        changed: false,
        sizeBefore: size,
        sizeAfter: size,
        changes: [],
        notes: [],
        placements: [],
        findings: [],
      },
    ]);
  });
});
