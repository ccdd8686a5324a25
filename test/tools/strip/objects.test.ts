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

/** The names of symbols, except those of sections (STT_SECTION is 3). */
function names(path: string): string[] {
  const symbols = read(path).symbols.filter((symbol) => !/ type 3 /.test(symbol));
  return symbols.map((symbol) => symbol.split(" ")[0]!);
}

describe("one symbol of every kind", () => {
  for (const mode of MODES) {
    itWithTools(["gcc", "strip"], `${mode.option} keeps what GNU strip keeps`, () => {
      const { ours, gnu } = stripBoth(assemble("kinds", KINDS), mode);
      expect(read(ours)).toEqual(read(gnu));
    });
  }

  itWithTools(["gcc"], "--strip-unneeded keeps what is defined for others and what a relocation names", () => {
    const ours = stripTo(files.path("unneeded.o"), assemble("kinds", KINDS), UNNEEDED.edits);
    expect(names(ours)).toEqual([
      "absg",
      "com",
      "gdef",
      "hdef",
      "tglobal",
      "tlocal_ref",
      "und_ref",
      "wdef",
      "wund_ref",
    ]);
  });

  itWithTools(["gcc"], "-g keeps all but the source file's name, and what only debugging information names", () => {
    const input = assemble("kinds", KINDS);
    const ours = stripTo(files.path("debug.o"), input, DEBUG.edits);
    expect(names(input)).toContain("kinds.c");
    expect(names(ours)).toEqual(names(input).filter((n) => n !== "kinds.c"));
  });
});

describe("more sections than fit in 16 bits", () => {
  const COUNT = 66_000;
  const FUNCTION = (i: number) => `.section .text.f${i},"ax"\n.globl f${i}\nf${i}: mov $${i}, %eax\nret\n`;
  const TABLE = `
.local here
here = f65990
.section .data
.globl table
table: .quad f1, f65999, here
.section .debug_x
.quad f9
`;
  const MAIN = `#include <stdio.h>
extern int (*table[3])(void);
int f7(void);
int f65280(void);
int main(void) { printf("%d %d %d %d %d\\n", table[0](), table[1](), table[2](), f7(), f65280()); }
`;

  for (const mode of MODES) {
    itWithTools(
      ["gcc", "strip", "ld.lld"],
      `${COUNT} sections, ${mode.option}: as GNU strip leaves them; linked and run`,
      () => {
        const functions = Array.from({ length: COUNT }, (_, i) => FUNCTION(i)).join("");
        const both = stripBoth(assemble("many", functions + TABLE), mode);
        const [ours, gnu] = [read(both.ours), read(both.gnu)];
        expect(ours.symbols).toEqual(gnu.symbols);
        expect(ours.sections).toEqual(gnu.sections);
        expect(ours.relocations).toEqual(gnu.relocations);

        const main = files.write("many-main.c", Buffer.from(MAIN));
        const program = files.path("many");
        must("gcc", ["-fuse-ld=lld", "-o", program, main, both.ours]);
        expect(run(program, []).stdout).toBe("1 65999 65990 7 65280\n");
      },
    );
  }
});
