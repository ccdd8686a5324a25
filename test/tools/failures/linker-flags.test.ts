import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { DT, patch, PT, readElf } from "../../../src/index.js";
import { itWithTools } from "../../support/tools.js";
import { type Case, libraryJobs, LONG, programJobs, TOOLS, workbench } from "./case.js";

const bench = workbench();
const DIRTY = (count: number) => `
#include <stdio.h>
static int zeros[${count}];
static int *pointers[] = { zeros, zeros + 1, zeros + 2, zeros + 3 };
int main(void) { int n = 0; for (int i = 0; i < ${count}; i += ${Math.max(1, count >> 8)}) n += zeros[i] != 0; *pointers[zeros[1]] = 1; printf("%d dirty\\n", n); return 0; }
`;
const LINKERS = [
  ["bfd", "ld.bfd"],
  ["gold", "ld.gold"],
  ["lld", "ld.lld"],
  ["mold", "mold"],
] as const;
const PIES = [
  ["-pie", "-fPIE"],
  ["-no-pie", "-fno-pie"],
] as const;

/** A program built with these flags by this linker, all chains. `contrast` is how patchelf's result breaks. */
function cases(
  title: string,
  linkers: readonly (readonly [string, string])[],
  flags: readonly string[],
  options: {
    count?: number;
    pies?: (typeof PIES)[number][];
    contrast?: (c: Case, linker: string, pie: string) => void;
    more?: (linker: string, pie: string) => string[];
    without?: (linker: string, pie: string) => Case["without"];
  } = {},
): void {
  for (const [linker, tool] of linkers) {
    for (const pie of options.pies ?? PIES) {
      itWithTools([...TOOLS, tool], `${title}: ${linker} ${pie[0]}`, () => {
        const c = bench.program(
          `${title.replaceAll(/\W+/g, "-")}-${linker}${pie[0]}`,
          "0 dirty\n",
          {
            source: DIRTY(options.count ?? 300),
            flags: [`-fuse-ld=${linker}`, ...pie, ...flags, ...(options.more?.(linker, pie[0]) ?? [])],
          },
          options.without?.(linker, pie[0]),
        );
        options.contrast?.(c, linker, pie[0]);
        bench.chains(c, programJobs());
      });
    }
  }
}

const byLlvm = (c: Case, _: string, pie: string): void => {
  if (pie === "-pie") bench.patchelfBreaks(c, ["--set-rpath", LONG], "llvm-strip", /SIGSEGV/);
};

describe("what linkers may be told", () => {
  cases("#16 pages of 64 KiB", LINKERS, ["-Wl,-z,max-page-size=65536"], { contrast: byLlvm });
  // GNU ld pads the file up to each page: with fewer segments it stays below 100 MB. A base of a multiple is what lld's
  // strip and mold ask for.
  cases("#16 p_align of 32 MiB", LINKERS, ["-Wl,-z,max-page-size=33554432"], {
    more: (linker, pie) =>
      linker === "bfd"
        ? ["-Wl,-z,noseparate-code"]
        : pie === "-no-pie" && (linker === "lld" || linker === "mold")
          ? ["-Wl,--image-base=0x4000000"]
          : [],
    contrast: (c, linker, pie) => {
      if (pie === "-pie") byLlvm(c, linker, pie);
      else if (linker === "bfd") bench.patchelfBreaks(c, ["--set-rpath", LONG], "patched", /SIGSEGV/);
    },
  });
  cases("#2 PT_GNU_STACK asks for 64 GiB", [LINKERS[0]], ["-Wl,-z,stack-size=0x1000000000"], { contrast: byLlvm });
  cases("#35 a .bss of 300 MB", LINKERS, [], {
    count: 75_000_000,
    contrast: (c, linker, pie) =>
      linker === "mold" && pie === "-no-pie"
        ? bench.patchelfBreaks(c, ["--set-rpath", LONG], "tool", /SIGSEGV/)
        : byLlvm(c, linker, pie),
  });
  cases("#2 DT_RELR", [LINKERS[0]], ["-Wl,-z,pack-relative-relocs"], { contrast: byLlvm });
  cases("#2 BIND_NOW", [LINKERS[0], LINKERS[2]], ["-Wl,-z,now", "-Wl,-z,relro"], { contrast: byLlvm });
  cases("#2 a SysV hash table only", [LINKERS[0], LINKERS[3]], ["-Wl,--hash-style=sysv"], { contrast: byLlvm });
  cases("#2 noseparate-code", [LINKERS[0], LINKERS[2]], ["-Wl,-z,noseparate-code"], { contrast: byLlvm });
});

/** What DT_ANDROID_RELA and DT_RELR lead to: one line for each, its tags and its bytes. */
function packed(path: string): string {
  const bytes = readFileSync(path);
  const elf = readElf(bytes);
  return [
    [0x60000011, 0x60000012],
    [DT.RELR, DT.RELRSZ],
  ]
    .flatMap(([table, size]) => {
      const address = elf.dynamic!.get(table!);
      return address === undefined
        ? []
        : [
            `${table!.toString(16)} ${size!.toString(16)} ` +
              `${bytes.toString("hex", elf.offsetOf(address), elf.offsetOf(address)! + Number(elf.dynamic!.get(size!)))}`,
          ];
    })
    .join("\n");
}

describe("packed relocations of Android", () => {
  const SOURCE =
    "extern int puts(const char *);\n" +
    "static int at[8];\n" +
    "int *const table[] = { at, at + 1, at + 2, at + 3, at + 4, at + 5, at + 6, at + 7 };\n" +
    'int *const *say(void) { puts("x"); return table; }\n';
  // glibc knows neither: the structure is what can be tested here.
  for (const kind of ["android", "android+relr", "relr"]) {
    itWithTools([...TOOLS, "ld.lld"], `#34 lld --pack-dyn-relocs=${kind}: every tag and table stays`, () => {
      const path = bench.build(`packed-${kind}`, {
        source: SOURCE,
        flags: ["-shared", "-fPIC", "-fuse-ld=lld", `-Wl,--pack-dyn-relocs=${kind}`],
      });
      const c: Case = {
        path,
        expected: packed(path),
        run: (p) => ({ status: 0, signal: null, stdout: packed(p), stderr: "" }),
      };

      expect(c.expected).toMatch(
        kind === "relr"
          ? /^24 23 [0-9a-f]+$/
          : kind === "android"
            ? /^60000011 60000012 41505332/
            : /^60000011 [^]*\n24 /,
      );

      bench.chains(c, libraryJobs());
      const elf = readElf(patch(readFileSync(path), libraryJobs()[1]!.edits).bytes);
      const dynamic = elf.segments.find((s) => s.type === PT.DYNAMIC)!;
      const section = elf.sections.find((s) => s.name === ".dynamic")!.header;

      // What bionic's linker asks of section headers: .dynamic as PT_DYNAMIC says, linked to a string table (its
      // linker_phdr.cpp).
      expect({ offset: section.offset, size: section.size, strings: elf.sections[section.link]!.name }).toEqual({
        offset: dynamic.offset,
        size: dynamic.filesz,
        strings: ".dynstr",
      });
      // Old linkers want the program header table in the first page.
      expect(elf.header.phoff + elf.header.phnum * elf.header.phentsize).toBeLessThan(4096);
    });
  }
});

describe("no PT_GNU_STACK", () => {
  for (const pie of PIES) {
    itWithTools([...TOOLS, "ld.lld"], `lld -z nognustack ${pie[0]}: none is added unasked`, () => {
      const c = bench.program(`nognustack${pie[0]}`, "0 dirty\n", {
        source: DIRTY(300),
        flags: ["-fuse-ld=lld", ...pie, "-Wl,-z,nognustack"],
      });
      for (const job of programJobs()) {
        expect(readElf(bench.chain(c, job)).segments.some((s) => s.type === PT.GNU_STACK)).toBe(false);
      }
    });
  }
});
