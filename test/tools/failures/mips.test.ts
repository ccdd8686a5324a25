import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { type ElfFile, readElf } from "../../../src/index.js";
import { itWithTools, run } from "../../support/tools.js";
import { type Case, LONG, programJobs, workbench } from "./case.js";

const bench = workbench();
const TRIPLE = "mips64el-linux-gnuabi64";
const QEMU = "qemu-mips64el";
const DIRTY = `#include <stdio.h>
static int zeros[200];
int main(void) {
  int n = 0;
  for (int i = 0; i < 200; i++) n += zeros[i] != 0;
  zeros[3] = 1;
  printf("%d dirty\\n", n);
  return 0;
}
`;

const DT_MIPS_RLD_MAP_REL = 0x70000035;

/** The address that DT_MIPS_RLD_MAP_REL gives, counted from its own entry (MIPS psABI supplement of binutils). */
function rldMap(elf: ElfFile): bigint | undefined {
  const { entries, offset } = elf.dynamic!;
  const entry = entries.find(({ tag }) => tag === DT_MIPS_RLD_MAP_REL);
  if (!entry) return undefined;

  // The distance may be negative: addresses wrap.
  return BigInt.asUintN(64, elf.addressOf(offset + entry.index * 16)! + entry.value);
}

describe("MIPS", () => {
  for (const pie of ["-pie", "-no-pie"]) {
    itWithTools(
      [`${TRIPLE}-gcc`, `${TRIPLE}-strip`, QEMU, "eu-strip", "llvm-strip", "readelf", "eu-elflint", "patchelf"],
      `#30 mips64el ${pie}: a clean .bss, and DT_MIPS_RLD_MAP_REL leads where it led`,
      () => {
        const flags = [pie, pie === "-pie" ? "-fPIE" : "-fno-pie"];
        const path = bench.build(`mips${pie}`, { cc: `${TRIPLE}-gcc`, source: DIRTY, flags });
        const c: Case = {
          path,
          expected: "0 dirty\n",
          binutils: `${TRIPLE}-`,
          run: (p) => run(QEMU, ["-L", `/usr/${TRIPLE}`, p]),
        };

        const before = rldMap(readElf(readFileSync(path)));
        expect(before).toBeDefined();
        bench.patchelfBreaks(c, ["--set-rpath", LONG], "patched", /^0 [1-9]\d* dirty/);
        for (const job of programJobs("/lib64/ld.so.1")) expect(rldMap(readElf(bench.chain(c, job)))).toBe(before);
      },
    );
  }
});
