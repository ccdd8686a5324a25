import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { type Edit, patch, setExecstack, setFlags, setInterpreter, setRunpath } from "../../../src/index.js";
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
/** Edits that let every loaded section keep its place and size: that is what eu-unstrip matches sections by. */
const IN_PLACE: readonly (readonly [string, readonly Edit[]])[] = [
  ["flags and the stack", [setFlags("DF_BIND_NOW"), setExecstack(true)]],
  ["a shorter interpreter", [setInterpreter("/lib64/ld.so")]],
  ["a runpath that .dynstr has already", [setRunpath("libc.so.6")]],
];
const MOVING: readonly (readonly [string, readonly Edit[]])[] = [
  ["a short runpath", [setRunpath("$ORIGIN")]],
  ["a long runpath", [setRunpath(LONG)]],
  ["a long runpath, a long interpreter", [setRunpath(LONG), setInterpreter(longer(LOADER))]],
  ["a huge runpath", [setRunpath(HUGE), setInterpreter(longer(LOADER))]],
];

/**
 * A program built with -g, and its debug file as objcopy and as eu-strip write it, beside the stripped program of each.
 */
function pairs(pie: string): { c: Case; kind: string; stripped: string; debug: string }[] {
  const c = bench.program(`debug${pie}`, "42\n", { source: SOURCE, flags: ["-g", "-O0", pie] });
  const at = (suffix: string) => bench.files.path(`debug${pie}.${suffix}`);
  must("objcopy", ["--only-keep-debug", c.path, at("debug")]);
  must("strip", ["-o", at("stripped"), c.path]);
  must("strip", ["-g", "-o", at("stripped-g"), c.path]);
  must("eu-strip", ["-f", at("eu-debug"), "-o", at("eu-stripped"), c.path]);

  return [
    { c, kind: "objcopy and strip", stripped: at("stripped"), debug: at("debug") },
    { c, kind: "objcopy and strip -g", stripped: at("stripped-g"), debug: at("debug") },
    { c, kind: "eu-strip -f", stripped: at("eu-stripped"), debug: at("eu-debug") },
  ];
}

/** What gdb knows of line 3, and what it sees when it stops there. */
function gdb(program: string, debug: string): string {
  const commands = [`symbol-file ${debug}`, "info line twice", "break 3", "run", "bt"];
  const said = must("gdb", [
    ...["-nx", "-batch", "-iex", "set debuginfod enabled off"],
    ...commands.flatMap((command) => ["-ex", command]),
    program,
  ]);

  return said
    .split("\n")
    .filter((line) => /^(Line|#\d|Breakpoint \d, )/.test(line))
    .join("\n")
    .replaceAll(/argv=0x[0-9a-f]+/g, "argv=_");
}

describe("a debug file split off before the program was patched", () => {
  for (const pie of ["-pie", "-no-pie"]) {
    itWithTools(
      ["gcc", "objcopy", "strip", "eu-strip", "eu-unstrip", "patchelf", LOADER],
      `#24 ${pie}: eu-unstrip puts them together again, where every section kept its place`,
      () => {
        for (const { c, kind, stripped, debug } of pairs(pie)) {
          const out = bench.files.path("together");
          const put = (patched: string) => run("eu-unstrip", [patched, debug, "-o", out]);
          for (const [title, edits] of [["unpatched", []] as const, ...IN_PLACE]) {
            const { bytes, plan } = patch(readFileSync(stripped), edits);
            const strategies = plan.placements.map((placement) => placement.strategy);

            expect(strategies.filter((strategy) => strategy !== "in-place")).toEqual([]);
            expect({ kind, title, ...put(bench.files.write("patched", bytes)) }).toEqual({
              kind,
              title,
              status: 0,
              signal: null,
              stdout: "",
              stderr: "",
            });
            expect(must("readelf", ["-wL", out])).toContain("debug-");
          }

          // A table that moved or grew has another address or size: eu-unstrip refuses it, and writes nothing that
          // looks right.
          for (const [, edits] of MOVING) {
            const moved = bench.files.write("patched", patch(readFileSync(stripped), edits).bytes);
            expect(put(moved)).toMatchObject({
              status: 1,
              stderr: expect.stringMatching(/cannot find matching section|do not seem to match/) as unknown,
            });
          }

          // patchelf moves sections without need.
          const theirs = bench.patchelf({ ...c, path: stripped }, ["--set-interpreter", "/lib64/ld.so"]);
          const broken = put(theirs.path);
          expect(`${broken.status} ${broken.stderr}`).toMatch(/^1 [^]*cannot find matching section/);
        }
      },
    );

    itWithTools(
      ["gcc", "objcopy", "strip", "eu-strip", "eu-unstrip", "eu-addr2line", LOADER],
      `#24 ${pie}: they are found by their build ID, whatever moved`,
      () => {
        for (const { stripped, debug } of pairs(pie)) {
          for (const [title, edits] of [...IN_PLACE, ...MOVING]) {
            const folder = bench.files.path(`by-id${pie}`);
            const id = must("readelf", ["-n", stripped]).match(/Build ID: ([0-9a-f]+)/)![1]!;
            const patched = bench.files.write("patched-id", patch(readFileSync(stripped), edits).bytes);
            mkdirSync(`${folder}/.build-id/${id.slice(0, 2)}`, { recursive: true });
            copyFileSync(debug, `${folder}/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`);

            expect(must("eu-unstrip", ["-n", "-e", patched, `--debuginfo-path=${folder}`]), title).toContain(id);
            expect(must("eu-addr2line", ["-e", patched, `--debuginfo-path=${folder}`, "twice"]), title).toMatch(
              /:2(:\d+)?$/m,
            );
          }
        }
      },
    );

    itWithTools(
      ["gcc", "objcopy", "strip", "eu-strip", "gdb", LOADER],
      `#24 ${pie}: gdb stops at the same line, also with a new segment`,
      () => {
        for (const { stripped, debug } of pairs(pie)) {
          const before = gdb(stripped, debug);
          expect(before).toMatch(
            /^Line 2 of ".*".*\nBreakpoint 1, twice \(x=21\) at [^\n]*:3\n#0 .*twice[^]*#1 .* in main/,
          );

          for (const [, edits] of [...IN_PLACE.slice(0, 1), ...MOVING]) {
            const patched = bench.files.write("patched-gdb", patch(readFileSync(stripped), edits).bytes);
            expect(gdb(patched, debug)).toBe(before);
          }
        }
      },
    );
  }
});
