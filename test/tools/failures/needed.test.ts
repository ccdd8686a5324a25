import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect } from "vitest";
import {
  addNeeded,
  noDefaultLib,
  patch,
  PT,
  readElf,
  removeNeeded,
  setExecstack,
  setInterpreter,
  setRunpath,
} from "../../../src/index.js";
import { caught } from "../../support/elf.js";
import { itWithTools, must, run } from "../../support/tools.js";
import { type Case, type Job, LOADER, LONG, longer, TOOLS, workbench } from "./case.js";

const bench = workbench();
const LINKERS = [
  ["bfd", "ld.bfd"],
  ["gold", "ld.gold"],
  ["lld", "ld.lld"],
  ["mold", "mold"],
] as const;

describe("a library that is no longer needed", () => {
  const ANSWER = "int answer(void) { return 42; }\n";
  for (const [linker, tool] of LINKERS) {
    itWithTools([...TOOLS, tool], `#10 #11 ${linker}: its version needs go with it, or it stays`, () => {
      const flags = ["-shared", "-fPIC"];
      const versioned = bench.build("libfv.so", {
        source: ANSWER,
        versions: "V1 { global: answer; local: *; };\n",
        flags: [...flags, "-Wl,-soname,libfv.so"],
      });
      bench.build("libalt.so", { source: ANSWER, flags: [...flags, "-Wl,-soname,libalt.so"] });
      const path = bench.build(`uses-${linker}`, {
        source: '#include <stdio.h>\nint answer(void);\nint main(void) { printf("%d\\n", answer()); return 0; }\n',
        flags: [`-fuse-ld=${linker}`, versioned],
      });
      const env = { LD_LIBRARY_PATH: dirname(versioned) };
      const c: Case = {
        path,
        expected: "42\n",
        run: (p) => run(p, [], { env }),
        emulated: (p) => run("qemu-x86_64", ["-E", `LD_LIBRARY_PATH=${env.LD_LIBRARY_PATH}`, p]),
      };
      bench.patchelfBreaks(
        c,
        ["--remove-needed", "libfv.so", "--add-needed", "libalt.so"],
        "patched",
        /_dl_check_map_versions: Assertion `needed != NULL' failed/,
      );

      const before = readFileSync(path);
      const copy = Buffer.from(before);
      expect(caught(() => patch(before, [removeNeeded("libfv.so"), addNeeded("libalt.so")])).code).toBe("STILL_NEEDED");
      expect(before.equals(copy)).toBe(true);

      for (const uses of ["drop", "weaken"] as const) {
        const edits = [removeNeeded("libfv.so", { uses }), addNeeded("libalt.so")];
        bench.chain(c, {
          title: uses,
          edits,
          again: [setRunpath(LONG)],
          values: { needed: ["libc.so.6", "libalt.so"], versionFiles: ["libc.so.6"] },
        });
      }
    });
  }
});

describe("DF_1_NODEFLIB", () => {
  const SOURCE = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';
  const flags1 = (path: string): string[] => {
    const flags = /\(FLAGS_1\)\s+Flags: (.*)/.exec(must("readelf", ["-dW", path]))?.[1];
    return flags === undefined ? [] : flags.trim().split(" ").sort();
  };

  for (const [triple, qemu, loader] of [
    ["s390x-linux-gnu", "qemu-s390x", "/lib/ld64.so.1"],
    ["powerpc-linux-gnu", "qemu-ppc", "/lib/ld.so.1"],
  ] as const) {
    itWithTools(
      [`${triple}-gcc`, qemu, `${triple}-strip`, "eu-strip", "llvm-strip", "readelf", "patchelf"],
      `#9 ${triple}: that bit and no other, in the file's byte order`,
      () => {
        const path = bench.build(`nodeflib-${triple}`, {
          cc: `${triple}-gcc`,
          source: SOURCE,
          flags: ["-no-pie", "-fno-pie"],
        });
        const c: Case = {
          path,
          expected: "hello\n",
          binutils: `${triple}-`,
          run: (p) => run(qemu, ["-L", `/usr/${triple}`, p]),
        };
        const wanted = [...flags1(path), "NODEFLIB"].sort();
        expect(flags1(bench.patchelf(c, ["--no-default-lib"]).path)).not.toEqual(wanted);

        const bytes = bench.chain(c, {
          title: "no default directories",
          edits: [noDefaultLib(), setRunpath("/lib")],
          again: [setRunpath("/lib:/usr/lib"), setInterpreter(longer(loader))],
          values: { runpath: "/lib" },
        });
        expect(flags1(bench.files.write("nodeflib", bytes))).toEqual(wanted);
      },
    );
  }

  const path = (n: number) => `/lib/x86_64-linux-gnu:/${"opt/".repeat(Math.ceil(n / 4)).slice(0, n)}`;
  const job = (n: number): Job => ({
    title: `all three, ${n} bytes`,
    edits: [noDefaultLib(), setInterpreter(longer(LOADER, 5)), setRunpath(path(n))],
    again: [setInterpreter(longer(LOADER, 25)), setRunpath(path(n + 30))],
    values: { interpreter: longer(LOADER, 5), runpath: path(n) },
  });
  for (const [linker, tool] of LINKERS) {
    itWithTools(
      [...TOOLS, tool],
      `#13 #14 ${linker} -no-pie: no default directories, an interpreter and a runpath in one call`,
      () => {
        const c = bench.program(`combo-${linker}`, "hello\n", {
          source: SOURCE,
          flags: [`-fuse-ld=${linker}`, "-no-pie", "-fno-pie"],
        });
        const args = ["--no-default-lib", "--set-interpreter", longer(LOADER, 5), "--set-rpath", path(200)];
        if (linker === "lld") bench.patchelfBreaks(c, args, "tool", /^SIGABRT .*Assertion/);
        bench.chains(c, [20, 200, 400].map(job));
      },
    );
  }
});

describe("an executable stack where there is no PT_GNU_STACK", () => {
  const SOURCE = `
#include <stdio.h>
#include <string.h>
int main(void) {
  char line[400];
  FILE *f = fopen("/proc/self/maps", "r");
  while (f && fgets(line, sizeof line, f)) if (strstr(line, "[stack]")) puts("stack");
  return 0;
}
`;
  const stackFlags = (bytes: Uint8Array) => {
    const stacks = readElf(bytes).segments.filter((segment) => segment.type === PT.GNU_STACK);
    return stacks.map((stack) => stack.flags);
  };

  for (const pie of [
    ["-pie", "-fPIE"],
    ["-no-pie", "-fno-pie"],
  ]) {
    for (const on of [true, false]) {
      itWithTools([...TOOLS, "ld.lld"], `lld -z nognustack ${pie[0]}: setExecstack(${on}) adds one`, () => {
        const c = bench.program(`nognustack${pie[0]}`, "stack\n", {
          source: SOURCE,
          flags: ["-fuse-ld=lld", ...pie, "-Wl,-z,nognustack"],
        });

        expect(stackFlags(readFileSync(c.path))).toEqual([]);

        const bytes = bench.chain(c, {
          title: "execstack",
          edits: [setExecstack(on)],
          again: [setExecstack(on), setRunpath(LONG)],
          values: {},
        });
        expect(stackFlags(bytes)).toEqual([on ? 7 : 6]);
      });
    }
  }
});

describe("a separate debug file", () => {
  itWithTools(["gcc", "objcopy", "patchelf"], "#23 is refused, patchelf's crashes", () => {
    const c = bench.program("with-debug", "", {
      source: "int main(void) { return 0; }\n",
      flags: ["-g", "-no-pie", "-fno-pie"],
    });
    const debug = bench.files.path("with-debug.debug");
    must("objcopy", ["--only-keep-debug", c.path, debug]);
    bench.patchelfBreaks({ ...c, path: debug }, ["--add-needed", "libm.so.6"], "tool", /^SIGABRT .*Assertion/);
    expect(caught(() => patch(readFileSync(debug), [addNeeded("libm.so.6")])).code).toBe("UNSUPPORTED");
  });
});
