import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { readElf } from "../../../src/index.js";
import { itWithTools, run } from "../../support/tools.js";
import { type Case, LONG, programJobs, TOOLS, workbench } from "./case.js";

const bench = workbench();
const NO_PIE = ["-no-pie", "-fno-pie"];
const PT_LOAD = 1;

describe("mold's ET_EXEC, whose NOBITS sections have odd offsets", () => {
  /** Writes to its .bss, and reads all of it before. */
  const source = (size: number) => `
#include <stdio.h>
static unsigned char zeros[${size}];
int main(void) {
  int dirty = 0;
  for (int i = 0; i < ${size}; i++) dirty += zeros[i] != 0;
  zeros[7] = 1;
  printf("%d dirty bytes\\n", dirty);
  return 0;
}
`;
  const program = (name: string, size: number) =>
    bench.program(name, "0 dirty bytes\n", { source: source(size), flags: ["-fuse-ld=mold", ...NO_PIE] });

  itWithTools([...TOOLS, "mold"], "#35 a .bss larger than the file", () => {
    const c = program("mold-large", 100_000);
    bench.patchelfBreaks(c, ["--set-rpath", LONG], "strip", /SIGSEGV/);
    bench.chains(c, programJobs());
  });

  itWithTools([...TOOLS, "mold"], "#35 a .bss of 30 MB", () => {
    const c = program("mold-huge", 30_000_000);
    bench.patchelfBreaks(c, ["--set-rpath", LONG], "tool", /SIGSEGV/);
    bench.chains(c, programJobs());
  });

  for (const size of [120, 1000]) {
    itWithTools([...TOOLS, "mold"], `#35 a small .bss, ${size} bytes: clean after strip`, () => {
      const c = program(`mold-${size}`, size);
      bench.patchelfBreaks(c, ["--set-rpath", LONG], "strip", /^0 [1-9]\d* dirty bytes/);
      bench.chains(c, programJobs());
    });
  }
});

describe("a low image base", () => {
  const SOURCE = `#include <stdio.h>
static int at;
int main(void) { printf("%d\\n", (unsigned long)&at < 0x20000); return 0; }
`;

  // vm.mmap_min_addr is 64 KiB on most machines: users other than root cannot map the lower addresses.
  for (const base of ["0x10000", "0x3000", "0x1000"]) {
    itWithTools(TOOLS, `#15 -Ttext-segment=${base}: no segment begins below it`, () => {
      const c = bench.program(`base-${base}`, "1\n", {
        source: SOURCE,
        flags: ["-fuse-ld=bfd", ...NO_PIE, `-Wl,-Ttext-segment=${base}`, "-Wl,-z,max-page-size=4096"],
      });

      // Below the lowest address that the kernel lets a user map, such a file does not start.
      if (base !== "0x10000" && run(c.path, []).status !== 0) {
        return expect(Number(readFileSync("/proc/sys/vm/mmap_min_addr", "utf8"))).toBeGreaterThan(Number(base));
      }

      const theirs = bench.patchelf(c, ["--set-rpath", LONG]);
      expect(lowest(readFileSync(theirs.path)), "where patchelf begins").toBeLessThan(Number(base));
      for (const job of programJobs()) expect(lowest(bench.chain(c, job))).toBe(Number(base));
    });
  }
});

/** The lowest address of a PT_LOAD. */
function lowest(bytes: Uint8Array): number {
  const loads = readElf(bytes).segments.filter((segment) => segment.type === PT_LOAD);
  return Math.min(...loads.map((load) => load.vaddr));
}

describe("big-endian ET_EXEC", () => {
  const SOURCE = `#include <stdio.h>
static int big[300];
int main(void) { big[5] = 42; printf("big-endian %d\\n", big[5]); return 0; }
`;

  for (const [triple, qemu, loader] of [
    ["s390x-linux-gnu", "qemu-s390x", "/lib/ld64.so.1"],
    ["powerpc-linux-gnu", "qemu-ppc", "/lib/ld.so.1"],
  ] as const) {
    for (const pie of ["-no-pie", "-pie"]) {
      itWithTools(
        [`${triple}-gcc`, qemu, `${triple}-strip`, "eu-strip", "llvm-strip", "readelf", "eu-elflint"],
        `#8 ${triple} ${pie}`,
        () => {
          const flags = [pie, pie === "-pie" ? "-fPIE" : "-fno-pie"];
          const path = bench.build(`${triple}${pie}`, { cc: `${triple}-gcc`, source: SOURCE, flags });
          const c: Case = {
            path,
            expected: "big-endian 42\n",
            binutils: `${triple}-`,
            run: (p) => run(qemu, ["-L", `/usr/${triple}`, p]),
          };
          bench.chains(c, programJobs(loader));
        },
      );
    }
  }
});
