import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { setExecstack } from "../../src/edit/execstack.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { PT } from "../../src/spec/constants.js";
import { phdr } from "../support/elf.js";
import { scratch } from "../support/fixtures.js";
import { lint, newLines } from "../support/oracles.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();
const TRIPLE = "mips64el-linux-gnuabi64";
const ROOT = `/usr/${TRIPLE}`;
const INTERPRETER = "/lib64/ld.so.1";
const HUGE = "/opt/elfwright/".repeat(600);
const LONGER = `/${"lib64/../".repeat(20)}lib64/ld.so.1`;
const SOURCE = `#include <stdio.h>\nint main(void) { puts("hello from mips"); return 0; }\n`;

/** A type of program header that nothing knows. */
const UNKNOWN = 0x6fffffff;

/** GNU ld leaves one unused program header in MIPS files. With another type it gives no room. */
function withoutRoom(bytes: Uint8Array): Uint8Array {
  const full = bytes.slice();
  while (readElf(full).segments.some((segment) => segment.type === PT.NULL)) phdr(full, PT.NULL).type = UNKNOWN;
  return full;
}

describe("MIPS has its own tables behind the program headers", () => {
  for (const pie of ["-pie", "-no-pie"]) {
    itWithTools(
      [`${TRIPLE}-gcc`, "qemu-mips64el", `${TRIPLE}-strip`, "eu-strip", "eu-elflint"],
      `${pie}: they make room for one program header, and for two, and the program runs after every strip`,
      () => {
        const source = files.write(`mips${pie}.c`, Buffer.from(SOURCE));
        const built = files.path(`mips${pie}`);
        must(`${TRIPLE}-gcc`, ["-O1", pie, pie === "-pie" ? "-fPIE" : "-fno-pie", "-o", built, source]);

        const full = withoutRoom(readFileSync(built));
        const noStack = full.slice();
        const hasStack = readElf(full).segments.some((segment) => segment.type === PT.GNU_STACK);
        if (hasStack) phdr(noStack, PT.GNU_STACK).type = UNKNOWN;

        for (const [name, added, before, edits] of [
          ["one", 1, full, [setRunpath(HUGE), setInterpreter(LONGER)]],
          ["two", 2, noStack, [setRunpath(HUGE), setInterpreter(LONGER), setExecstack(true)]],
        ] as const) {
          const result = patch(before, edits);
          const path = files.write(`${name}${pie}`, result.bytes);
          const elf = readElf(result.bytes);

          expect(result.plan.placements.map((placement) => placement.region)).toContain(".MIPS.abiflags");
          expect(elf.header.phnum).toBe(readElf(before).header.phnum + added);
          expect([elf.runpath, elf.interpreter]).toEqual([HUGE, LONGER]);
          expect(newLines(lint(files.write(`${name}${pie}.before`, before)), lint(path))).toEqual([]);

          const expectRuns = (file: string) =>
            expect(must("qemu-mips64el", ["-L", ROOT, file]), `${name} ${file}`).toBe("hello from mips\n");
          const strips = [[`${TRIPLE}-strip`], [`${TRIPLE}-strip`, "-g"], ["eu-strip"]] as const;
          expectRuns(path);
          for (const [i, [strip, ...args]] of strips.entries()) {
            const stripped = files.path(`${name}${pie}.${i}`);
            must(strip, [...args, "-o", stripped, path]);
            expectRuns(stripped);
          }

          const again = patch(result.bytes, [setRunpath(`${HUGE}:/more`), setInterpreter(INTERPRETER)]).bytes;
          expectRuns(files.write(`${name}${pie}.again`, again));
          expect(patch(result.bytes, edits).changed).toBe(false);
        }
      },
    );
  }
});
