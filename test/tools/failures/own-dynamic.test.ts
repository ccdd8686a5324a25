import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { patch, setInterpreter, setRunpath } from "../../../src/index.js";
import { caught } from "../../support/elf.js";
import { itWithTools, run } from "../../support/tools.js";
import { type Case, libraryJobs, LOADER, LONG, programJobs, TOOLS, workbench } from "./case.js";

const bench = workbench();

describe("code that reads its own _DYNAMIC", () => {
  /**
   * `_DYNAMIC` must lead to a table with a terminator, its tags and valid strings, also where the loader uses another.
   */
  const READS = `
#include <link.h>
#include <stdio.h>
#include <string.h>
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
static const char *table(void) {
  static char text[100];
  int needed = 0, libc = 0, strtab = 0, n = 0;
  const char *strings = 0;
  for (const ElfW(Dyn) *d = _DYNAMIC; d->d_tag != DT_NULL && n < 100; d++, n++) {
    if (d->d_tag == DT_NEEDED) needed++;
    if (d->d_tag == DT_STRTAB) {
      strtab++;
      strings = (const char *)d->d_un.d_ptr;
      if (strings < __ehdr_start) strings += (unsigned long)__ehdr_start;
    }
  }
  for (const ElfW(Dyn) *d = _DYNAMIC; strings && d->d_tag != DT_NULL; d++) {
    if (d->d_tag == DT_NEEDED && !strcmp(strings + d->d_un.d_val, "libc.so.6")) libc++;
  }
  const char *state = n > 10 && n < 100 ? "whole" : "broken";
  snprintf(text, sizeof text, "needed %d libc %d strtab %d %s", needed, libc, strtab, state);
  return text;
}
`;
  const EXPECTED = "needed 1 libc 1 strtab 1 whole";
  for (const [linker, tool] of [
    ["bfd", "ld.bfd"],
    ["gold", "ld.gold"],
    ["lld", "ld.lld"],
    ["mold", "mold"],
  ] as const) {
    for (const pie of ["-pie", "-no-pie"]) {
      itWithTools([...TOOLS, tool], `#6 ${linker} ${pie}: a program`, () => {
        const c = bench.program(`dynamic-${linker}${pie}`, `${EXPECTED}\n`, {
          source: `${READS}\nint main(void) { puts(table()); return 0; }\n`,
          flags: [`-fuse-ld=${linker}`, pie, pie === "-pie" ? "-fPIE" : "-fno-pie"],
        });
        bench.patchelfBreaks(c, ["--set-rpath", LONG], "patched", /SIGSEGV|^0 (?!needed 1 libc 1 strtab 1 whole)/);
        bench.chains(c, programJobs());
      });
    }
    itWithTools([...TOOLS, tool], `#6 ${linker}: a library`, () => {
      const c = bench.library(`dynamic-${linker}.so`, EXPECTED, {
        source: `${READS}\nconst char *say(void) { return table(); }\n`,
        flags: [`-fuse-ld=${linker}`],
      });
      bench.patchelfBreaks(c, ["--set-rpath", LONG], "patched", /SIGSEGV|^0 (?!needed 1 libc 1 strtab 1 whole)/);
      bench.chains(c, libraryJobs());
    });
  }
});

describe("files that relocate themselves", () => {
  itWithTools(TOOLS, "#6 static-pie: refused, patchelf's crashes", () => {
    const c = bench.program("static-pie", "static\n", {
      source: '#include <stdio.h>\nint main(void) { puts("static"); return 0; }\n',
      flags: ["-static-pie"],
    });
    bench.patchelfBreaks(c, ["--set-rpath", LONG], "patched", /SIGSEGV/);
    const before = readFileSync(c.path);
    const copy = Buffer.from(before);

    expect(caught(() => patch(before, [setRunpath(LONG)])).code).toBe("STATIC");
    expect(before.equals(copy)).toBe(true);
  });

  const HELLO = { source: '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' };
  const MUSL = "/lib/ld-musl-x86_64.so.1";
  for (const [loader, cc] of [
    [LOADER, "gcc"],
    [MUSL, "musl-gcc"],
  ] as const) {
    itWithTools([...TOOLS, loader, cc], `#6 ${loader}: refused, patchelf's crashes`, () => {
      const hello = bench.build(`hello-${cc}`, { cc, ...HELLO });
      const c: Case = { path: loader, expected: "hello\n", run: (l) => run(l, [hello]) };
      bench.expectRuns(c, loader, "as it is");
      bench.patchelfBreaks(c, ["--set-soname", LONG.replaceAll("/", "-")], "patched", /SIGSEGV|SIGFPE/);
      const before = readFileSync(loader);

      for (const edit of [setRunpath(LONG), setInterpreter(LONG)]) {
        expect(caught(() => patch(before, [edit])).code).toBe("LOADER");
      }
    });
  }

  const LIBC = "/lib/x86_64-linux-gnu/libc.so.6";
  itWithTools(
    [...TOOLS, LIBC],
    "#6 glibc's libc.so.6, which has a PT_INTERP of its own: patched, and programs run with it",
    () => {
      const hello = bench.build("hello-gcc", HELLO);
      const c: Case = {
        path: LIBC,
        expected: "hello\n",
        run: (lib) => run(LOADER, ["--preload", lib, hello]),
      };
      bench.chains(c, programJobs());
    },
  );
});
