import { join } from "node:path";
import { describe, expect } from "vitest";
import { check } from "../../../src/check/check.js";
import { encodeText } from "../../../src/codec/bytes.js";
import { readElf } from "../../../src/image/read-elf.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import type { BuildOptions } from "../../../src/testing/build-options.js";
import { calls, exits, prints, returns } from "../../../src/testing/actions.js";
import { BuiltFolder, runBuilt, RUNNING, runnersOf, toolOf } from "../../support/built.js";
import { itWithTools, must } from "../../support/tools.js";

const folder = new BuiltFolder();

const SHAPES: Readonly<Record<string, BuildOptions>> = {
  "static at a fixed address": { type: "exec", dynamic: false },
  "static at any address": { dynamic: false },
  PIE: {},
  "at a fixed address": { type: "exec" },
  "without section headers": { sectionHeaders: false },
  "with little room": { slack: 3, bss: 0 },
  "with all tables": {
    hash: "both",
    notes: [{ section: ".note.x", owner: "x", type: 1, description: encodeText("x") }],
  },
};

/** Calls `int answer(void)` of the library that is its first argument. */
const DLOPEN = `
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv) {
  void *library = dlopen(argv[1], RTLD_NOW);
  if (!library) return fprintf(stderr, "%s\\n", dlerror()), 1;
  int (*answer)(void) = (int (*)(void)) dlsym(library, "answer");
  printf("%d\\n", answer());
  return 0;
}
`;

/** Calls it as one that it was linked with. */
const LINKED = `
#include <stdio.h>
int answer(void);
int main(void) { printf("linked %d\\n", answer()); return 0; }
`;

describe.each(RUNNING)("$name", (m) => {
  const { name: machine } = m;
  const build = (options: BuildOptions): Uint8Array => {
    const bytes = buildElf({ machine, ...options });
    expect(check(readElf(bytes))).toEqual([]);
    return bytes;
  };

  for (const [shape, options] of Object.entries(SHAPES)) {
    itWithTools(runnersOf(m), `a program ${shape} exits, and prints`, () => {
      const exiting = folder.put(`exit-${machine}`, build({ ...options, text: exits(201) }));
      expect(runBuilt(m, exiting)).toEqual({ status: 201, signal: null, stdout: "", stderr: "" });

      const text = `hello, ${"wörld ".repeat(40)}\n`;
      const printing = folder.put(`print-${machine}`, build({ ...options, text: prints(text) }));
      expect(runBuilt(m, printing)).toEqual({ status: 0, signal: null, stdout: text, stderr: "" });
    });
  }

  const soname = `libanswer-${machine}.so`;
  const library = (value: number): Uint8Array =>
    build({
      soname,
      needed: ["libc.so.6"],
      symbols: [
        { name: "announce", text: prints("loaded\n") },
        { name: "answer", text: returns(value) },
        { name: "table", type: 1 },
      ],
      initArray: ["announce"],
    });

  itWithTools(runnersOf(m), "a program calls a function of a library, which the loader finds and starts", () => {
    folder.put(soname, library(42));
    for (const type of ["dyn", "exec"] as const) {
      const options: BuildOptions = { type, runpath: "$ORIGIN", text: calls("answer"), pageSize: 0x10000 };
      const needing = build({
        ...options,
        needed: [soname, "libc.so.6"],
        relocations: [{ symbol: "answer", type: 0 }],
      });
      const path = folder.put(`call-${machine}`, needing);
      expect(runBuilt(m, path)).toEqual({ status: 42, signal: null, stdout: "loaded\n", stderr: "" });
    }

    const lost = folder.put(`lost-${machine}`, build({ needed: ["libabsent.so"], text: exits(0) }));
    expect(runBuilt(m, lost).stderr).toMatch(/libabsent\.so: cannot open shared object file/);
  });

  itWithTools([...runnersOf(m), toolOf(m, "gcc")], "compiled programs open a library, and link with it", () => {
    const gcc = (source: string, output: string, ...args: readonly string[]): string => {
      const path = join(folder.path, output);
      must(toolOf(m, "gcc"), ["-xc", "-", "-xnone", "-o", path, ...args], { input: source });
      return path;
    };

    for (const value of [42, -7, 0x12345678, -0x80000000]) {
      const path = folder.put(soname, library(value));
      const opening = gcc(DLOPEN, `open-${machine}`, "-ldl");
      expect(runBuilt(m, opening, path)).toMatchObject({ status: 0, stdout: `loaded\n${value}\n` });
    }

    const path = folder.put(soname, library(5));
    const linked = gcc(LINKED, `linked-${machine}`, path, "-Wl,-rpath,$ORIGIN");
    expect(runBuilt(m, linked)).toMatchObject({ status: 0, stdout: "loaded\nlinked 5\n", stderr: "" });
  });
});
