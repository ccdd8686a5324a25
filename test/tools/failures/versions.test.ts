import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { readElf } from "../../../src/index.js";
import { itWithTools } from "../../support/tools.js";
import { type Build, libraryJobs, programJobs, TOOLS, workbench } from "./case.js";

const bench = workbench();

/** Asks for one version of a symbol by name, so the version definitions must be where DT_VERDEF says. */
const VERSIONED_HOST: Build = {
  source: `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv) {
  void *h = dlopen(argc > 1 ? argv[1] : "", RTLD_NOW);
  int (*one)(void) = h ? (int (*)(void))dlvsym(h, "answer", "V1") : 0;
  int (*two)(void) = h ? (int (*)(void))dlvsym(h, "answer", "V2") : 0;
  if (!one || !two) { fprintf(stderr, "%s\\n", dlerror()); return 3; }
  printf("%d %d %s\\n", one(), two(), dlvsym(h, "answer", "V3") ? "three" : "no third");
  return 0;
}
`,
};
const ANSWERS = `
__asm__(".symver answer_1,answer@V1\\n.symver answer_2,answer@@V2\\n");
int answer_1(void) { return 41; }
int answer_2(void) { return 42; }
`;
const VERSIONS = "V1 { global: answer; local: *; };\nV2 { global: answer; } V1;\n";

describe("version definitions", () => {
  for (const [linker, tool] of [
    ["bfd", "ld.bfd"],
    ["gold", "ld.gold"],
    ["lld", "ld.lld"],
    ["mold", "mold"],
  ] as const) {
    for (const start of ["-nostdlib", "-lc"]) {
      itWithTools([...TOOLS, tool], `#5 ${linker} ${start}: dlvsym of two versions in a library`, () => {
        const c = bench.library(
          `verdef-${linker}${start}`,
          "41 42 no third",
          { source: ANSWERS, versions: VERSIONS, flags: [`-fuse-ld=${linker}`, start] },
          {},
          VERSIONED_HOST,
          "versioned-host",
        );

        const { versionDefinitions } = readElf(readFileSync(c.path));
        expect(versionDefinitions.map(({ names }) => names[0])).toEqual(expect.arrayContaining(["V1", "V2"]));
        bench.chains(c, libraryJobs());
      });
    }
  }

  const SELF = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
int first(void) { return 41; }
int second(void) { return 42; }
int main(void) {
  int (*one)(void) = (int (*)(void))dlvsym(RTLD_DEFAULT, "first", "V1");
  int (*two)(void) = (int (*)(void))dlvsym(RTLD_DEFAULT, "second", "V2");
  if (!one || !two) { puts(dlerror()); return 3; }
  printf("%d %d\\n", one(), two());
  return 0;
}
`;
  for (const [linker, tool] of [
    ["bfd", "ld.bfd"],
    ["gold", "ld.gold"],
    ["lld", "ld.lld"],
  ] as const) {
    itWithTools([...TOOLS, tool], `#5 ${linker}: a -no-pie program with versions of its own`, () => {
      const c = bench.program(`self-${linker}`, "41 42\n", {
        source: SELF,
        versions: "V1 { global: first; local: *; };\nV2 { global: second; } V1;\n",
        flags: [`-fuse-ld=${linker}`, "-no-pie", "-fno-pie", "-Wl,--export-dynamic"],
      });
      bench.chains(c, programJobs());
    });
  }
});
