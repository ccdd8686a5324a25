import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect } from "vitest";
import { contents } from "../../support/contents.js";
import { scratch } from "../../support/fixtures.js";
import { crossTool, type Machine, MACHINES, runnersOf, runOn } from "../../support/machines.js";
import { MODES, stripBoth } from "../../support/strip.js";
import { itWithTools, must } from "../../support/tools.js";

const files = scratch();

const MAIN = `
#include <stdio.h>
int twice(int);
extern __thread int local;
static const char *const words[] = {"one", "two", "three"};
static int table(int x) { switch (x) { case 0: return 5; case 1: return 7; case 2: return 11; case 3: return 13; case 4: return 17; default: return x; } }
int main(int argc, char **argv) { (void)argv; printf("%d %s %d %d\\n", twice(20 + argc), words[argc], local, table(argc + 1)); return 0; }
`;
const TWICE = `
__thread int local = 7;
static int counter;
static int helper(int x) { return x + counter; }
int (*volatile hook)(int) = helper;
int twice(int x) { counter++; return hook(x) * 2; }
`;
const OUTPUT = "44 two 7 11\n";

/**
 * The machines whose psABI has symbols that say what is code and what is data; linkers and disassemblers need them in
 * relocatable files.
 */
const MAPPED: readonly Machine[] = ["aarch64", "armhf", "riscv64"];

describe("objects of every machine", () => {
  for (const machine of MACHINES) {
    for (const mode of MODES) {
      const gcc = crossTool(machine, "gcc");
      const strip = crossTool(machine, "strip");
      const compile = (name: string, text: string): string => {
        const out = files.path(`${machine}-${name}.o`);
        must(gcc, [
          "-O1",
          "-g",
          "-c",
          "-ffunction-sections",
          "-fPIC",
          "-o",
          out,
          files.write(`${name}.c`, Buffer.from(text)),
        ]);
        return out;
      };
      const link = (objects: readonly string[]): string => {
        must(gcc, ["-o", `${machine}-program`, ...objects.map((o) => o.slice(o.lastIndexOf("/") + 1))], {
          cwd: dirname(objects[0]!),
        });
        return `${dirname(objects[0]!)}/${machine}-program`;
      };
      itWithTools(
        [gcc, strip, ...runnersOf(machine)],
        `${machine}, ${mode.option}: the same symbols and relocations as GNU strip leaves; ` +
          "linked to the same program, and run",
        () => {
          const both = [compile("main", MAIN), compile("twice", TWICE)].map((o) => stripBoth(o, mode, machine));
          for (const { input, ours, gnu } of both) {
            const [was, a, b] = [input, ours, gnu].map((p) => contents(readFileSync(p)));
            const mapping = (s: string) => /^\$[adx]/.test(s);
            expect(a!.sections).toEqual(b!.sections);
            expect(a!.symbols.filter((s) => !mapping(s))).toEqual(b!.symbols.filter((s) => !mapping(s)));

            for (const [name, list] of a!.relocations) expect([name, list]).toEqual([name, was!.relocations.get(name)]);
            for (const [name, bytes] of a!.bytes) {
              expect([name, was!.bytes.get(name)?.equals(bytes)]).toEqual([name, true]);
            }

            const loaded = (s: string) => mapping(s) && / in \.(text|rodata|data|init|fini)/.test(s);
            expect(a!.symbols.filter(loaded)).toEqual(was!.symbols.filter(loaded));
            if (MAPPED.includes(machine)) expect(a!.symbols.filter(loaded).length).toBeGreaterThan(0);
          }

          const [ours, gnu] = [link(both.map((b) => b.ours)), link(both.map((b) => b.gnu))];
          expect(runOn(machine, ours)).toMatchObject({ status: 0, stdout: OUTPUT, stderr: "" });
          // Mapping symbols reach the program's own symbol table.
          if (!MAPPED.includes(machine)) expect(readFileSync(ours).equals(readFileSync(gnu))).toBe(true);
        },
      );
    }
  }
});
