import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import {
  addNeeded,
  addVersionNeed,
  check,
  type Edit,
  patch,
  readElf,
  replaceNeeded,
  setInterpreter,
  setSymbolVersion,
} from "../../src/index.js";
import { scratch } from "../support/fixtures.js";
import { lint, newLines } from "../support/oracles.js";
import { run } from "../support/run.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();
const LOADER = "/lib64/ld-linux-x86-64.so.2";
const REFUSAL = "DT_RELR without GLIBC_ABI_DT_RELR dependency";

const SOURCE = `#include <stdio.h>
#include <stdlib.h>
static const char *const words[] = {"north", "east", "south"};
int main(int argc, char **argv) {
  char *p = realpath(".", NULL);
  printf("%s %s\\n", p ? "path" : "none", words[argc]);
  return 0;
}
`;

const foundIn = (bytes: Uint8Array): boolean => check(readElf(bytes)).some((f) => f.rule === "version-relr");

describe("packed relative relocations under glibc", () => {
  itWithTools(["musl-gcc", "strip", "eu-elflint", LOADER], "a program for musl starts with versions of glibc", () => {
    const source = files.write("m.c", Buffer.from(SOURCE));
    must("musl-gcc", ["-pie", "-fPIE", "-Wl,-z,pack-relative-relocs", "-o", files.path("musl"), source]);
    const program = readFileSync(files.path("musl"));
    const toGlibc = [setInterpreter(LOADER), replaceNeeded("libc.so", "libc.so.6")];

    const bindings: Readonly<Record<string, Edit[]>> = {
      none: [],
      addVersionNeed: [addVersionNeed("libc.so.6", "GLIBC_2.3", { symbols: "realpath" })],
      setSymbolVersion: [setSymbolVersion("realpath", "GLIBC_2.3", { file: "libc.so.6" })],
      another: [addNeeded("libm.so.6"), addVersionNeed("libm.so.6", "GLIBC_2.2.5")],
    };
    // The oldest realpath of glibc, to which no version binds, makes no buffer of its own.
    const printed = (name: string) =>
      name.endsWith("Version") || name.endsWith("Need") ? "path east\n" : "none east\n";
    for (const [name, edits] of Object.entries(bindings)) {
      const { bytes } = patch(program, [...toGlibc, ...edits]);
      const path = files.write(name, bytes);
      expect([name, run(path, []).stdout, foundIn(bytes)]).toEqual([name, printed(name), false]);
      expect(newLines(lint(files.path("musl")), lint(path)), name).toEqual([]);

      must("strip", [path]);
      expect([name, run(path, []).stdout]).toEqual([name, printed(name)]);
    }
  });

  itWithTools(["gcc", "ld.lld", LOADER], "check finds what ld.so refuses, and nothing else", () => {
    const source = files.write("g.c", Buffer.from(SOURCE));
    const lone = files.write(
      "lone.c",
      Buffer.from('const char *const names[] = {"a", "b"}; const char *name(int i) { return names[i]; }'),
    );
    const builds: Readonly<Record<string, readonly string[]>> = {
      "gnu-ld": ["-Wl,-z,pack-relative-relocs", source],
      plain: [source],
      "lld-unmarked": ["-fuse-ld=lld", "-Wl,--pack-dyn-relocs=relr", source],
      "lld-unmarked.so": ["-fuse-ld=lld", "-Wl,--pack-dyn-relocs=relr", "-shared", "-fPIC", source],
      "alone.so": ["-fuse-ld=lld", "-Wl,--pack-dyn-relocs=relr", "-shared", "-fPIC", "-nostdlib", lone],
      "marked.so": ["-Wl,-z,pack-relative-relocs", "-shared", "-fPIC", source],
    };

    const wrong: string[] = [];
    for (const [name, flags] of Object.entries(builds)) {
      const path = files.path(name);
      must("gcc", ["-O1", "-o", path, ...flags]);
      const { stderr } = run(LOADER, [name.endsWith(".so") ? "--list" : "--verify", path]);
      const started = name.endsWith(".so") ? run("/bin/true", [], { env: { LD_PRELOAD: path } }) : run(path, []);
      const isRefused = `${stderr}${started.stderr}`.includes(REFUSAL);
      expect([name, foundIn(readFileSync(path))]).toEqual([name, isRefused]);
      if (isRefused) wrong.push(name);
    }
    expect(wrong).toEqual(["lld-unmarked", "lld-unmarked.so"]);
  });
});
