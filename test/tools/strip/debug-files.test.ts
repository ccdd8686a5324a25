import { readFileSync, rmSync, statSync } from "node:fs";
import { describe, expect } from "vitest";
import { addDebugLink, onlyKeepDebug, patch, stripUnneeded } from "../../../src/index.js";
import { contents } from "../../support/contents.js";
import { scratch } from "../../support/fixtures.js";
import { crossTool, type Machine, runnersOf, runOn } from "../../support/machines.js";
import { stripTo } from "../../support/strip.js";
import { hasTool, itWithTools, must, run } from "../../support/tools.js";

const files = scratch();

const SOURCE = `#include <stdio.h>
static const char *const words[] = {"a", "word"};
static __thread int local = 3;
__attribute__((noinline)) int helper(int x) { return x + local; }

int main(int argc, char **argv) {
  (void)argv;
  printf("%s %d\\n", words[argc], helper(argc));
  return 0;
}
`;
/** Where `main` stands in it. */
const LINE = 6;
const OUTPUT = "word 4\n";

interface Pair {
  readonly whole: string;
  readonly program: string;
  readonly debug: string;
}

/** A program with its debugging information, and the two files that we make of it. */
function split(machine: Machine, name: string, flags: readonly string[]): Pair {
  const whole = files.path(name);
  const debug = files.path(`${name}.debug`);
  const program = files.path(`${name}.stripped`);
  must(crossTool(machine, "gcc"), ["-O1", "-g", ...flags, "-o", whole, files.write(`${name}.c`, Buffer.from(SOURCE))]);
  stripTo(debug, whole, [onlyKeepDebug()]);

  return {
    whole,
    debug,
    program: stripTo(program, whole, [stripUnneeded(), addDebugLink(debug, readFileSync(debug))]),
  };
}

const gdb = (command: string, program: string): string =>
  must(command, ["-batch", "-nx", "-ex", "info line main", "-ex", "info address helper", program]);

const KINDS: readonly (readonly [Machine, string, readonly string[]])[] = [
  ["x86_64", "pie", ["-pie"]],
  ["x86_64", "exec", ["-no-pie", "-fno-pie"]],
  ["x86_64", "static", ["-static"]],
  ["x86_64", "compressed", ["-gz"]],
  ["aarch64", "pie", []],
  ["s390x", "pie", []],
  ["i386", "pie", []],
  ["mips64el", "pie", []],
];

describe("separate debug files", () => {
  for (const [machine, kind, flags] of KINDS) {
    const name = `${machine}-${kind}`;
    const tools = [crossTool(machine, "gcc"), ...runnersOf(machine)];
    const debugger_ = machine === "x86_64" || machine === "i386" ? "gdb" : "gdb-multiarch";

    // Without gdb-multiarch, readelf and eu-unstrip (below) speak for the other machines.
    if (debugger_ === "gdb" || hasTool(debugger_)) {
      itWithTools(
        [...tools, debugger_],
        `${name}: ${debugger_} finds the line of main through the debug file, and not without it`,
        () => {
          const { program, debug } = split(machine, name, flags);
          const found = gdb(debugger_, program);

          expect(found).toMatch(new RegExp(`Line ${LINE} of ".*${name}\\.c" starts at address 0x[0-9a-f]+ <main`));
          expect(found).toMatch(/Symbol "helper" is (a function )?at/);

          rmSync(debug);
          expect(run(debugger_, ["-batch", "-nx", "-ex", "info line main", program]).stdout).not.toContain(
            `Line ${LINE}`,
          );
        },
      );
    }

    itWithTools(
      [...tools, "eu-unstrip", "readelf"],
      `${name}: the program runs, and eu-unstrip puts the two together again`,
      () => {
        const { whole, program, debug } = split(machine, name, flags);
        const again = files.path(`${name}.again`);

        expect(runOn(machine, program)).toMatchObject({ status: 0, stdout: OUTPUT });

        must("eu-unstrip", ["-o", again, program, debug]);
        expect(runOn(machine, again)).toMatchObject({ status: 0, stdout: OUTPUT });

        const was = contents(readFileSync(whole));
        const now = contents(readFileSync(again));
        expect(now.sections.filter((s) => s !== ".gnu_debuglink")).toEqual(was.sections);

        const named = (symbols: readonly string[]) => symbols.filter((s) => !/ type 3 /.test(s));
        expect(named(now.symbols)).toEqual(named(was.symbols));

        for (const [section, bytes] of was.bytes) {
          if (section.startsWith(".debug_")) {
            expect([section, now.bytes.get(section)?.equals(bytes)]).toEqual([section, true]);
          }
        }

        expect(must("readelf", ["--debug-dump=decodedline", again])).toContain(`${name}.c`);
      },
    );

    itWithTools(
      [...tools, crossTool(machine, "objcopy")],
      `${name}: both files are as GNU objcopy makes them, and no larger`,
      () => {
        const { whole, program, debug } = split(machine, name, flags);
        const objcopy = crossTool(machine, "objcopy");
        const theirs = files.path(`${name}.gnu-debug`);
        must(objcopy, ["--only-keep-debug", whole, theirs]);
        const [was, ours, gnu] = [whole, debug, theirs].map((p) => contents(readFileSync(p)));

        expect(ours!.sections).toEqual(gnu!.sections);

        // GNU objcopy gives untyped symbols of .tbss a type.
        const untyped = (symbols: readonly string[]) => symbols.map((s) => s.replace(/ type [06] /, " "));
        expect(untyped(ours!.symbols)).toEqual(untyped(gnu!.symbols));
        expect(ours!.symbols).toEqual(was!.symbols);

        for (const [section, bytes] of gnu!.bytes) {
          expect([section, ours!.bytes.get(section)?.equals(bytes)]).toEqual([section, true]);
        }

        expect(statSync(debug).size).toBeLessThanOrEqual(statSync(theirs).size + 64);

        const linked = files.path(`${name}.gnu-linked`);
        const link = (path: string) => contents(readFileSync(path)).bytes.get(".gnu_debuglink#0");
        must(objcopy, ["--strip-unneeded", `--add-gnu-debuglink=${debug}`, whole, linked]);

        expect(link(program)).toBeDefined();
        expect(link(program)!.equals(link(linked)!)).toBe(true);
      },
    );
  }

  itWithTools(
    ["gcc", "readelf"],
    "the debug file keeps the identity by which debuggers match it, and is the same each time",
    () => {
      const { whole, debug } = split("x86_64", "identity", ["-Wl,--build-id=sha1"]);
      const id = (p: string) => /Build ID: ([0-9a-f]{40})/.exec(must("readelf", ["-n", p]))?.[1];
      expect(id(whole)).toBeDefined();
      expect(id(debug)).toBe(id(whole));
      expect(patch(readFileSync(whole), [onlyKeepDebug()]).bytes.equals(readFileSync(debug))).toBe(true);
    },
  );
});

describe("notes in a PT_LOAD of their own", () => {
  const PROGRAM = 'const char text[] = "hello"; int value = 3; void _start(void) { for (;;) {} }';
  const script = (sections: string): string =>
    "PHDRS { text PT_LOAD FLAGS(5); notes PT_LOAD FLAGS(4); note PT_NOTE FLAGS(4); data PT_LOAD FLAGS(6); }\n" +
    `SECTIONS { . = 0x400000; ${sections} . = ALIGN(0x1000); .data : { *(.data) } :data ` +
    "/DISCARD/ : { *(.text .rodata .eh_frame .comment .note.gnu.property) } }";
  const NOTES = ".note.gnu.build-id : { *(.note.gnu.build-id) } :notes :note";
  const SCRIPTS: Readonly<Record<string, string>> = {
    "with code": script(`.text : { *(.text) } :text . = ALIGN(0x1000); ${NOTES}`),
    "without code": script(NOTES),
    "with constants": script(`.rodata : { *(.rodata) } :text . = ALIGN(0x1000) + 0x20; ${NOTES}`),
  };

  for (const [title, text] of Object.entries(SCRIPTS)) {
    itWithTools(["gcc", "strip", "eu-elflint", "readelf"], `${title}: segments have the bytes that GNU's have`, () => {
      const whole = files.path("own-notes");
      const layout = files.write("own-notes.ld", Buffer.from(text));
      const flags = ["-g", "-nostdlib", "-static", "-Wl,--build-id", "-Wl,--no-warn-rwx-segments", `-Wl,-T,${layout}`];
      must("gcc", [...flags, "-x", "c", "-o", whole, "-"], { input: PROGRAM });

      const gnu = files.path("own-notes-gnu");
      must("strip", ["--only-keep-debug", "-o", gnu, whole]);
      const ours = stripTo(files.path("own-notes-ours"), whole, [onlyKeepDebug()]);
      must("eu-elflint", ["--gnu-ld", "-d", ours]);

      // Offset in the page, address, p_filesz and p_memsz of each program header with memory.
      const rows = (path: string): string[] =>
        [...must("readelf", ["-lW", path]).matchAll(/^  (?:LOAD|NOTE) +0x.*$/gm)]
          .map(([row]) => row.replace(/0x\w*(\w{3}) /, "$1 "))
          .filter((row) => !/ 0x0+ 0x0+ +[RWE]/.test(row));
      expect(rows(ours)).toEqual(rows(gnu));
      expect(rows(ours).length).toBeGreaterThanOrEqual(3);
      expect(must("readelf", ["-nW", ours])).toContain("Build ID");
    });
  }
});
