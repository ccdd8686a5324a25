import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import {
  addNeeded,
  addVersionNeed,
  clearSymbolVersion,
  type Edit,
  isElfError,
  patch,
  readElf,
  removeNeeded,
  removeVersionNeed,
  replaceNeeded,
  setInterpreter,
  setRunpath,
  setSymbolVersion,
  symbolVersions,
  weakenVersionNeed,
} from "../../src/index.js";
import { scratch } from "../support/fixtures.js";
import { lint, newLines, readelfWarnings } from "../support/oracles.js";
import { run } from "../support/run.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();
const LOADER = "/lib64/ld-linux-x86-64.so.2";
const STRIPS = [["strip"], ["strip", "-g"], ["eu-strip"], ["llvm-strip"]] as const;

const MAIN = `#include <stdio.h>
int f(void), g(void), h(void);
int main(void) { printf("%d%d%d\\n", f(), g(), h()); return 0; }
`;

/**
 * libA.so and libB.so define the same functions, each in two versions; libC.so defines another. The program needs all
 * three, and takes the functions from libA.so.
 */
function build(): { folder: string; program: Buffer } {
  const folder = files.path("pairs");
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string) => files.write(name, Buffer.from(text));
  const library = (name: string, source: string, ...flags: string[]) => {
    const out = `${folder}/${name}`;
    must("gcc", ["-shared", "-fPIC", `-Wl,-soname,${name}`, ...flags, "-o", out, source]);
    return out;
  };

  const versioned = write("lib.c", "int f(void) { return 1; } int g(void) { return 2; } int h(void) { return 3; }\n");
  const libraries = ["A", "B"].map((letter) => {
    const map = `${letter}_1 { global: f; g; local: *; };\n${letter}_2 { global: h; } ${letter}_1;\n`;
    return library(`lib${letter}.so`, versioned, `-Wl,--version-script=${write(`${letter}.map`, map)}`);
  });
  libraries.push(library("libC.so", write("b.c", "int b(void) { return 4; }\n")));

  const ld = ["-Wl,-rpath,$ORIGIN", "-Wl,--no-as-needed"];
  must("gcc", ["-O1", ...ld, "-o", `${folder}/m`, write("m.c", MAIN), ...libraries]);
  return { folder, program: readFileSync(`${folder}/m`) };
}

const EDITS: Readonly<Record<string, readonly Edit[]>> = {
  removeNeeded: [removeNeeded("libA.so", { uses: "drop" })],
  "removeNeeded, weakened": [removeNeeded("libA.so", { uses: "weaken" })],
  "removeNeeded of another": [removeNeeded("libC.so")],
  replaceNeeded: [replaceNeeded({ "libC.so": "libB.so" })],
  "replaceNeeded of the versioned one": [clearSymbolVersion("f", "g", "h"), replaceNeeded({ "libA.so": "libB.so" })],
  clearSymbolVersion: [clearSymbolVersion("f", "g")],
  "clearSymbolVersion of all": [clearSymbolVersion("f", "g", "h", "printf", "__libc_start_main", "__cxa_finalize")],
  addVersionNeed: [addVersionNeed("libB.so", "B_1", { symbols: ["f", "g"] })],
  "addVersionNeed of a library that comes": [addNeeded("libB.so"), addVersionNeed("libB.so", "B_2", { symbols: "h" })],
  "addVersionNeed without symbols": [addVersionNeed("libc.so.6", "GLIBC_2.3", { weak: true })],
  setSymbolVersion: [setSymbolVersion("h", "B_2", { file: "libB.so" })],
  weakenVersionNeed: [weakenVersionNeed("libA.so", ["A_1", "A_2"])],
  removeVersionNeed: [removeVersionNeed("libA.so", "A_2", { uses: "drop" })],
};

/**
 * Expects that the program prints what it should, and that ld.so has nothing to say, whether it binds lazily or not.
 */
function expectAccepted(folder: string, name: string, bytes: Uint8Array): void {
  const path = `${folder}/${name}`;
  writeFileSync(path, bytes, { mode: 0o755 });
  const now = run(path, [], { env: { LD_BIND_NOW: "1", LD_WARN: "1" } });
  const lazy = run(path, []);
  expect([now.stdout, now.stderr, now.status], name).toEqual(["123\n", "", 0]);
  expect([lazy.stdout, lazy.stderr], name).toEqual(["123\n", ""]);
}

/** The bytes, or the code of the refusal. */
function attempt(work: () => Uint8Array): Uint8Array | string {
  try {
    return work();
  } catch (e) {
    if (isElfError(e)) return e.code;
    throw e;
  }
}

const codeOf = (result: Uint8Array | string): string => (typeof result === "string" ? result : "done");

describe("version needs that ld.so accepts", () => {
  itWithTools(
    ["gcc", "readelf", "eu-elflint", LOADER],
    "every pair of edits, in one patch in either order, and one after the other",
    () => {
      const { folder, program } = build();
      const before = files.write("before", program);
      const refused: string[] = [];
      let ran = 0;

      for (const [a, first] of Object.entries(EDITS)) {
        for (const [b, second] of Object.entries(EDITS)) {
          const oneAfterOther = attempt(() => patch(patch(program, first).bytes, second).bytes);
          const together = attempt(() => patch(program, [...first, ...second]).bytes);
          const turned = attempt(() => patch(program, [...second, ...first]).bytes);

          // The order of families never matters; within one, edits of different names do not see each other either.
          expect(codeOf(together), `${a}, ${b}`).toBe(codeOf(turned));
          for (const [how, result] of [
            ["then", oneAfterOther],
            ["with", together],
            ["turned", turned],
          ] as const) {
            const title = `${a} ${how} ${b}`;
            if (typeof result === "string") {
              refused.push(`${title}: ${result}`);
              continue;
            }

            const edited = `${folder}/edited`;
            expectAccepted(folder, "edited", result);
            expect(newLines(lint(before), lint(edited)), title).toEqual([]);
            expect(newLines(readelfWarnings(before), readelfWarnings(edited)), title).toEqual([]);
            ran++;
          }
        }
      }

      expect(ran).toBeGreaterThan(350);
      // Only edits that contradict each other are refused.
      expect(refused.filter((text) => !/BAD_EDIT/.test(text))).toEqual([]);
    },
  );

  itWithTools(
    ["gcc", LOADER],
    "a library that is removed while symbols have its versions is refused, unless another edit takes them",
    () => {
      const { folder, program } = build();
      expect(() => patch(program, [removeNeeded("libA.so")])).toThrow(/STILL_NEEDED.*A_1 \(.*f.*\), A_2 \(h\)/);
      expect(() => patch(program, [removeVersionNeed("libA.so", "A_2")])).toThrow(/STILL_NEEDED.*A_2 \(h\)/);
      expect(() => patch(program, [addVersionNeed("libX.so", "X_1")])).toThrow(/BAD_EDIT.*libX\.so.*addNeeded/);
      const both = [setSymbolVersion("f", "B_1", { file: "libB.so" }), clearSymbolVersion("f")];
      expect(() => patch(program, both)).toThrow(/BAD_EDIT/);

      const freed = [removeNeeded("libA.so"), clearSymbolVersion("f", "g", "h")];
      expectAccepted(folder, "freed", patch(program, freed).bytes);

      const { bytes } = patch(program, [
        removeNeeded("libA.so"),
        setSymbolVersion(["f", "g"], "B_1", { file: "libB.so" }),
        setSymbolVersion("h", "B_2", { file: "libB.so" }),
      ]);
      expectAccepted(folder, "moved", bytes);

      const elf = readElf(bytes);
      const versionOf = symbolVersions(elf);
      const moved = [...elf.dynamicSymbols!].filter(({ name }) => /^[fgh]$/.test(name));
      expect(moved.map(({ index }) => versionOf(index)?.name).sort()).toEqual(["B_1", "B_1", "B_2"]);
    },
  );

  itWithTools(
    ["gcc", LOADER],
    "a version that the library does not have: ld.so stops, and goes on where the need is weak",
    () => {
      const { folder, program } = build();
      const path = `${folder}/absent`;
      const runs = (bytes: Uint8Array) => {
        writeFileSync(path, bytes, { mode: 0o755 });
        return run(path, []);
      };

      const strong = patch(program, [addVersionNeed("libB.so", "B_99")]).bytes;
      const weakened = patch(strong, [weakenVersionNeed("libB.so", "B_99")]).bytes;
      const weak = patch(program, [addVersionNeed("libB.so", "B_99", { weak: true })]).bytes;

      expect(runs(strong)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining("version `B_99' not found") as string,
      });
      for (const bytes of [weakened, weak]) {
        expect(runs(bytes)).toMatchObject({
          status: 0,
          stdout: "123\n",
          stderr: expect.stringContaining("weak version `B_99' not found") as string,
        });
      }

      expectAccepted(folder, "without", patch(weak, [removeVersionNeed("libB.so", "B_99")]).bytes);
    },
  );
});

describe("a program built for musl", () => {
  const REALPATH = `#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  char *p = realpath(argv[1], NULL);
  puts(p ? p : "null");
  free(p);
  return argc != 2;
}
`;

  itWithTools(
    ["musl-gcc", "readelf", "eu-elflint", LOADER, ...STRIPS.map(([s]) => s)],
    "realpath bound to GLIBC_2.3 prints the right path on glibc, still after all four strips",
    () => {
      for (const [kind, flags] of [
        ["pie", []],
        ["no-pie", ["-no-pie"]],
        ["sysv", ["-Wl,--hash-style=sysv"]],
        ["lld", ["-fuse-ld=lld"]],
      ] as const) {
        const built = files.path(`realpath-${kind}`);
        const folder = files.path("way/in");
        mkdirSync(folder, { recursive: true });
        must("musl-gcc", ["-O1", ...flags, "-o", built, files.write("realpath.c", Buffer.from(REALPATH))]);

        const before = readFileSync(built);
        const edits = [
          setInterpreter(LOADER),
          replaceNeeded({ "libc.so": "libc.so.6", "libc.musl-x86_64.so.1": "libc.so.6" }),
          addVersionNeed("libc.so.6", "GLIBC_2.3", { symbols: "realpath" }),
        ];
        const { bytes } = patch(before, edits);
        const path = files.write(`realpath-${kind}.glibc`, bytes);
        const expectRight = (file: string) => {
          const ran = run(file, [`${folder}/../in/.`], { env: { LD_BIND_NOW: "1", LD_WARN: "1" } });
          expect([ran.stdout, ran.stderr, ran.status], file).toEqual([`${folder}\n`, "", 0]);
        };

        expect(readElf(before).dynamic!.entries.map((entry) => entry.name)).not.toContain("DT_VERSYM");
        expect(Buffer.compare(patch(bytes, edits).bytes, bytes)).toBe(0);
        expectRight(path);
        expect(newLines(lint(built), lint(path))).toEqual([]);
        expect(newLines(readelfWarnings(built), readelfWarnings(path))).toEqual([]);
        expect(run("readelf", ["-sVDW", path]).stderr).toBe("");

        for (const [i, [strip, ...args]] of STRIPS.entries()) {
          const stripped = `${path}.${i}`;
          copyFileSync(path, stripped);
          must(strip, [...args, stripped]);
          chmodSync(stripped, 0o755);
          expectRight(stripped);

          // Patched again, the tables that were added grow.
          const more = [
            setRunpath("/opt/somewhere/else"),
            addVersionNeed("libc.so.6", "GLIBC_2.2.5", { symbols: "puts" }),
          ];
          const again = patch(readFileSync(stripped), more).bytes;
          expectRight(files.write(`realpath-${kind}.again.${i}`, again));
        }
      }
    },
  );
});
