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

/**
 * Two libraries that define the same functions, each in two versions, and a program that takes each from one of them.
 */
function build(): { folder: string; program: Buffer } {
  const folder = files.path("pairs");
  mkdirSync(folder, { recursive: true });
  const script = (l: string) =>
    files.write(`${l}.map`, Buffer.from(`${l}_1 { global: f; g; local: *; };\n${l}_2 { global: h; } ${l}_1;\n`));
  const source = files.write(
    "lib.c",
    Buffer.from("int f(void) { return 1; } int g(void) { return 2; } int h(void) { return 3; }\n"),
  );

  for (const l of ["A", "B"]) {
    must("gcc", [
      "-shared",
      "-fPIC",
      `-Wl,-soname,lib${l}.so`,
      `-Wl,--version-script=${script(l)}`,
      "-o",
      `${folder}/lib${l}.so`,
      source,
    ]);
  }

  const b2 = files.write("b.c", Buffer.from("int b(void) { return 4; }\n"));
  const main = files.write(
    "m.c",
    Buffer.from(
      `#include <stdio.h>\nint f(void), g(void), h(void);\nint main(void) { printf("%d%d%d\\n", f(), g(), h()); return 0; }\n`,
    ),
  );
  must("gcc", ["-shared", "-fPIC", "-Wl,-soname,libC.so", "-o", `${folder}/libC.so`, b2]);
  must("gcc", [
    "-O1",
    "-Wl,-rpath,$ORIGIN",
    "-Wl,--no-as-needed",
    "-o",
    `${folder}/m`,
    main,
    `${folder}/libA.so`,
    `${folder}/libB.so`,
    `${folder}/libC.so`,
  ]);

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

/** What ld.so says of a program, and what it prints; everything is bound at once. */
function accepted(folder: string, name: string, bytes: Uint8Array): void {
  const path = `${folder}/${name}`;
  writeFileSync(path, bytes, { mode: 0o755 });
  const now = run(path, [], { env: { LD_BIND_NOW: "1", LD_WARN: "1" } });
  const lazy = run(path, []);
  expect([now.stdout, now.stderr, now.status, lazy.stdout, lazy.stderr], name).toEqual(["123\n", "", 0, "123\n", ""]);
}

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
          const one = attempt(() => patch(patch(program, first).bytes, second).bytes);
          const together = attempt(() => patch(program, [...first, ...second]).bytes);
          const turned = attempt(() => patch(program, [...second, ...first]).bytes);

          // The order of families never matters; within one, edits of different names do not see each other either.
          expect(typeof together === "string" ? together : "done", `${a}, ${b}`).toBe(
            typeof turned === "string" ? turned : "done",
          );
          for (const [how, result] of [
            ["then", one],
            ["with", together],
            ["turned", turned],
          ] as const) {
            if (typeof result === "string") {
              refused.push(`${a} ${how} ${b}: ${result}`);
            } else {
              accepted(folder, "edited", result);
              expect(newLines(lint(before), lint(`${folder}/edited`)), `${a} ${how} ${b}`).toEqual([]);
              expect(
                newLines(readelfWarnings(before), readelfWarnings(`${folder}/edited`)),
                `${a} ${how} ${b}`,
              ).toEqual([]);
              ran++;
            }
          }
        }
      }

      expect(ran).toBeGreaterThan(350);
      // Only what contradicts itself is refused.
      expect(refused.filter((r) => !/BAD_EDIT/.test(r))).toEqual([]);
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
      expect(() =>
        patch(program, [setSymbolVersion("f", "B_1", { file: "libB.so" }), clearSymbolVersion("f")]),
      ).toThrow(/BAD_EDIT/);

      accepted(folder, "freed", patch(program, [removeNeeded("libA.so"), clearSymbolVersion("f", "g", "h")]).bytes);
      accepted(
        folder,
        "moved",
        patch(program, [
          removeNeeded("libA.so"),
          setSymbolVersion(["f", "g"], "B_1", { file: "libB.so" }),
          setSymbolVersion("h", "B_2", { file: "libB.so" }),
        ]).bytes,
      );
      const versions = symbolVersions(readElf(readFileSync(`${folder}/moved`)));

      expect(
        [...readElf(readFileSync(`${folder}/moved`)).dynamicSymbols!]
          .filter((s) => /^[fgh]$/.test(s.name))
          .map((s) => versions(s.index)?.name)
          .sort(),
      ).toEqual(["B_1", "B_1", "B_2"]);
    },
  );

  itWithTools(
    ["gcc", LOADER],
    "a version that the library has not: ld.so stops, and goes on where the need is weak",
    () => {
      const { folder, program } = build();
      const path = `${folder}/absent`;
      writeFileSync(path, patch(program, [addVersionNeed("libB.so", "B_99")]).bytes, { mode: 0o755 });
      const stops = run(path, []);

      expect([stops.status, stops.stderr]).toEqual([1, expect.stringContaining("version `B_99' not found")]);

      for (const bytes of [
        patch(readFileSync(path), [weakenVersionNeed("libB.so", "B_99")]).bytes,
        patch(program, [addVersionNeed("libB.so", "B_99", { weak: true })]).bytes,
      ]) {
        writeFileSync(path, bytes, { mode: 0o755 });
        const weak = run(path, []);
        expect([weak.stdout, weak.status, weak.stderr]).toEqual([
          "123\n",
          0,
          expect.stringContaining("weak version `B_99' not found"),
        ]);
      }

      accepted(folder, "without", patch(readFileSync(path), [removeVersionNeed("libB.so", "B_99")]).bytes);
    },
  );
});

describe("a program built for musl", () => {
  const source =
    '#include <stdio.h>\n#include <stdlib.h>\nint main(int argc, char **argv) { char *p = realpath(argv[1], NULL); puts(p ? p : "null"); free(p); return argc != 2; }\n';

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
        must("musl-gcc", ["-O1", ...flags, "-o", built, files.write("realpath.c", Buffer.from(source))]);
        const before = readFileSync(built);
        const edits = [
          setInterpreter(LOADER),
          replaceNeeded({ "libc.so": "libc.so.6", "libc.musl-x86_64.so.1": "libc.so.6" }),
          addVersionNeed("libc.so.6", "GLIBC_2.3", { symbols: "realpath" }),
        ];

        expect(readElf(before).dynamic!.entries.some((e) => e.name === "DT_VERSYM")).toBe(false);

        const after = patch(before, edits);
        const path = files.write(`realpath-${kind}.glibc`, after.bytes);
        expect(Buffer.compare(patch(after.bytes, edits).bytes, after.bytes)).toBe(0);

        const right = (file: string) => {
          const r = run(file, [`${folder}/../in/.`], { env: { LD_BIND_NOW: "1", LD_WARN: "1" } });
          expect([r.stdout, r.stderr, r.status], file).toEqual([`${folder}\n`, "", 0]);
        };
        right(path);
        expect(newLines(lint(built), lint(path))).toEqual([]);
        expect(newLines(readelfWarnings(built), readelfWarnings(path))).toEqual([]);
        expect(run("readelf", ["-sVDW", path]).stderr).toBe("");

        for (const [i, [strip, ...args]] of STRIPS.entries()) {
          copyFileSync(path, `${path}.${i}`);
          must(strip, [...args, `${path}.${i}`]);
          chmodSync(`${path}.${i}`, 0o755);
          right(`${path}.${i}`);
          // And patched again, which grows what was made anew.
          right(
            files.write(
              `realpath-${kind}.again.${i}`,
              patch(readFileSync(`${path}.${i}`), [
                setRunpath("/opt/somewhere/else"),
                addVersionNeed("libc.so.6", "GLIBC_2.2.5", { symbols: "puts" }),
              ]).bytes,
            ),
          );
        }
      }
    },
  );
});

/** The result, or the code of the refusal. */
function attempt<T>(work: () => T): T | string {
  try {
    return work();
  } catch (e) {
    if (isElfError(e)) return e.code;
    throw e;
  }
}
