import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { readElf } from "../../../src/index.js";
import { itWithTools } from "../../support/tools.js";
import { libraryJobs, LONG, programJobs, TOOLS, workbench } from "./case.js";

const bench = workbench();
const LINKERS = [
  ["bfd", "ld.bfd"],
  ["gold", "ld.gold"],
  ["lld", "ld.lld"],
  ["mold", "mold"],
] as const;
const pieFlags = (pie: string): string[] => [pie, pie === "-pie" ? "-fPIE" : "-fno-pie"];

/** Finds its own program headers in both ways that a program has: by the ELF header's e_phoff, and by AT_PHDR. */
const WALK = `
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
static int walk(void) {
  const ElfW(Ehdr) *e = (const void *)__ehdr_start;
  const ElfW(Phdr) *p = (const void *)(__ehdr_start + e->e_phoff), *aux = (const void *)getauxval(AT_PHDR);
  int loads = 0, dynamic = 0, stack = 0, i, same = aux == p && getauxval(AT_PHNUM) == e->e_phnum;
  const char *base = __ehdr_start;
  for (i = 0; i < e->e_phnum; i++) {
    if (p[i].p_type == PT_LOAD && loads++ == 0) base = __ehdr_start - (p[i].p_vaddr - p[i].p_offset);
  }
  for (i = 0; i < e->e_phnum; i++) {
    if (p[i].p_type == PT_GNU_STACK) stack++;
    if (p[i].p_type == PT_DYNAMIC) {
      const ElfW(Dyn) *d = (const void *)(base + p[i].p_vaddr);
      for (; d->d_tag != DT_NULL; d++) if (d->d_tag == DT_STRTAB) dynamic++;
    }
  }
  return loads >= 2 && dynamic == 1 && stack == 1 && same;
}
`;

describe("llvm-strip of a patched file", () => {
  for (const [linker, tool] of LINKERS) {
    itWithTools([...TOOLS, tool], `#2 ${linker}: a PIE program`, () => {
      const c = bench.program(`pie-${linker}`, "plain\n", {
        source: '#include <stdio.h>\nint main(void) { puts("plain"); return 0; }\n',
        flags: [`-fuse-ld=${linker}`, "-pie", "-fPIE"],
      });
      bench.patchelfBreaks(c, ["--set-rpath", LONG], "llvm-strip", /SIGSEGV/);
      bench.chains(c, programJobs());
    });
    itWithTools([...TOOLS, tool], `#1 #2 ${linker}: a library`, () => {
      const c = bench.library(`lib-${linker}`, "a library", {
        source:
          '#include <stdio.h>\nconst char *say(void) { static char b[20]; sprintf(b, "%s", "a library"); return b; }\n',
        flags: [`-fuse-ld=${linker}`],
      });
      bench.patchelfBreaks(c, ["--set-rpath", LONG], "llvm-strip", /not page-aligned/);
      bench.chains(c, libraryJobs());
    });
  }
});

describe("a program's own bytes right behind the program header table", () => {
  const FAT = `
#define FAT 600
__asm__(".pushsection .fat,\\"a\\",@progbits\\n.globl fat\\n.hidden fat\\nfat: .fill 600,1,0x5a\\n.popsection\\n");
extern const unsigned char fat[FAT] __attribute__((visibility("hidden")));
static int whole(void) { int n = 0; for (int i = 0; i < FAT; i++) n += fat[i] == 0x5a; return n; }
`;
  const behind = (place: string) => `SECTIONS { .fat : { KEEP(*(.fat)) } } INSERT ${place};\n`;

  itWithTools(TOOLS, "#1 #3 a library: its bytes stay", () => {
    const source = `#include <stdio.h>
${FAT}
const char *say(void) { static char b[40]; sprintf(b, "%d fat bytes", whole()); return b; }
`;
    const script = behind("BEFORE .gnu.hash");
    const flags = ["-fuse-ld=bfd", "-Wl,--build-id=none"];
    const c = bench.library("fat.so", "600 fat bytes", { source, script, flags });

    expect(sectionName(c.path, 1)).toBe(".fat");
    bench.patchelfBreaks(c, ["--set-rpath", LONG], "patched", /^0 0 fat bytes/);
    bench.chains(c, libraryJobs());
  });

  for (const pie of ["-pie", "-no-pie"]) {
    itWithTools(TOOLS, `#3 #37 a ${pie} program: its bytes stay, and it still finds its program headers`, () => {
      const source = `${FAT}${WALK}
int main(void) { printf("%d fat bytes, headers %s\\n", whole(), walk() ? "right" : "wrong"); return 0; }
`;
      const script = behind("AFTER .interp");
      const flags = ["-fuse-ld=bfd", ...pieFlags(pie)];
      const c = bench.program(`fat${pie}`, "600 fat bytes, headers right\n", { source, script, flags });

      expect(sectionName(c.path, 2)).toBe(".fat");
      if (pie === "-pie") bench.patchelfBreaks(c, ["--set-rpath", LONG], "patched", /^0 (?!600 fat bytes)/);
      bench.chains(c, programJobs());
    });
  }
});

function sectionName(path: string, index: number): string {
  return readElf(readFileSync(path)).sections[index]!.name;
}

describe("the program header table stays where e_phoff and AT_PHDR say", () => {
  for (const [linker, tool] of LINKERS) {
    for (const pie of ["-pie", "-no-pie"]) {
      itWithTools(
        [...TOOLS, tool],
        `#4 #37 ${linker} ${pie}: __ehdr_start + e_phoff, natively and with an old kernel's AT_PHDR`,
        () => {
          const c = bench.program(`walk-${linker}${pie}`, "headers right\n", {
            source: `${WALK}\nint main(void) { puts(walk() ? "headers right" : "headers wrong"); return 0; }\n`,
            flags: [`-fuse-ld=${linker}`, ...pieFlags(pie)],
          });
          bench.chains(c, programJobs());
        },
      );
    }
  }
});
