import { describe, expect } from "vitest";
import { scratch } from "../../support/fixtures.js";
import { MODES, stripTo } from "../../support/strip.js";
import { itWithTools, must, run } from "../../support/tools.js";

const files = scratch();

describe("what LLVM adds", () => {
  const SOURCE = `
    #include <stdio.h>
    static int unused(void) { return 9; }
    __attribute__((noinline)) int same1(int x) { return x * 3 + 1; }
    __attribute__((noinline)) int same2(int x) { return x * 3 + 1; }
    __attribute__((noinline)) int same3(int x) { return x * 3 + 1; }
    __attribute__((noinline)) int same4(int x) { return x * 3 + 1; }
    int (*volatile p1)(int) = same1, (*volatile p2)(int) = same2;
    int main(void) { printf("%d %d\\n", p1 == p2, same3(1) + same4(2) + (p1 == 0 ? unused() : 0)); return 0; }
  `;
  const PROFILE = `
.text
.globl a, b, c
a: call b
ret
b: ret
c: ret
d: ret
.cg_profile a, b, 10
.cg_profile b, c, 77
.cg_profile a, d, 5
`;
  const LLVM = ["clang-19", "ld.lld-19", "llvm-readelf-19"];
  const clang = (name: string, ...flags: string[]): string => {
    const out = files.path(`${name}.o`);
    const source = files.write("llvm.c", Buffer.from(SOURCE));
    must("clang-19", ["-O1", "-g", "-c", "-ffunction-sections", ...flags, "-o", out, source]);
    return out;
  };

  /** What the linked program prints, and the size of its code, which shows what identical code folding did. */
  const link = (object: string): { stdout: string; textSize: number } => {
    const program = `${object}.out`;
    must("clang-19", ["-fuse-ld=lld-19", "-Wl,--icf=safe", "-o", program, object]);
    const { status, stdout } = run(program, []);
    expect(status).toBe(0);

    const size = / \.text +PROGBITS +\S+ \S+ (\S+)/.exec(must("llvm-readelf-19", ["-SW", program]))![1]!;
    return { stdout, textSize: parseInt(size, 16) };
  };

  for (const mode of MODES) {
    itWithTools(
      LLVM,
      `.llvm_addrsig, ${mode.option}: names the same symbols; lld folds what it may and no more`,
      () => {
        const input = clang("addrsig", "-faddrsig");
        const ours = stripTo(files.path(`addrsig${mode.option}.o`), input, mode.edits);
        const significant = (path: string) => {
          const text = must("llvm-readelf-19", ["--elf-output-style=LLVM", "--addrsig", path]);
          const names = [...text.matchAll(/Sym: (\S*) \(/g)].map(([, name]) => name!);
          return names.filter((name) => !/^\.|^$/.test(name)).sort();
        };

        expect(significant(input)).toEqual(expect.arrayContaining(["same1", "same2"]));
        expect(significant(ours)).toEqual(significant(input));
        expect(link(ours)).toEqual(link(input));
        expect(link(input).stdout).toBe("0 11\n");
      },
    );
  }

  for (const mode of MODES) {
    itWithTools(LLVM, `.llvm.call-graph-profile, ${mode.option}: the same callers and callees`, () => {
      const input = files.path("profile.o");
      must("clang-19", ["-c", "-o", input, files.write("profile.s", Buffer.from(PROFILE))]);
      const ours = stripTo(files.path(`profile${mode.option}.o`), input, mode.edits);
      const edges = (path: string) => {
        const text = must("llvm-readelf-19", ["--elf-output-style=LLVM", "--cg-profile", path]);
        const entries = [...text.matchAll(/From: (\S+).*\n.*To: (\S+).*\n.*Weight: (\d+)/g)];
        return entries.map(([, from, to, weight]) => `${from} ${to} ${weight}`);
      };

      expect(edges(input)).toEqual(["a b 10", "b c 77", "a d 5"]);
      expect(edges(ours)).toEqual(edges(input));
    });
  }

  for (const mode of MODES) {
    itWithTools(LLVM, `SHT_CREL, ${mode.option}: the relocations name the same symbols; linked and run`, () => {
      const input = clang("crel", "-Wa,--crel,--allow-experimental-crel");
      const ours = stripTo(files.path(`crel${mode.option}.o`), input, mode.edits);
      const relocations = (path: string) => {
        const lines = must("llvm-readelf-19", ["-rW", path]).split("\n");
        return lines.filter((line) => /^[0-9a-f]{8}/.test(line)).map((line) => line.replace(/^(\S+) +\S+ +/, "$1 "));
      };
      const kept = relocations(ours);

      expect(must("llvm-readelf-19", ["-SW", ours])).toContain(" CREL ");
      expect(kept.length).toBeGreaterThan(5);
      expect(relocations(input)).toEqual(expect.arrayContaining(kept));
      expect(link(ours)).toEqual(link(input));
    });
  }
});
