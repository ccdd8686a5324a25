import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { setRunpath } from "../../src/edit/runpath.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import { removeSections, stripUnneeded } from "../../src/strip/strip.js";
import {
  type DynamicFixture,
  dynamicFixtures,
  fixture,
  gnuStrip,
  GREETING,
  runners,
  runProgram,
  scratch,
} from "../support/fixtures.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();
const path = (bytes: number) => "/opt/elfwright/".repeat(Math.ceil(bytes / 15)).slice(0, bytes);

/** The same loader by a longer path. */
const longer = (f: DynamicFixture, n: number) => `/${"lib/../".repeat(n)}${f.interpreter.slice(1)}`;

type Step = readonly Edit[] | "strip" | "strip -g" | "eu-strip" | "llvm-strip" | "ours";

/** Applies the steps one by one; the program runs after each. */
function chain(
  f: DynamicFixture,
  name: string,
  start: Uint8Array,
  steps: readonly Step[],
  runs: (file: string) => void,
): Uint8Array {
  const afterTool = (command: string, file: string): Uint8Array => {
    const [tool, ...args] = command.split(" ");
    const out = files.path(`${name}.out`);
    expect(must(tool!, [...args, "-o", out, file]), `${command} has nothing to say`).toBe("");
    return readFileSync(out);
  };

  let bytes = start;
  for (const [i, step] of steps.entries()) {
    const file = files.write(`${name}.${i}`, bytes);
    if (step === "ours") bytes = patch(bytes, [stripUnneeded()]).bytes;
    else if (typeof step !== "string") bytes = patch(bytes, step).bytes;
    else bytes = afterTool(step.includes("-strip") ? step : step.replace("strip", gnuStrip(f)), file);

    runs(files.write(`${name}.${i}.result`, bytes));
  }

  return bytes;
}

const runs = (f: DynamicFixture) => (file: string) =>
  expect(runProgram(f, file), file).toMatchObject({ status: 0, stdout: GREETING(1), stderr: "" });

/** Under an emulator a chain takes seconds: of most machines one program stands for all. */
const chained = (f: DynamicFixture) =>
  f.kind === "program" &&
  f.sections &&
  !f.name.endsWith("libc.so") &&
  (["x86_64", "i386", "s390x"].includes(f.machine) || f.name.endsWith("-pie"));

/** GNU ld leaves an unused program header in MIPS files. */
const appended = (f: DynamicFixture) => (f.machine === "mips64el" ? 0 : 1);

describe("patched, stripped, patched again, stripped again", () => {
  for (const f of dynamicFixtures.filter(chained)) {
    const tools = ["eu-strip", gnuStrip(f), ...runners(f)];
    itWithTools(tools, `${f.name}: interpreter, then runpath, then two strips`, () => {
      chain(
        f,
        `a-${f.name}`,
        fixture(f.name),
        [[setInterpreter(longer(f, 10))], [setRunpath(path(8000))], "strip", "strip", "eu-strip"],
        runs(f),
      );
    });
    itWithTools(tools, `${f.name}: ever longer runpaths with strips between them`, () => {
      const steps: Step[] = [4300, 4600, 4900, 5200].flatMap((n, i): Step[] => [
        [setRunpath(path(n))],
        i % 2 ? "strip -g" : "strip",
      ]);
      const bytes = chain(f, `b-${f.name}`, fixture(f.name), steps, runs(f));
      // One segment is appended, and grows: also where strip put .comment behind it.
      expect(readElf(bytes).header.phnum).toBe(readElf(fixture(f.name)).header.phnum + appended(f));
    });
    itWithTools([...tools, "llvm-strip"], `${f.name}: patched by us, stripped by LLVM, again and again`, () => {
      const steps: Step[] = [
        [setInterpreter(longer(f, 20)), setRunpath(path(20))],
        [setRunpath(path(6000))],
        [setRunpath(path(7000)), setInterpreter(longer(f, 40))],
      ];
      chain(
        f,
        `d-${f.name}`,
        fixture(f.name),
        steps.flatMap((s): Step[] => [s, "llvm-strip", "strip"]),
        runs(f),
      );
    });
    itWithTools(tools, `${f.name}: all at once, then longer, with our strip and theirs`, () => {
      const all = [setInterpreter(longer(f, 3)), setRunpath(path(8000)), stripUnneeded(), removeSections(".comment")];
      const bytes = chain(
        f,
        `c-${f.name}`,
        fixture(f.name),
        [
          all,
          [setRunpath(path(9000))],
          "ours",
          "strip",
          [setRunpath(path(9900)), setInterpreter(longer(f, 30))],
          "strip",
        ],
        runs(f),
      );

      expect(readElf(bytes).header.phnum).toBe(readElf(fixture(f.name)).header.phnum + appended(f));
    });
  }
});

describe("patched again and again without section headers", () => {
  const f = dynamicFixtures.find((f) => f.name === "x86_64-glibc-pie-nosections")!;
  itWithTools(runners(f), `${f.name}: longer and longer, one entry of the program headers for all`, () => {
    const steps: Step[] = [
      [setInterpreter(longer(f, 10))],
      [setRunpath(path(4300))],
      "ours",
      [setRunpath(path(8000)), setInterpreter(longer(f, 30))],
      [setRunpath(path(9900))],
    ];
    const bytes = chain(f, f.name, fixture(f.name), steps, runs(f));

    expect(readElf(bytes).header.phnum).toBeLessThanOrEqual(readElf(fixture(f.name)).header.phnum + 1);
  });
});

describe("programs of linkers that leave no room", () => {
  const f = dynamicFixtures.find((f) => f.name === "x86_64-glibc-exec")!;
  const FINE = `#include <stdio.h>
static char zeros[5000];
int main(void) {
  for (int i = 0; i < 5000; i++) if (zeros[i]) return 1;
  puts("fine");
  return 0;
}
`;

  for (const linker of ["lld", "mold", "gold"]) {
    for (const pie of ["-pie", "-no-pie"]) {
      itWithTools(
        ["gcc", linker === "mold" ? "mold" : `ld.${linker}`, "strip", "eu-strip", "llvm-strip", f.interpreter],
        `${linker} ${pie}: chains of patches and strips`,
        () => {
          const source = files.write(`${linker}${pie}.c`, Buffer.from(FINE));
          const built = files.path(`${linker}${pie}`);
          const code = pie === "-pie" ? "-fPIE" : "-fno-pie";
          must("gcc", ["-O1", `-fuse-ld=${linker}`, pie, code, "-o", built, source]);

          const says = (file: string) => expect(must(file, []), file).toBe("fine\n");
          const interpreter = [setInterpreter(longer(f, 1))];
          const longInterpreter = [setInterpreter(longer(f, 50))];
          const runpath = (n: number) => [setRunpath(path(n))];
          const chains: Step[][] = [
            [interpreter, "llvm-strip", "strip", runpath(20), "strip", "strip"],
            [runpath(20), "llvm-strip", runpath(60), "strip", runpath(8000), interpreter, "strip", "llvm-strip"],
            [runpath(8000), "strip", runpath(9000), "eu-strip", longInterpreter, "strip", "strip -g", "llvm-strip"],
          ];

          for (const [i, steps] of chains.entries()) {
            chain(f, `${linker}${pie}-${i}`, readFileSync(built), steps, says);
          }
        },
      );
    }
  }
});

describe("PT_INTERP with more in its section than the path", () => {
  const f = dynamicFixtures.find((f) => f.name === "x86_64-glibc-pie")!;
  const SOURCE = `
#include <stdio.h>
__asm__(".section .interp,\\"a\\"\\n"
        ".globl path\\npath: .asciz \\"${f.interpreter}\\"\\n"
        ".globl extra\\nextra: .asciz \\"DATA BEHIND THE PATH\\"\\n"
        ".text\\n");
extern const char extra[] __attribute__((visibility("hidden")));
int main(void) { puts(extra); return 0; }
`;
  itWithTools(
    ["gcc", "strip", f.interpreter],
    "the program's own bytes behind the path stay, whatever the path's length",
    () => {
      const source = files.write("shared-interp.c", Buffer.from(SOURCE));
      const built = files.path("shared-interp");
      must("gcc", ["-O1", "-no-pie", "-fno-pie", "-Wl,--no-dynamic-linker", "-o", built, source]);

      const before = readFileSync(built);
      const says = (file: string) => expect(must(file, []), file).toBe("DATA BEHIND THE PATH\n");

      if (readElf(before).interpreter === null) {
        return expect.unreachable("the linker made no PT_INTERP of the section");
      }

      says(built);
      for (const edit of [setInterpreter("/lib64/./ld-linux-x86-64.so.2"), setInterpreter(longer(f, 40))]) {
        chain(f, "shared", before, [[edit], "strip"], says);
      }

      const short = patch(before, [setInterpreter("/x")]).bytes;

      expect(short.includes("DATA BEHIND THE PATH")).toBe(true);
      // The path may move, but the symbol's bytes may not be overwritten: another way is found, or none.
      try {
        chain(f, "shared-huge", before, [[setRunpath(path(8000))], "strip"], says);
      } catch (e) {
        expect(String(e)).toContain("NO_ROOM");
      }
    },
  );
});

describe("a separate debug file", () => {
  itWithTools(["objcopy", "eu-strip", "readelf"], "is refused with the reason, stripped or edited", () => {
    const program = files.write("with-debug", fixture("x86_64-glibc-pie-runpath"));
    const debug = files.path("program.debug");
    const other = files.path("program.eu-debug");
    must("objcopy", ["--only-keep-debug", program, debug]);
    must("eu-strip", ["-f", other, "-o", files.path("stripped"), program]);

    for (const file of [debug, other]) {
      for (const edit of [setRunpath("/x"), setInterpreter("/x"), stripUnneeded()]) {
        expect(() => patch(readFileSync(file), [edit]), file).toThrowError(
          /UNSUPPORTED: this is a separate debug file/,
        );
      }
    }

    // A section may be removed, whatever the program headers say.
    const { bytes } = patch(readFileSync(debug), [removeSections(".debug_line")]);
    const smaller = files.write("smaller.debug", bytes);

    expect(bytes.length).toBeLessThan(readFileSync(debug).length);
    expect(must("readelf", ["-wi", smaller])).toContain("DW_TAG_compile_unit");
  });
});
