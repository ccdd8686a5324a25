import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check, readElf } from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { CLI, elfwright } from "../cli/cli.js";
import { withoutAttributes } from "../support/attributes.js";
import { fixture, scratch } from "../support/fixtures.js";
import { itWithTools, must, type Ran, run } from "../support/tools.js";

const files = scratch();
let made = 0;

/** A new directory with the files that both commands get. */
function folder(): string {
  const dir = files.path(`chrpath${made++}`);
  mkdirSync(join(dir, "dir"), { recursive: true });
  const write = (name: string, bytes: Uint8Array) => writeFileSync(join(dir, name), bytes);
  write("rpath", buildElf({ rpath: "/opt/some/lib:/b" }));
  write("library.so", buildElf({ soname: "library.so", runpath: "/x/y" }));

  for (const [name, e] of [
    ["s390", { byteOrder: "big" }],
    ["i386", { class: 32 }],
    ["ppc", { class: 32, byteOrder: "big" }],
  ] as const) {
    write(name, buildElf({ ...e, rpath: "/opt/big:/c" }));
  }

  write("empty-path", buildElf({ rpath: "" }));
  write("both", buildElf({ rpath: "/opt/ignored", runpath: "/opt/used" }));
  write("runpath", fixture("x86_64-glibc-pie-runpath"));
  write("none", fixture("x86_64-glibc-pie"));
  write("static", fixture("x86_64-glibc-static"));
  write("object.o", fixture("x86_64-object.o"));
  write("static-pie", fixture("x86_64-musl-static-pie"));
  write("text", Buffer.from("no ELF file\n"));
  write("empty", new Uint8Array(0));
  symlinkSync("rpath", join(dir, "link"));

  return dir;
}

interface Result extends Ran {
  readonly bytes: (name: string) => Buffer;
}

function runIn(command: string, before: readonly string[], args: readonly string[]): Result {
  const cwd = folder();
  const ran = run(command, [...before, ...args], { cwd });
  return { ...ran, stderr: withoutAttributes(ran.stderr), bytes: (name) => readFileSync(join(cwd, name)) };
}

const ours = (...args: string[]): Result => runIn(process.execPath, [CLI, "chrpath"], args);
const theirs = (...args: string[]): Result => runIn("chrpath", [], args);

/** The dynamic section as ld.so reads it, with texts for offsets. */
function dynamicEntries(bytes: Uint8Array): [string, string | bigint][] {
  const { dynamic } = readElf(bytes);
  if (!dynamic) return [];
  return dynamic.entries.map((entry) => [entry.name, entry.kind === "string" ? dynamic.text(entry) : entry.value]);
}

function isReadable(bytes: Uint8Array): boolean {
  try {
    readElf(bytes);
    return true;
  } catch {
    return false;
  }
}

const ALL = [
  "rpath",
  "runpath",
  "library.so",
  "s390",
  "i386",
  "ppc",
  "empty-path",
  "none",
  "static",
  "static-pie",
  "object.o",
  "text",
  "empty",
  "dir",
  "missing",
  "link",
  "./runpath",
];

describe("as chrpath does", () => {
  itWithTools(["chrpath"], "each kind of file has its exit code and its line", () => {
    for (const name of ALL) {
      const [a, b] = [ours(name), theirs(name)];
      expect([name, a.stdout, a.status, a.stderr === ""]).toEqual([name, b.stdout, b.status, b.status !== 1]);
    }
  });

  for (const options of [["-l"], ["-d"], ["-c"], ["-r", "/s"], ["-r", ""], ["-c", "-r", "/s"]]) {
    itWithTools(
      ["chrpath"],
      `${options.join(" ")}: what is printed, the exit code and the dynamic sections are the same`,
      () => {
        // A longer path than the old, empty one is where chrpath gives up.
        const names = ALL.filter((name) => name !== "empty-path" || !options.includes("/s"));
        const [a, b] = [ours("-k", ...options, ...names), theirs("-k", ...options, ...names)];

        expect([a.stdout, a.status]).toEqual([b.stdout, b.status]);
        for (const name of names) {
          if (name === "dir" || name === "missing") continue;

          const [ourBytes, theirBytes] = [a.bytes(name), b.bytes(name)];
          if (isReadable(theirBytes)) {
            expect([name, dynamicEntries(ourBytes)]).toEqual([name, dynamicEntries(theirBytes)]);
          } else {
            expect(ourBytes.equals(theirBytes)).toBe(true);
          }
        }
      },
    );
  }

  itWithTools(
    ["chrpath"],
    "several files: it stops at the first failure, with -k it goes on and the codes are or-ed",
    () => {
      for (const args of [
        ["rpath", "runpath"],
        ["none", "rpath"],
        ["-k", "none", "rpath"],
        ["-k", "text", "rpath", "none"],
        ["text", "rpath"],
        ["-k", "static", "rpath"],
        ["-d", "-k", "text", "rpath"],
        ["-d", "none", "rpath"],
        ["-d", "rpath", "rpath"],
        ["-k", "-r", "/s", "none", "rpath", "missing"],
        ["-c", "rpath", "runpath"],
        ["-k", "none", "none"],
        ["-k", "text", "text"],
        ["-l"],
        ["-d"],
        ["-r", "/s"],
      ]) {
        const [a, b] = [ours(...args), theirs(...args)];
        expect([args, a.stdout, a.status]).toEqual([args, b.stdout, b.status]);
        for (const name of ["rpath", "runpath", "none"]) {
          expect([args, dynamicEntries(a.bytes(name))]).toEqual([args, dynamicEntries(b.bytes(name))]);
        }
      }
    },
  );

  itWithTools(["chrpath"], "options as getopt takes them, and which of several counts", () => {
    for (const args of [
      ["-r", "/s", "-l", "rpath"],
      ["-l", "-r", "/s", "rpath"],
      ["-d", "-c", "rpath"],
      ["-c", "-d", "rpath"],
      ["-l", "-d", "rpath"],
      ["-d", "-l", "rpath"],
      ["-r", "/s", "-d", "rpath"],
      ["-d", "-r", "/s", "rpath"],
      ["-r", "/s", "-c", "rpath"],
      ["-r", "/a", "-r", "/b", "rpath"],
      ["-c", "-l", "rpath"],
      ["--list", "rpath"],
      ["--replace=/q", "rpath"],
      ["--rep", "/q", "rpath"],
      ["--d", "rpath"],
      ["--keepgoing", "none", "rpath"],
      ["-lk", "none", "rpath"],
      ["-kr/q", "none", "rpath"],
      ["rpath", "-d"],
      ["--", "-d"],
      ["-r/q", "rpath"],
      ["-c", "./rpath"],
      ["-r", "/opt/some/lib:/b", "rpath"],
    ]) {
      const [a, b] = [ours(...args), theirs(...args)];
      expect([args, a.stdout, a.status]).toEqual([args, b.stdout, b.status]);
      expect([args, dynamicEntries(a.bytes("rpath"))]).toEqual([args, dynamicEntries(b.bytes("rpath"))]);
    }
  });

  itWithTools(["chrpath"], "a conversion, and a replacement by the same path, leave the very same bytes", () => {
    for (const [name, ...args] of [
      ["rpath", "-c"],
      ["i386", "-c"],
      ["s390", "-c"],
      ["ppc", "-c"],
      ["rpath", "-r", "/opt/some/lib:/b"],
      ["runpath", "-c"],
      ["none", "-d"],
      ["both", "-l"],
    ] as const) {
      const [a, b] = [ours(...args, name), theirs(...args, name)];
      expect(a.bytes(name).equals(b.bytes(name))).toBe(true);
    }
  });

  itWithTools(
    ["chrpath"],
    "wrong usage has the same result, except that chrpath exits with 0 for a wrong option",
    () => {
      expect([ours().status, theirs().status]).toEqual([1, 1]);

      for (const args of [["-x", "rpath"], ["--nothing", "rpath"], ["-r"], ["--list=x", "rpath"]]) {
        const [a, b] = [ours(...args), theirs(...args)];
        expect([args, a.status, b.status]).toEqual([args, 1, 0]);
        expect(a.stderr).toContain("elfwright chrpath --help");
        expect(a.bytes("rpath").equals(b.bytes("rpath"))).toBe(true);
      }

      for (const option of ["-v", "--version", "-h", "--help"]) {
        expect([option, ours(option, "rpath").status]).toEqual([option, theirs(option, "rpath").status]);
      }

      expect(ours("-v").stdout).toContain(must("chrpath", ["-v"]).trim());
    },
  );
});

const LONG = "$ORIGIN/../lib:/a/path/that/is/longer/than/the/old/one";

describe("where chrpath gives up", () => {
  itWithTools(["chrpath"], "a longer path takes its place", () => {
    for (const [name, tag] of [
      ["rpath", "RPATH"],
      ["runpath", "RUNPATH"],
      ["library.so", "RUNPATH"],
      ["s390", "RPATH"],
      ["i386", "RPATH"],
      ["ppc", "RPATH"],
      ["empty-path", "RPATH"],
    ] as const) {
      const [a, b] = [ours("-r", LONG, name), theirs("-r", LONG, name)];
      const elf = readElf(a.bytes(name));

      expect([name, b.status]).toEqual([name, 7]);
      expect([name, a.status, a.stdout]).toEqual([name, 0, `${b.stdout}${name}: new ${tag}: ${LONG}\n`]);
      expect(tag === "RPATH" ? elf.rpath : elf.runpath).toBe(LONG);
      expect(check(elf).filter((finding) => finding.severity === "error")).toEqual([]);
    }
  });

  itWithTools(["gcc"], "a library that only the longer path leads to is loaded", () => {
    const dir = folder();
    const far = join(dir, "some/directory/that/is/far/away");
    const [library, program] = [join(far, "libanswer.so"), join(dir, "m")];
    mkdirSync(far, { recursive: true });
    writeFileSync(join(dir, "l.c"), "int answer(void) { return 42; }\n");
    writeFileSync(join(dir, "m.c"), "int answer(void);\nint main(void) { return answer() != 42; }\n");
    must("gcc", ["-shared", "-fPIC", "-Wl,-soname,libanswer.so", "-o", library, join(dir, "l.c")]);
    must("gcc", ["-o", program, join(dir, "m.c"), library, "-Wl,-rpath,/x"]);

    expect(run(program, []).status).toBe(127);
    expect(elfwright("chrpath", "-r", far, program)).toMatchObject({ status: 0, stderr: "" });
    expect(run(program, []).status).toBe(0);
  });

  it("a DT_RPATH beside a DT_RUNPATH is not shown, as ld.so ignores it", () => {
    expect(ours("both").stdout).toBe("both: RUNPATH=/opt/used\n");
    expect(ours("-c", "both")).toMatchObject({ status: 0, stdout: "both: RUNPATH=/opt/used\n" });

    const replaced = readElf(ours("-r", "/new", "both").bytes("both"));
    expect([replaced.rpath, replaced.runpath]).toEqual([null, "/new"]);

    const gone = readElf(ours("-d", "both").bytes("both"));
    expect([gone.rpath, gone.runpath]).toEqual([null, null]);
  });

  it("a file without section headers is changed, too", () => {
    const dir = folder();
    const path = join(dir, "nosections");
    writeFileSync(path, buildElf({ rpath: "/a/b", sectionHeaders: false }));

    expect(run(process.execPath, [CLI, "chrpath", "-c", "-r", "/q", "nosections"], { cwd: dir })).toMatchObject({
      status: 0,
      stdout: "nosections: RPATH converted to RUNPATH\nnosections: RUNPATH=/a/b\nnosections: new RUNPATH: /q\n",
    });
    expect(readElf(readFileSync(path)).runpath).toBe("/q");
  });
});

describe("more than chrpath has", () => {
  it("--dry-run says what would change and writes nothing", () => {
    const dir = folder();
    const before = readFileSync(join(dir, "rpath"));
    const ran = run(process.execPath, [CLI, "chrpath", "--dry-run", "-c", "rpath"], { cwd: dir });

    expect({ ...ran, stderr: withoutAttributes(ran.stderr) }).toMatchObject({ status: 0, stderr: "" });
    expect(ran.stdout).toMatch(/^rpath: RPATH converted to RUNPATH\nrpath: RUNPATH=.*\nrpath: would change, /);
    expect(readFileSync(join(dir, "rpath")).equals(before)).toBe(true);
  });

  it("-o leaves the input and always writes", () => {
    const dir = folder();
    const input = readFileSync(join(dir, "runpath"));
    const go = (...args: string[]) => run(process.execPath, [CLI, "chrpath", ...args], { cwd: dir });

    expect(go("-r", "/q", "-o", "out", "runpath").status).toBe(0);
    expect(readElf(readFileSync(join(dir, "out"))).runpath).toBe("/q");

    expect(go("-c", "--output=same", "runpath").status).toBe(0);
    expect(readFileSync(join(dir, "same")).equals(input)).toBe(true);
    expect(readFileSync(join(dir, "runpath")).equals(input)).toBe(true);
    expect(go("-o", "out", "runpath", "rpath").status).toBe(1);
  });

  it("--json tells what was, what was done, and what was refused", () => {
    const { status, stdout } = ours("--json", "-k", "-r", "/s", "none", "rpath", "text");
    const [none, rpath, text, ...more] = JSON.parse(stdout) as Record<string, unknown>[];

    expect([status, more]).toEqual([3, []]);
    expect(none).toEqual({ file: "none", searchPath: null });
    expect(rpath).toMatchObject({
      file: "rpath",
      searchPath: { tag: "DT_RPATH", path: "/opt/some/lib:/b" },
      dryRun: false,
      changed: true,
    });
    expect(text).toMatchObject({ file: "text", error: { code: "NOT_ELF" } });
  });

  it("bytes behind the end stay where they are; an edit that would move them is refused", () => {
    const dir = folder();
    const tail = Buffer.from("payload".repeat(100));
    const bytes = Buffer.concat([fixture("x86_64-glibc-pie-runpath"), tail]);
    const path = join(dir, "overlay");
    writeFileSync(path, bytes);
    copyFileSync(path, `${path}-copy`);

    expect(run(process.execPath, [CLI, "chrpath", "-r", "/q", path]).status).toBe(0);
    expect(readFileSync(path).subarray(-tail.length).equals(tail)).toBe(true);

    const refused = run(process.execPath, [CLI, "chrpath", "-r", `/long${"/x".repeat(3000)}`, `${path}-copy`]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("OVERLAY");
    expect(readFileSync(`${path}-copy`).equals(bytes)).toBe(true);
  });
});
