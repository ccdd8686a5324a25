import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
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
static int table(int x) {
  switch (x) {
    case 0: return 5;
    case 1: return 7;
    case 2: return 11;
    case 3: return 13;
    case 4: return 17;
    default: return x;
  }
}
int main(int argc, char **argv) {
  (void)argv;
  printf("%d %s %d %d\\n", twice(20 + argc), words[argc], local, table(argc + 1));
  return 0;
}
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
 * The machines whose psABI has mapping symbols, which say what is code and what is data. Linkers and disassemblers need
 * them in relocatable files.
 */
const MAPPED: readonly Machine[] = ["aarch64", "armhf", "riscv64"];
const isMapping = (symbol: string): boolean => /^\$[adx]/.test(symbol);
const isOfLoadedSection = (symbol: string): boolean => / in \.(text|rodata|data|init|fini)/.test(symbol);

describe("objects of every machine", () => {
  for (const machine of MACHINES) {
    for (const mode of MODES) {
      const gcc = crossTool(machine, "gcc");
      const strip = crossTool(machine, "strip");
      const compile = (name: string, text: string): string => {
        const out = files.path(`${machine}-${name}.o`);
        const source = files.write(`${name}.c`, Buffer.from(text));
        must(gcc, ["-O1", "-g", "-c", "-ffunction-sections", "-fPIC", "-o", out, source]);
        return out;
      };
      const link = (objects: readonly string[]): string => {
        const folder = dirname(objects[0]!);
        const program = `${machine}-program`;
        must(gcc, ["-o", program, ...objects.map((object) => basename(object))], { cwd: folder });
        return `${folder}/${program}`;
      };

      itWithTools(
        [gcc, strip, ...runnersOf(machine)],
        `${machine}, ${mode.option}: the same symbols and relocations as GNU strip leaves; ` +
          "linked to the same program, and run",
        () => {
          const objects = [compile("main", MAIN), compile("twice", TWICE)];
          const both = objects.map((object) => stripBoth(object, mode, machine));

          for (const pair of both) {
            const input = contents(readFileSync(pair.input));
            const ours = contents(readFileSync(pair.ours));
            const gnu = contents(readFileSync(pair.gnu));
            const ordinary = (symbols: readonly string[]) => symbols.filter((symbol) => !isMapping(symbol));
            const mapping = (symbols: readonly string[]) =>
              symbols.filter((symbol) => isMapping(symbol) && isOfLoadedSection(symbol));

            expect(ours.sections).toEqual(gnu.sections);
            expect(ordinary(ours.symbols)).toEqual(ordinary(gnu.symbols));
            for (const [name, list] of ours.relocations) {
              expect([name, list]).toEqual([name, input.relocations.get(name)]);
            }
            for (const [name, bytes] of ours.bytes) {
              expect([name, input.bytes.get(name)?.equals(bytes)]).toEqual([name, true]);
            }
            expect(mapping(ours.symbols)).toEqual(mapping(input.symbols));
            if (MAPPED.includes(machine)) expect(mapping(ours.symbols).length).toBeGreaterThan(0);
          }

          const program = link(both.map((pair) => pair.ours));
          const gnuProgram = link(both.map((pair) => pair.gnu));
          expect(runOn(machine, program)).toMatchObject({ status: 0, stdout: OUTPUT, stderr: "" });
          // Mapping symbols reach the program's own symbol table.
          if (!MAPPED.includes(machine)) expect(readFileSync(program).equals(readFileSync(gnuProgram))).toBe(true);
        },
      );
    }
  }
});
