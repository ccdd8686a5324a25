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
  const LLVM = ["clang-19", "ld.lld-19", "llvm-readelf-19"];
  const clang = (name: string, ...flags: string[]): string => {
    const out = files.path(`${name}.o`);
    must("clang-19", [
      "-O1",
      "-g",
      "-c",
      "-ffunction-sections",
      ...flags,
      "-o",
      out,
      files.write("llvm.c", Buffer.from(SOURCE)),
    ]);
    return out;
  };
  /** Size of the code, which tells what identical code folding did. */
  const link = (object: string): { stdout: string; text: number } => {
    must("clang-19", ["-fuse-ld=lld-19", "-Wl,--icf=safe", "-o", `${object}.out`, object]);
    const { status, stdout } = run(`${object}.out`, []);
    expect(status).toBe(0);

    return {
      stdout,
      text: parseInt(
        / \.text +PROGBITS +\S+ \S+ (\S+)/.exec(must("llvm-readelf-19", ["-SW", `${object}.out`]))![1]!,
        16,
      ),
    };
  };

  for (const mode of MODES) {
    itWithTools(
      LLVM,
      `.llvm_addrsig, ${mode.option}: names the same symbols; lld folds what it may and no more`,
      () => {
        const input = clang("addrsig", "-faddrsig");
        const ours = stripTo(files.path(`addrsig${mode.option}.o`), input, mode.edits);
        const significant = (path: string) =>
          [...must("llvm-readelf-19", ["--elf-output-style=LLVM", "--addrsig", path]).matchAll(/Sym: (\S*) \(/g)]
            .map((m) => m[1]!)
            .filter((n) => !/^\.|^$/.test(n))
            .sort();

        expect(significant(input)).toEqual(expect.arrayContaining(["same1", "same2"]));
        expect(significant(ours)).toEqual(significant(input));
        expect(link(ours)).toEqual(link(input));
        expect(link(input).stdout).toBe("0 11\n");
      },
    );
  }

  for (const mode of MODES) {
    itWithTools(LLVM, `.llvm.call-graph-profile, ${mode.option}: the same callers and callees`, () => {
      const text =
        ".text\n" +
        ".globl a, b, c\n" +
        "a: call b\n" +
        "ret\n" +
        "b: ret\n" +
        "c: ret\n" +
        "d: ret\n" +
        ".cg_profile a, b, 10\n" +
        ".cg_profile b, c, 77\n" +
        ".cg_profile a, d, 5\n";
      const input = files.path("profile.o");
      must("clang-19", ["-c", "-o", input, files.write("profile.s", Buffer.from(text))]);
      const ours = stripTo(files.path(`profile${mode.option}.o`), input, mode.edits);
      const edges = (path: string) =>
        [
          ...must("llvm-readelf-19", ["--elf-output-style=LLVM", "--cg-profile", path]).matchAll(
            /From: (\S+).*\n.*To: (\S+).*\n.*Weight: (\d+)/g,
          ),
        ].map((m) => `${m[1]} ${m[2]} ${m[3]}`);

      expect(edges(input)).toEqual(["a b 10", "b c 77", "a d 5"]);
      expect(edges(ours)).toEqual(edges(input));
    });
  }

  for (const mode of MODES) {
    itWithTools(LLVM, `SHT_CREL, ${mode.option}: the relocations name the same symbols; linked and run`, () => {
      const input = clang("crel", "-Wa,--crel,--allow-experimental-crel");
      const ours = stripTo(files.path(`crel${mode.option}.o`), input, mode.edits);
      const relocations = (path: string) =>
        must("llvm-readelf-19", ["-rW", path])
          .split("\n")
          .filter((l) => /^[0-9a-f]{8}/.test(l))
          .map((l) => l.replace(/^(\S+) +\S+ +/, "$1 "));
      const kept = relocations(ours);

      expect(must("llvm-readelf-19", ["-SW", ours])).toContain(" CREL ");
      expect(kept.length).toBeGreaterThan(5);
      expect(relocations(input)).toEqual(expect.arrayContaining(kept));
      expect(link(ours)).toEqual(link(input));
    });
  }
});
