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
int main(void) {
  int n = 0;
  for (int i = 0; i < ${count}; i += ${Math.max(1, count >> 8)}) n += zeros[i] != 0;
  *pointers[zeros[1]] = 1;
  printf("%d dirty\\n", n);
  return 0;
}
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

/**
 * A program built with these flags by each linker, through all chains. `contrast` shows how patchelf's result breaks.
 */
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
        const name = `${title.replaceAll(/\W+/g, "-")}-${linker}${pie[0]}`;
        const source = DIRTY(options.count ?? 300);
        const more = options.more?.(linker, pie[0]) ?? [];
        const build = { source, flags: [`-fuse-ld=${linker}`, ...pie, ...flags, ...more] };
        const c = bench.program(name, "0 dirty\n", build, options.without?.(linker, pie[0]));
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
  cases("#16 p_align of 32 MiB", LINKERS, ["-Wl,-z,max-page-size=33554432"], {
    more: (linker, pie) => {
      // GNU ld pads the file up to each page: with fewer segments it stays below 100 MB.
      if (linker === "bfd") return ["-Wl,-z,noseparate-code"];

      // llvm-strip and mold ask for a base that is a multiple of the page.
      const needsBase = pie === "-no-pie" && (linker === "lld" || linker === "mold");
      return needsBase ? ["-Wl,--image-base=0x4000000"] : [];
    },
    contrast: (c, linker, pie) => {
      if (pie === "-pie") byLlvm(c, linker, pie);
      else if (linker === "bfd") bench.patchelfBreaks(c, ["--set-rpath", LONG], "patched", /SIGSEGV/);
    },
  });
  cases("#2 PT_GNU_STACK asks for 64 GiB", [LINKERS[0]], ["-Wl,-z,stack-size=0x1000000000"], { contrast: byLlvm });
  cases("#35 a .bss of 300 MB", LINKERS, [], {
    count: 75_000_000,
    contrast: (c, linker, pie) => {
      if (linker === "mold" && pie === "-no-pie") bench.patchelfBreaks(c, ["--set-rpath", LONG], "tool", /SIGSEGV/);
      else byLlvm(c, linker, pie);
    },
  });
  cases("#2 DT_RELR", [LINKERS[0]], ["-Wl,-z,pack-relative-relocs"], { contrast: byLlvm });
  cases("#2 BIND_NOW", [LINKERS[0], LINKERS[2]], ["-Wl,-z,now", "-Wl,-z,relro"], { contrast: byLlvm });
  cases("#2 a SysV hash table only", [LINKERS[0], LINKERS[3]], ["-Wl,--hash-style=sysv"], { contrast: byLlvm });
  cases("#2 noseparate-code", [LINKERS[0], LINKERS[2]], ["-Wl,-z,noseparate-code"], { contrast: byLlvm });
});

const DT_ANDROID_RELA = 0x60000011;
const DT_ANDROID_RELASZ = 0x60000012;

/** The tables of DT_ANDROID_RELA and DT_RELR: a line for each, its tags and its bytes. */
function packed(path: string): string {
  const bytes = readFileSync(path);
  const elf = readElf(bytes);
  const lines: string[] = [];

  for (const [table, size] of [
    [DT_ANDROID_RELA, DT_ANDROID_RELASZ],
    [DT.RELR, DT.RELRSZ],
  ] as const) {
    const address = elf.dynamic!.get(table);
    if (address === undefined) continue;

    const start = elf.offsetOf(address)!;
    const end = start + Number(elf.dynamic!.get(size));
    lines.push(`${table.toString(16)} ${size.toString(16)} ${bytes.toString("hex", start, end)}`);
  }

  return lines.join("\n");
}

describe("packed relocations of Android", () => {
  const SOURCE = `
extern int puts(const char *);
static int at[8];
int *const table[] = { at, at + 1, at + 2, at + 3, at + 4, at + 5, at + 6, at + 7 };
int *const *say(void) { puts("x"); return table; }
`;
  const TABLES = [
    ["android", /^60000011 60000012 41505332/],
    ["android+relr", /^60000011 [^]*\n24 /],
    ["relr", /^24 23 [0-9a-f]+$/],
  ] as const;

  // glibc knows neither table, so nothing can run: the test looks at the structure.
  for (const [kind, tables] of TABLES) {
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

      expect(c.expected).toMatch(tables);
      bench.chains(c, libraryJobs());

      // bionic's loader (linker_phdr.cpp) wants a .dynamic where PT_DYNAMIC is, linked to a string table.
      const elf = readElf(patch(readFileSync(path), libraryJobs()[1]!.edits).bytes);
      const dynamic = elf.segments.find((segment) => segment.type === PT.DYNAMIC)!;
      const { offset, size, link } = elf.sections.find((section) => section.name === ".dynamic")!.header;
      expect([offset, size]).toEqual([dynamic.offset, dynamic.filesz]);
      expect(elf.sections[link]!.name).toBe(".dynstr");

      // Its old versions want the program header table in the first page.
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
