import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { addNeeded, patch, setInterpreter, setRunpath } from "../../../src/index.js";
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

  const FIRST_SYMBOL = `
#include <link.h>
#include <stdio.h>
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
static const char *at(unsigned long a) {
  return (const char *)(a < (unsigned long)__ehdr_start ? a + (unsigned long)__ehdr_start : a);
}
int main(void) {
  const char *strings = 0, *symbols = 0;
  for (const ElfW(Dyn) *d = _DYNAMIC; d->d_tag != DT_NULL; d++) {
    if (d->d_tag == DT_STRTAB) strings = at(d->d_un.d_ptr);
    if (d->d_tag == DT_SYMTAB) symbols = at(d->d_un.d_ptr);
  }
  return printf("%s\\n", strings + ((const ElfW(Sym) *)symbols)[1].st_name) < 0;
}
`;

  itWithTools(
    [...TOOLS, "ld.gold"],
    "#6 gold: the tables stay to which a _DYNAMIC leads that an earlier patch left",
    () => {
      const file = bench.program("dynamic-steps", "", {
        source: FIRST_SYMBOL,
        flags: ["-fuse-ld=gold", "-pie", "-fPIE", "-Wl,--hash-style=sysv", "-Wl,--build-id=none"],
      }).path;
      const { stdout: right } = run(file, []);
      expect(right).toMatch(/^[_a-z]+\n$/);

      const needed = ["m.so.6", "dl.so.2", "pthread.so.0", "rt.so.1", "util.so.1", "resolv.so.2", "anl.so.1"];
      const edits = [[addNeeded(needed.map((name) => `lib${name}`))], [setRunpath("/nonexistent/x:".repeat(340))]];
      let bytes: Uint8Array = readFileSync(file);
      for (const [step, edit] of edits.entries()) {
        bytes = patch(bytes, edit).bytes;
        const path = `${file}-${step}`;
        writeFileSync(path, bytes, { mode: 0o755 });
        expect(run(path, []), String(step)).toMatchObject({ status: 0, stdout: right });
      }
    },
  );
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
