import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { type Edit, patch, setInterpreter, setRunpath } from "../../../src/index.js";
import { itWithTools, must, run } from "../../support/tools.js";
import { type Case, HUGE, LOADER, LONG, longer, workbench } from "./case.js";

const bench = workbench();
const SOURCE = `#include <stdio.h>
static int twice(int x) {
  return 2 * x;
}
int main(int argc, char **argv) {
  (void)argv;
  printf("%d\\n", twice(20 + argc));
  return 0;
}
`;
const EDITS: readonly (readonly [string, readonly Edit[]])[] = [
  ["a short runpath", [setRunpath("$ORIGIN")]],
  ["a long runpath", [setRunpath(LONG)]],
  ["a long runpath, a long interpreter", [setRunpath(LONG), setInterpreter(longer(LOADER))]],
];

/** A program built with -g, and its debug file as objcopy and as eu-strip write it, beside the stripped program of each. */
function pairs(pie: string): { c: Case; kind: string; stripped: string; debug: string }[] {
  const c = bench.program(`debug${pie}`, "42\n", { source: SOURCE, flags: ["-g", "-O0", pie] }), f = (s: string) => bench.files.path(`debug${pie}.${s}`);
  must("objcopy", ["--only-keep-debug", c.path, f("debug")]);
  must("strip", ["-o", f("stripped"), c.path]);
  must("strip", ["-g", "-o", f("stripped-g"), c.path]);
  must("eu-strip", ["-f", f("eu-debug"), "-o", f("eu-stripped"), c.path]);
  return [
    { c, kind: "objcopy and strip", stripped: f("stripped"), debug: f("debug") },
    { c, kind: "objcopy and strip -g", stripped: f("stripped-g"), debug: f("debug") },
    { c, kind: "eu-strip -f", stripped: f("eu-stripped"), debug: f("eu-debug") },
  ];
}

/** What gdb knows of line 3, and what it sees when it stops there. */
function gdb(program: string, debug: string): string {
  return must("gdb", ["-nx", "-batch", "-iex", "set debuginfod enabled off", "-ex", `symbol-file ${debug}`, "-ex", "info line twice", "-ex", "break 3", "-ex", "run", "-ex", "bt", program])
    .split("\n").filter((l) => /^(Line|#\d|Breakpoint \d, )/.test(l)).join("\n").replaceAll(/argv=0x[0-9a-f]+/g, "argv=_");
}

describe("a debug file split off before the program was patched", () => {
  for (const pie of ["-pie", "-no-pie"]) {
    for (const [title, edits] of EDITS)
      itWithTools(["gcc", "objcopy", "strip", "eu-strip", "eu-unstrip", "patchelf", LOADER], `#24 ${pie}, ${title}: eu-unstrip puts them together again`, () => {
        for (const { c, kind, stripped, debug } of pairs(pie)) {
          const out = bench.files.path("together"), unpatched = run("eu-unstrip", [stripped, debug, "-o", out]);
          expect({ kind, ...unpatched }).toEqual({ kind, status: 0, signal: null, stdout: "", stderr: "" });
          const patched = bench.files.write("patched", patch(readFileSync(stripped), edits).bytes), r = run("eu-unstrip", [patched, debug, "-o", out]);
          expect({ kind, ...r }).toEqual({ kind, status: 0, signal: null, stdout: "", stderr: "" });
          bench.expectRuns(c, out, `${kind}: put together`);
          expect(must("readelf", ["-wL", out])).toContain("debug-");
          const theirs = bench.patchelf({ ...c, path: stripped }, ["--set-rpath", LONG]), broken = run("eu-unstrip", [theirs.path, debug, "-o", out]);
          expect(`${broken.status} ${broken.stderr}`).toMatch(/^1 .*cannot find matching section/);
        }
      });
    itWithTools(["gcc", "objcopy", "strip", "eu-strip", "gdb", LOADER], `#24 ${pie}: gdb stops at the same line, also with a new segment`, () => {
      for (const { stripped, debug } of pairs(pie)) {
        const before = gdb(stripped, debug);
        expect(before).toMatch(/^Line 2 of ".*".*\nBreakpoint 1, twice \(x=21\) at [^\n]*:3\n#0 .*twice[^]*#1 .* in main/);
        for (const [, edits] of [...EDITS, ["a huge runpath", [setRunpath(HUGE), setInterpreter(longer(LOADER))]] as const]) expect(gdb(bench.files.write("patched-gdb", patch(readFileSync(stripped), edits).bytes), debug)).toBe(before);
      }
    });
  }
});
