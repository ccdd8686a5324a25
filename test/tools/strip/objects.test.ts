import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { contents } from "../../support/contents.js";
import { scratch } from "../../support/fixtures.js";
import { DEBUG, MODES, stripBoth, stripTo, UNNEEDED } from "../../support/strip.js";
import { itWithTools, must, run } from "../../support/tools.js";

const files = scratch();

/** One symbol of every kind; a relocation names those whose names end in `_ref`. */
const KINDS = `
  .file "kinds.c"
  .text
  .globl gdef
  .type gdef, @function
gdef: call und_ref@PLT
  call wund_ref@PLT
  leaq local_ref_in_section(%rip), %rax
  movq tlocal_ref@gottpoff(%rip), %rax
  ret
  .size gdef, . - gdef
  .weak wdef
wdef: ret
  .globl hdef
  .hidden hdef
hdef: ret
  .weak wund_ref
  .weak wund
  .globl gund
local_function: ret
  .type local_ifunc, @gnu_indirect_function
local_ifunc: ret
"$d.1":
  .globl absg
absg = 42
absl = 43
  .comm com, 8, 8
  .data
local_data: .quad 1
local_ref_in_section: .quad gdef
  .section .tdata, "awT", @progbits
tlocal: .long 1
tlocal_ref: .long 2
  .globl tglobal
tglobal: .long 3
  .section .debug_mine, "", @progbits
  .quad local_data
  .section .unknown, "", @progbits
  .quad 5
`;

const assemble = (name: string, text: string): string => {
  const out = files.path(`${name}.o`);
  must("gcc", ["-c", "-x", "assembler", "-o", out, files.write(`${name}.s`, Buffer.from(text))]);
  return out;
};
const read = (path: string) => contents(readFileSync(path));
const names = (path: string): string[] => read(path).symbols.filter((s) => !/ type 3 /.test(s)).map((s) => s.split(" ")[0]!);

describe("one symbol of every kind", () => {
  for (const mode of MODES)
    itWithTools(["gcc", "strip"], `${mode.option} keeps what GNU strip keeps`, () => {
      const { ours, gnu } = stripBoth(assemble("kinds", KINDS), mode);
      expect(read(ours)).toEqual(read(gnu));
    });

  itWithTools(["gcc"], "--strip-unneeded keeps what is defined for others and what a relocation names", () => {
    const ours = stripTo(files.path("unneeded.o"), assemble("kinds", KINDS), UNNEEDED.edits);
    expect(names(ours)).toEqual(["absg", "com", "gdef", "hdef", "tglobal", "tlocal_ref", "und_ref", "wdef", "wund_ref"]);
  });

  itWithTools(["gcc"], "-g keeps all but the source file's name, and what only debugging information names", () => {
    const input = assemble("kinds", KINDS), ours = stripTo(files.path("debug.o"), input, DEBUG.edits);
    expect(names(input)).toContain("kinds.c");
    expect(names(ours)).toEqual(names(input).filter((n) => n !== "kinds.c"));
  });
});

describe("more sections than fit in 16 bits", () => {
  const COUNT = 66_000;
  const many = (): string => Array.from({ length: COUNT }, (_, i) => `.section .text.f${i},"ax"\n.globl f${i}\nf${i}: mov $${i}, %eax\nret\n`).join("");

  for (const mode of MODES)
    itWithTools(["gcc", "strip", "ld.lld"], `${COUNT} sections, ${mode.option}: as GNU strip leaves them; linked and run`, () => {
      const { ours, gnu } = stripBoth(assemble("many", `${many()}.local here\nhere = f65990\n.section .data\n.globl table\ntable: .quad f1, f65999, here\n.section .debug_x\n.quad f9\n`), mode);
      const [a, b] = [read(ours), read(gnu)];
      expect(a.symbols).toEqual(b.symbols);
      expect(a.sections).toEqual(b.sections);
      expect(a.relocations).toEqual(b.relocations);
      const main = files.write("many-main.c", Buffer.from("#include <stdio.h>\nextern int (*table[3])(void); int f7(void); int f65280(void); int main(void) { printf(\"%d %d %d %d %d\\n\", table[0](), table[1](), table[2](), f7(), f65280()); }\n"));
      const program = files.path("many");
      must("gcc", ["-fuse-ld=lld", "-o", program, main, ours]);
      expect(run(program, []).stdout).toBe("1 65999 65990 7 65280\n");
    });
});

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
    must("clang-19", ["-O1", "-g", "-c", "-ffunction-sections", ...flags, "-o", out, files.write("llvm.c", Buffer.from(SOURCE))]);
    return out;
  };
  /** Size of the code, which tells what identical code folding did. */
  const link = (object: string): { stdout: string; text: number } => {
    must("clang-19", ["-fuse-ld=lld-19", "-Wl,--icf=safe", "-o", `${object}.out`, object]);
    const { status, stdout } = run(`${object}.out`, []);
    expect(status).toBe(0);
    return { stdout, text: parseInt(/ \.text +PROGBITS +\S+ \S+ (\S+)/.exec(must("llvm-readelf-19", ["-SW", `${object}.out`]))![1]!, 16) };
  };

  for (const mode of MODES)
    itWithTools(LLVM, `.llvm_addrsig, ${mode.option}: names the same symbols; lld folds what it may and no more`, () => {
      const input = clang("addrsig", "-faddrsig"), ours = stripTo(files.path(`addrsig${mode.option}.o`), input, mode.edits);
      const significant = (path: string) => [...must("llvm-readelf-19", ["--addrsig", path]).matchAll(/Sym: (\S*) \(/g)].map((m) => m[1]!).filter((n) => !/^\.|^$/.test(n)).sort();
      expect(significant(input)).toEqual(["p1", "p2", "printf", "same1", "same2"].filter((n) => significant(input).includes(n)));
      expect(significant(input)).toEqual(expect.arrayContaining(["same1", "same2"]));
      expect(significant(ours)).toEqual(significant(input));
      expect(link(ours)).toEqual(link(input));
      expect(link(input).stdout).toBe("0 11\n");
    });

  for (const mode of MODES)
    itWithTools(LLVM, `.llvm.call-graph-profile, ${mode.option}: the same callers and callees`, () => {
      const text = `.text\n.globl a, b, c\na: call b\nret\nb: ret\nc: ret\nd: ret\n.cg_profile a, b, 10\n.cg_profile b, c, 77\n.cg_profile a, d, 5\n`, input = files.path("profile.o");
      must("clang-19", ["-c", "-o", input, files.write("profile.s", Buffer.from(text))]);
      const ours = stripTo(files.path(`profile${mode.option}.o`), input, mode.edits);
      const edges = (path: string) => [...must("llvm-readelf-19", ["--cg-profile", path]).matchAll(/From: (\S+).*\n.*To: (\S+).*\n.*Weight: (\d+)/g)].map((m) => `${m[1]} ${m[2]} ${m[3]}`);
      expect(edges(input)).toEqual(["a b 10", "b c 77", "a d 5"]);
      expect(edges(ours)).toEqual(edges(input));
    });

  for (const mode of MODES)
    itWithTools(LLVM, `SHT_CREL, ${mode.option}: the relocations name the same symbols; linked and run`, () => {
      const input = clang("crel", "-Wa,--crel,--allow-experimental-crel"), ours = stripTo(files.path(`crel${mode.option}.o`), input, mode.edits);
      const relocations = (path: string) => must("llvm-readelf-19", ["-rW", path]).split("\n").filter((l) => /^[0-9a-f]{8}/.test(l)).map((l) => l.replace(/^(\S+) +\S+ +/, "$1 "));
      const kept = relocations(ours);
      expect(must("llvm-readelf-19", ["-SW", ours])).toContain(" CREL ");
      expect(kept.length).toBeGreaterThan(5);
      expect(relocations(input)).toEqual(expect.arrayContaining(kept));
      expect(link(ours)).toEqual(link(input));
    });
});
