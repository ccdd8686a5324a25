import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { discardLocals, type Edit, patch, stripDebug, stripUnneeded } from "../../../src/index.js";
import { patchFileSync } from "../../../src/node/index.js";
import { caught } from "../../support/elf.js";
import { scratch } from "../../support/fixtures.js";
import { LINKERS } from "../../support/linkers.js";
import { crossTool, type Machine, MACHINES, runnersOf, runOn } from "../../support/machines.js";
import { itWithTools, must, run } from "../../support/tools.js";

const files = scratch();

const SOURCES: Readonly<Record<string, string>> = {
  "first.c": `
int shared_counter;
static int calls;
static int helper(int x) { return x * 3 + calls; }
int first(int x) { calls++; shared_counter += x; return helper(x); }
__attribute__((weak)) int replaced(void) { return 1; }
`,
  "a second one, its name too long for the header.c": `
extern int first(int);
static const char *const names[] = {"a", "b", "c"};
const char *second(int i) { return names[(first(i) + i) % 3]; }
`,
  "other/first.c": `
int third(void) { return 33; }
__thread int tls = 7;
int *place(void) { return &tls; }
`,
  "never.c": "int never_used(void) { return 0; }",
  "main.c": `#include <stdio.h>
extern int shared_counter, third(void), replaced(void), *place(void);
extern const char *second(int);
int main(void) {
  const char *a = second(1), *b = second(2);
  printf("%s %s %d %d %d\\n", a, b, third() + *place(), replaced(), shared_counter);
  return 0;
}
`,
};
const PRINTED = "c b 40 1 3\n";

/** What the symbol index of the library says, whichever ar wrote it. */
const INDEX = [
  "shared_counter in first.o",
  "first in first.o",
  "replaced in first.o",
  "second in a second one, its name too long for the header.o",
  "third in first.o",
  "place in first.o",
  "tls in first.o",
  "never_used in never.o",
];

/** Compiles the sources but main.c, each to an object, in a folder of their own; two objects have the same name. */
function objects(label: string, cc: string, flags: readonly string[]): { dir: string; members: string[] } {
  const dir = files.path(label);
  const objectOf = (source: string) => source.replace(/c$/, "o");
  mkdirSync(join(dir, "other"), { recursive: true });
  for (const [source, text] of Object.entries(SOURCES)) {
    writeFileSync(join(dir, source), text);
    must(cc, ["-c", "-g", "-O1", ...flags, source, "-o", objectOf(source)], { cwd: dir });
  }

  const ofLibrary = Object.keys(SOURCES).filter((source) => source !== "main.c");
  return { dir, members: ofLibrary.map(objectOf) };
}

/** A library of them. `q` appends, so that a second member of the same name is one more. */
function archive(label: string, cc: string, ar: string, flags: readonly string[] = []): { dir: string; path: string } {
  const { dir, members } = objects(label, cc, flags);
  const path = join(dir, "lib.a");
  must(ar, ["qc", path, ...members], { cwd: dir });
  must(ar, ["s", path]);
  return { dir, path };
}

/** The lines of the symbol index that nm prints. */
const indexOf = (path: string, nm = "nm"): string[] =>
  /\nArchive index:\n([^]*?)\n\n/.exec(run(nm, ["-s", path]).stdout)?.[1]?.split("\n") ?? [];

/** Members' sizes and names, without their dates. */
function sizesOf(path: string): string[] {
  const lines = must("ar", ["tv", path]).trimEnd().split("\n");
  return lines.map((line) => line.replace(/^\S+ \S+ +(\d+) .{17} /, "$1 "));
}

/** Ours beside GNU's: paths of both. */
function strips(dir: string, path: string, edit: Edit, option: string, gnu: string): { ours: string; theirs: string } {
  const ours = join(dir, `ours${option}.a`);
  const theirs = join(dir, `theirs${option}.a`);
  patchFileSync(path, [edit], { output: ours });
  must(gnu, ["-U", option, "-o", theirs, path]);
  return { ours, theirs };
}

const MODES: readonly [string, Edit][] = [
  ["-g", stripDebug()],
  ["--strip-unneeded", stripUnneeded()],
  ["-x", discardLocals()],
];

/** A program of main.c and this library, linked so that two runs give the same; and its bytes without symbols. */
function link(m: Machine, dir: string, library: string, flags: readonly string[]): { path: string; bare: Buffer } {
  const path = `${library}.out`;
  // The linker sees the same name each time: some write it down.
  copyFileSync(library, join(dir, "linked.a"));
  must(crossTool(m, "gcc"), ["main.o", "linked.a", "-o", path, "-Wl,--build-id=none", ...flags], { cwd: dir });
  must(crossTool(m, "strip"), ["-s", "-o", `${path}.bare`, path]);
  return { path, bare: readFileSync(`${path}.bare`) };
}

describe("x86-64", () => {
  for (const [option, edit] of MODES) {
    itWithTools(
      ["gcc", "ar", "nm", "strip", ...LINKERS.map((l) => l.tool)],
      `${option}: members, index and programs are those of GNU strip, with every linker`,
      () => {
        const { dir, path } = archive(`x86${option}`, "gcc", "ar");
        const { ours, theirs } = strips(dir, path, edit, option, "strip");

        expect(sizesOf(ours)).toEqual(sizesOf(theirs));
        expect(indexOf(ours)).toEqual(indexOf(theirs));
        expect(indexOf(ours)).toEqual(indexOf(path));
        expect(indexOf(ours)).toEqual(expect.arrayContaining(INDEX));

        for (const { name, flags } of LINKERS) {
          const mine = link("x86_64", dir, ours, flags);
          const gnus = link("x86_64", dir, theirs, flags);
          expect(mine.bare.equals(gnus.bare), name).toBe(true);
          expect(must(mine.path, []), name).toBe(PRINTED);
        }
      },
    );
  }

  itWithTools(
    ["g++", "ar", "strip", "ld.bfd", "ld.gold", "ld.lld", "mold"],
    "C++ with COMDAT groups, a section for each function",
    () => {
      const dir = files.path("cpp");
      mkdirSync(dir);
      const part = (n: number) => `
#include <map>
#include <string>
#include <vector>
std::map<std::string, std::vector<int>> part${n}(int x) {
  std::map<std::string, std::vector<int>> m;
  for (int i = 0; i < x; i++) m[std::to_string(i % ${n + 2})].push_back(i);
  if (x > 99) throw x;
  return m;
}
`;
      const main = `
#include <cstdio>
#include <map>
#include <string>
#include <vector>
std::map<std::string, std::vector<int>> part1(int), part2(int);
int main() {
  try { printf("%zu ", part1(7).size()); part2(100); }
  catch (int x) { printf("caught %d\\n", x); }
}
`;

      for (const [name, text] of [
        ["one", part(1)],
        ["two", part(2)],
        ["main", main],
      ] as const) {
        writeFileSync(join(dir, `${name}.cc`), text);
        must("g++", ["-c", "-g", "-O1", "-ffunction-sections", `${name}.cc`], { cwd: dir });
      }

      must("ar", ["rcs", "lib.a", "one.o", "two.o"], { cwd: dir });

      for (const [option, edit] of MODES.slice(0, 2)) {
        const { ours, theirs } = strips(dir, join(dir, "lib.a"), edit, option, "strip");
        expect(indexOf(ours)).toEqual(indexOf(theirs));
        for (const { name, flags } of LINKERS) {
          const linkedWith = (library: string) => {
            const ld = ["-Wl,--build-id=none", "-Wl,--gc-sections", ...flags];
            copyFileSync(library, join(dir, "linked.a"));
            must("g++", ["main.o", "linked.a", "-o", "out", ...ld], { cwd: dir });
            expect(must(join(dir, "out"), []), name).toBe("3 caught 100\n");
            must("strip", ["-s", "out"], { cwd: dir });
            return readFileSync(join(dir, "out"));
          };
          expect(linkedWith(ours).equals(linkedWith(theirs)), `${name} ${option}`).toBe(true);
        }
      }
    },
  );

  itWithTools(["gcc", "ar", "strip"], "deterministic: headers are those of strip -D", () => {
    const { dir, path } = archive("dates", "gcc", "ar");
    const ours = join(dir, "ours.a");
    const theirs = join(dir, "theirs.a");
    must("ar", ["rcsU", path, "main.o"], { cwd: dir });
    const { bytes } = patch(readFileSync(path), [stripUnneeded()], { deterministic: true });
    writeFileSync(ours, bytes);
    must("strip", ["-D", "--strip-unneeded", "-o", theirs, path]);

    expect(must("ar", ["tv", path])).not.toMatch(/ 1970 main\.o/);
    expect(must("ar", ["tv", ours])).toBe(must("ar", ["tv", theirs]));

    const index = (b: Buffer) => b.toString("latin1", 8, 8 + 60);
    expect(index(bytes)).toBe(index(readFileSync(theirs)));
  });

  itWithTools(["gcc", "ar"], "a thin archive is refused with the reason", () => {
    const { dir, members } = objects("thin", "gcc", []);
    const path = join(dir, "thin.a");
    must("ar", ["rcT", path, ...members], { cwd: dir });

    const before = readFileSync(path);
    const error = caught(() => patchFileSync(path, [stripUnneeded()]));
    expect(error).toMatchObject({ code: "UNSUPPORTED", message: expect.stringContaining("thin") as string });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  for (const flags of [["-flto"], ["-flto", "-ffat-lto-objects"]]) {
    itWithTools(
      ["gcc", "gcc-ar", "nm", "strip"],
      `objects of link-time optimisation (${flags.join(" ")}): the index keeps their names, and they link`,
      () => {
        const { dir, path } = archive(`lto${flags.length}`, "gcc", "gcc-ar", [...flags, "-g0"]);
        expect(indexOf(path)).toEqual(expect.arrayContaining(INDEX));

        for (const [option, edit] of MODES.slice(0, 2)) {
          const ours = join(dir, `ours${option}.a`);
          patchFileSync(path, [edit], { output: ours });
          expect(indexOf(ours)).toEqual(indexOf(path));
          must("gcc", ["-flto", "main.o", ours, "-o", "out"], { cwd: dir });
          expect(must(join(dir, "out"), [])).toBe(PRINTED);
        }

        // GNU strip writes an index of what it sees without the plugin.
        if (flags.length > 1) return;

        must("strip", ["--strip-unneeded", "-o", "theirs.a", path], { cwd: dir });

        expect(run("gcc", ["-flto", "main.o", "theirs.a", "-o", "out"], { cwd: dir }).stderr).toContain(
          "undefined reference",
        );
      },
    );
  }
});

describe("llvm-ar's formats", () => {
  for (const format of ["gnu", "bsd", "darwin"]) {
    itWithTools(
      ["gcc", "llvm-ar", "llvm-nm", "ld.lld"],
      `${format}: the index names the same symbols, and the library links`,
      () => {
        const { dir, members } = objects(`llvm-${format}`, "gcc", []);
        const path = join(dir, "lib.a");
        const ours = join(dir, "ours.a");
        must("llvm-ar", [`--format=${format}`, "rc", path, ...members], { cwd: dir });
        const names = (p: string) => must("llvm-nm", ["--print-armap", p]).split("\n\n")[0]!.split("\n");

        for (const [, edit] of MODES) {
          const { sizeBefore, sizeAfter } = patchFileSync(path, [edit], { output: ours });
          expect(sizeAfter).toBeLessThan(sizeBefore / 2);
          expect(must("llvm-ar", ["t", ours])).toBe(must("llvm-ar", ["t", path]));
          expect(names(ours)).toEqual(names(path));
          expect(names(ours)).toEqual(expect.arrayContaining(INDEX));
          must("gcc", ["main.o", "ours.a", "-o", "out", "-fuse-ld=lld"], { cwd: dir });
          expect(must(join(dir, "out"), [])).toBe(PRINTED);
        }
      },
    );
  }

  itWithTools(
    ["gcc", "llvm-ar"],
    "what llvm-ar makes of the members that we stripped is what we make of the archive",
    () => {
      const { dir, members } = objects("llvm-same", "gcc", []);
      for (const format of ["gnu", "bsd", "darwin"]) {
        must("llvm-ar", [`--format=${format}`, "rcD", `${format}.a`, ...members], { cwd: dir });
        const { bytes } = patch(readFileSync(join(dir, `${format}.a`)), [stripUnneeded()]);
        mkdirSync(join(dir, format, "other"), { recursive: true });

        for (const m of members) {
          writeFileSync(join(dir, format, m), patch(readFileSync(join(dir, m)), [stripUnneeded()]).bytes);
        }

        must("llvm-ar", [`--format=${format}`, "rcD", "again.a", ...members], { cwd: join(dir, format) });
        expect(bytes.equals(readFileSync(join(dir, format, "again.a"))), format).toBe(true);
      }
    },
  );
});

describe("other machines", () => {
  for (const m of MACHINES.filter((m) => m !== "x86_64")) {
    itWithTools(
      [...["gcc", "ar", "nm", "strip"].map((t) => crossTool(m, t)), ...runnersOf(m)],
      `${m}: members, index and programs are those of GNU strip`,
      () => {
        const [ar, nm] = [crossTool(m, "ar"), crossTool(m, "nm")];
        const { dir, path } = archive(m, crossTool(m, "gcc"), ar);

        for (const [option, edit] of MODES) {
          const { ours, theirs } = strips(dir, path, edit, option, crossTool(m, "strip"));
          expect(must(ar, ["t", ours])).toBe(must(ar, ["t", theirs]));
          expect(indexOf(ours, nm)).toEqual(indexOf(theirs, nm));
          expect(indexOf(ours, nm)).toEqual(expect.arrayContaining(INDEX));

          const mine = link(m, dir, ours, []);
          const gnus = link(m, dir, theirs, []);
          expect(mine.bare.equals(gnus.bare)).toBe(true);
          expect(runOn(m, mine.path)).toMatchObject({ status: 0, stdout: PRINTED });
        }
      },
    );
  }
});
