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

/** GNU ld leaves one unused program header in MIPS files; as anything else, it is no room. */
function withoutRoom(bytes: Uint8Array): Uint8Array {
  const b = bytes.slice();
  while (readElf(b).segments.some((s) => s.type === PT.NULL)) phdr(b, PT.NULL).type = 0x6fffffff;
  return b;
}

describe("MIPS has its own tables behind the program headers", () => {
  for (const pie of ["-pie", "-no-pie"]) {
    itWithTools(
      [`${TRIPLE}-gcc`, "qemu-mips64el", `${TRIPLE}-strip`, "eu-strip", "eu-elflint"],
      `${pie}: they make room for one program header, and for two, and the program runs after every strip`,
      () => {
        const built = files.path(`mips${pie}`);
        must(`${TRIPLE}-gcc`, [
          "-O1",
          pie,
          pie === "-pie" ? "-fPIE" : "-fno-pie",
          "-o",
          built,
          files.write(`mips${pie}.c`, Buffer.from(SOURCE)),
        ]);
        const full = withoutRoom(readFileSync(built));
        const stack = readElf(full).segments.findIndex((s) => s.type === PT.GNU_STACK);
        const noStack = full.slice();
        if (stack >= 0) phdr(noStack, PT.GNU_STACK).type = 0x6fffffff;

        for (const [name, before, edits] of [
          ["one", full, [setRunpath(HUGE), setInterpreter(LONGER)]],
          ["two", noStack, [setRunpath(HUGE), setInterpreter(LONGER), setExecstack(true)]],
        ] as const) {
          const result = patch(before, edits);
          const path = files.write(`${name}${pie}`, result.bytes);
          const elf = readElf(result.bytes);

          expect(result.plan.placements.map((p) => p.region)).toContain(".MIPS.abiflags");
          expect(elf.header.phnum).toBe(readElf(before).header.phnum + (name === "one" ? 1 : 2));
          expect([elf.runpath, elf.interpreter]).toEqual([HUGE, LONGER]);
          expect(newLines(lint(files.write(`${name}${pie}.before`, before)), lint(path))).toEqual([]);

          const says = (file: string) =>
            expect(must("qemu-mips64el", ["-L", ROOT, file]), `${name} ${file}`).toBe("hello from mips\n");
          says(path);
          for (const [i, [strip, ...args]] of (
            [[`${TRIPLE}-strip`], [`${TRIPLE}-strip`, "-g"], ["eu-strip"]] as const
          ).entries()) {
            must(strip, [...args, "-o", files.path(`${name}${pie}.${i}`), path]);
            says(files.path(`${name}${pie}.${i}`));
          }

          says(
            files.write(
              `${name}${pie}.again`,
              patch(result.bytes, [setRunpath(`${HUGE}:/more`), setInterpreter(INTERPRETER)]).bytes,
            ),
          );
          expect(patch(result.bytes, edits).changed).toBe(false);
        }
      },
    );
  }
});
