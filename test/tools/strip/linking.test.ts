import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { describe, expect } from "vitest";
import { contents } from "../../support/contents.js";
import { scratch } from "../../support/fixtures.js";
import { BFD, GOLD, LLD } from "../../support/linkers.js";
import { type Both, MODES, stripBoth, UNNEEDED } from "../../support/strip.js";
import { itWithTools, must, run } from "../../support/tools.js";

const files = scratch();
const LINKERS = [BFD, GOLD, LLD];

/**
 * Both sources instantiate twelve templates: as many COMDAT groups in each object. An exception passes between them.
 */
const HEADER = `
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>
template <int N> struct Box {
  std::vector<int> v;
  __attribute__((noinline)) int add(int x) {
    v.push_back(x + N);
    if (v.size() > 5) throw std::out_of_range("box " + std::to_string(N));
    return v.back();
  }
};
template <int N> __attribute__((noinline)) int fill(int x) {
  Box<N> b;
  int s = 0;
  for (int i = 0; i < 4; i++) s += b.add(x);
  return s;
}
inline int all(int x) { return fill<1>(x) + fill<2>(x) + fill<3>(x) + fill<4>(x) + fill<5>(x) + fill<6>(x); }
int other(int);
extern thread_local int counter;
`;
const MAIN = `#include "all.h"
static int unused_static = 3;
__attribute__((used)) static int helper(int x) { return x + unused_static; }
int main() {
  try {
    printf("%d %d\\n", all(1), other(2));
    Box<7> b;
    for (int i = 0; i < 9; i++) b.add(i);
  } catch (const std::exception &e) {
    printf("%s %d\\n", e.what(), counter + helper(1));
  }
}
`;
const OTHER = `#include "all.h"
thread_local int counter = 40;
static const char *const words[] = {"one", "two"};
int other(int x) { counter++; return all(x) + words[x & 1][0]; }
`;
const OUTPUT = "108 243\nbox 7 45\n";

/** Both objects, compiled once for all tests with these flags, in a folder of their own. */
function compileBoth(flags: readonly string[]): string[] {
  const folder = files.path(`objects${flags.join("")}`);
  const [main, other] = [`${folder}/main.o`, `${folder}/other.o`];
  if (existsSync(folder)) return [main, other];

  const compile = (object: string, input: string) =>
    must("g++", ["-O1", "-c", ...flags, "-I", folder, "-x", "c++", "-o", object, "-"], { input });
  mkdirSync(folder);
  writeFileSync(`${folder}/all.h`, HEADER);
  compile(main, MAIN);
  compile(other, OTHER);
  return [main, other];
}

/** Links objects in their own folder, so that both sides have the same command. */
function link(objects: readonly string[], flags: readonly string[]): string {
  const folder = dirname(objects[0]!);
  const names = objects.map((object) => basename(object));
  must("g++", [...flags, "-o", "program", ...names], { cwd: folder });
  return `${folder}/program`;
}

function expectSameProgram(both: readonly Both[], flags: readonly string[]): void {
  const ours = both.map((pair) => pair.ours);
  const gnu = both.map((pair) => pair.gnu);
  const program = link(ours, flags);
  const gnuProgram = link(gnu, flags);

  expect(run(program, [])).toMatchObject({ status: 0, stdout: OUTPUT });
  expect(readFileSync(program).equals(readFileSync(gnuProgram))).toBe(true);
}

const KINDS: readonly (readonly [title: string, flags: readonly string[]])[] = [
  ["C++ with COMDAT groups and -ffunction-sections", ["-g", "-ffunction-sections", "-fdata-sections"]],
  ["C++ with compressed debugging information", ["-g", "-gz"]],
  ["C++ with debugging types in groups of their own", ["-g", "-gdwarf-4", "-fdebug-types-section"]],
  ["C++ without -fPIC, at -O2", ["-g3", "-O2", "-fno-pie"]],
];

describe("objects stripped by us link to the same program, byte by byte, as objects stripped by GNU strip", () => {
  for (const [title, flags] of KINDS) {
    for (const mode of MODES) {
      itWithTools(
        ["g++", "strip", "ld.bfd", "ld.gold", "ld.lld"],
        `${title}, ${mode.option}, by ld, gold and lld`,
        () => {
          const both = compileBoth(flags).map((object) => stripBoth(object, mode));
          const { groups } = contents(readFileSync(both[0]!.ours));
          const pie = flags.includes("-fno-pie") ? ["-no-pie"] : [];

          expect(groups.size).toBeGreaterThanOrEqual(12);
          for (const linker of LINKERS) expectSameProgram(both, [...linker.flags, ...pie]);
        },
      );
    }
  }

  itWithTools(["g++", "strip", "ld.bfd", "ld.gold", "ld.lld"], "--gc-sections drops the same", () => {
    const objects = compileBoth(["-g", "-ffunction-sections", "-fdata-sections"]);
    const both = objects.map((object) => stripBoth(object, UNNEEDED));
    for (const { flags } of LINKERS) expectSameProgram(both, [...flags, "-Wl,--gc-sections"]);
  });

  for (const mode of MODES) {
    itWithTools(["g++", "ld", "strip"], `the result of ld -r, ${mode.option}`, () => {
      const whole = files.path("whole.o");
      must("ld", ["-r", "-o", whole, ...compileBoth(["-g", "-ffunction-sections", "-fdata-sections"])]);

      const both = stripBoth(whole, mode);
      expect(contents(readFileSync(both.ours))).toEqual(contents(readFileSync(both.gnu)));
      for (const { flags } of LINKERS) expectSameProgram([both], flags);
    });
  }

  for (const mode of MODES) {
    itWithTools(
      ["g++", "strip"],
      `a program linked with --emit-relocs, ${mode.option}: the relocations stay, with their symbols`,
      () => {
        const program = link(compileBoth(["-g"]), ["-Wl,--emit-relocs"]);
        const both = stripBoth(program, mode);
        const ours = contents(readFileSync(both.ours));
        const gnu = contents(readFileSync(both.gnu));

        expect([...ours.relocations.keys()]).toContain(".rela.text#0");
        expect(ours.sections).toEqual(gnu.sections);
        expect(ours.symbols).toEqual(gnu.symbols);
        expect(ours.relocations).toEqual(gnu.relocations);
        expect(run(both.ours, [])).toMatchObject({ status: 0, stdout: OUTPUT });
      },
    );
  }
});
