import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { describe, expect } from "vitest";
import { pageFitness } from "../../src/check/pages.js";
import { type RaisedPageSize, raiseAlignment } from "../../src/edit/alignment.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { stripUnneeded } from "../../src/strip/strip.js";
import { caught } from "../support/elf.js";
import { scratch } from "../support/fixtures.js";
import { lint, newLines } from "../support/oracles.js";
import { lowered, memory, squeezed } from "../support/realign.js";
import { itWithTools, must, run } from "../support/tools.js";

const files = scratch();
const LIBRARY = `
#include <string.h>
int table[3] = { 40, 2, 0 };
static char zeros[70000];
const char *const name = "answer";
__thread int local = 1;
int answer(void) {
  for (unsigned i = 0; i < sizeof zeros; i++) if (zeros[i]) return -1;
  memset(zeros, 0, sizeof zeros);
  table[2] += local;
  return name[0] == 'a' ? table[0] + table[1] + table[2] : -2;
}
`;
const PROGRAM = `
#include <stdio.h>
extern int answer(void);
int counter = 7;
static char zeros[200000];
const char *const word = "ok";
int main(int argc, char **argv) {
  for (unsigned i = 0; i < sizeof zeros; i++) if (zeros[i]) return 9;
  counter += argc;
  printf("%s answer=%d counter=%d\\n", word, answer(), counter);
  return 0;
}
`;
const EXPECTED = "ok answer=43 counter=8\n";

const ROOT = "/usr/aarch64-linux-gnu";
const LOADER = `${ROOT}/lib/ld-linux-aarch64.so.1`;
const PAGES = [4096, 16384, 65536] as const;
const TOOLS = ["aarch64-linux-gnu-gcc", "aarch64-linux-gnu-strip", "qemu-aarch64", "eu-strip", "eu-elflint", LOADER];

/** Runs a program on pages of a size, loaded by the kernel or by ld.so as its command. */
function load(page: number, program: string, how: "kernel" | "ld.so") {
  const emulator = ["-p", String(page), "-L", ROOT, "-E", `LD_LIBRARY_PATH=${files.path(".")}`];
  return run("qemu-aarch64", [...emulator, ...(how === "ld.so" ? [LOADER] : []), program]);
}

/** Where gcc finds lld as its linker, whatever machine it is for. */
function lldFolder(): string {
  mkdirSync(files.path("bin"), { recursive: true });
  rmSync(files.path("bin/ld"), { force: true });
  symlinkSync(must("which", ["ld.lld"]).trim(), files.path("bin/ld"));
  return files.path("bin");
}

/** Builds the program and its library, both changed by `unfit`. Only this program needs the library's name. */
function built(
  id: string,
  flags: readonly string[],
  unfit: (bytes: Uint8Array) => Uint8Array,
): { program: string; library: string } {
  const source = (name: string, text: string) => files.write(`${id}-${name}.c`, Buffer.from(text));
  const linker = flags.includes(LLD) ? ["-B", lldFolder()] : [];
  const common = ["-O1", ...flags.filter((flag) => flag !== NO_PIE && flag !== LLD), ...linker];
  const noPie = flags.includes(NO_PIE) ? ["-no-pie"] : [];
  const library = files.path(`lib${id}.so`);
  const program = files.path(id);

  must("aarch64-linux-gnu-gcc", ["-shared", "-fPIC", ...common, "-o", library, source("lib", LIBRARY)]);
  const libraries = ["-L", files.path("."), `-l${id}`];
  must("aarch64-linux-gnu-gcc", [...noPie, ...common, "-o", program, source("main", PROGRAM), ...libraries]);

  for (const path of [library, program]) files.write(nameOf(path), unfit(bytesOf(path)));
  return { program, library };
}

const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

/** A path's name in the scratch folder. */
const nameOf = (path: string): string => path.slice(files.path(".").length + 1);

const NO_PIE = "-no-pie";
const LLD = "-fuse-ld=lld";
const LARGE = "-Wl,-z,max-page-size=65536";
const kinds: readonly (readonly [string, string, readonly string[], (b: Uint8Array) => Uint8Array])[] = [
  ["bfd, offsets for 4 KiB pages", "ld.bfd", [LARGE], (b) => squeezed(b)],
  ["bfd with separate code, offsets for 4 KiB pages", "ld.bfd", [LARGE, "-Wl,-z,separate-code"], (b) => squeezed(b)],
  [
    "bfd with separate code, offsets 5 pages on",
    "ld.bfd",
    [LARGE, "-Wl,-z,separate-code", "-Wl,-z,now"],
    (b) => squeezed(b, 5),
  ],
  ["bfd without PIE, offsets for 4 KiB pages", "ld.bfd", [NO_PIE, LARGE], (b) => squeezed(b)],
  ["lld, offsets 3 pages on", "ld.lld", [LLD, LARGE], (b) => squeezed(b, 3)],
  ["bfd, p_align alone", "ld.bfd", [LARGE], (b) => lowered(b)],
];

describe.each(kinds)("aarch64, %s", (kind, linker, flags, unfit) => {
  for (const size of [16384, 65536] satisfies RaisedPageSize[]) {
    itWithTools(
      [...TOOLS, ...(linker === "ld.lld" ? [linker, "which"] : [])],
      `raised to ${size}: runs with pages up to that, stripped and patched again, too`,
      () => {
        const id = `a${kinds.findIndex((k) => k[0] === kind)}x${size}`;
        const { program, library } = built(id, flags, unfit);
        const paths = [program, library];
        const before = paths.map(bytesOf);
        const pages = PAGES.filter((page) => page <= size);
        const hasOtherOffsets = !kind.includes("alone");

        expect(load(4096, program, "kernel").stdout, "before, 4 KiB").toBe(EXPECTED);
        for (const page of hasOtherOffsets ? pages.slice(1) : []) {
          expect(load(page, program, "ld.so").status, `before, ${page}`).not.toBe(0);
        }

        for (const [i, path] of paths.entries()) {
          expect(pageFitness(readElf(before[i]!), size)).toMatchObject({ fit: false, raisable: true });

          const { bytes } = patch(before[i]!, [raiseAlignment(size)]);
          const old = files.write(`${nameOf(path)}.before`, before[i]!);
          files.write(nameOf(path), bytes);
          expect(pageFitness(readElf(bytes), size).fit).toBe(true);
          expect(memory(readElf(bytes))).toEqual(memory(readElf(before[i]!)));
          expect(newLines(lint(old), lint(path))).toEqual([]);
        }

        const expectRuns = (what: string) => {
          for (const page of pages) {
            for (const how of ["kernel", "ld.so"] as const) {
              expect([what, page, how, load(page, program, how).stdout]).toEqual([what, page, how, EXPECTED]);
            }
          }
        };
        expectRuns("after");

        const raised = paths.map(bytesOf);
        for (const [strip, ...args] of [
          ["aarch64-linux-gnu-strip"],
          ["aarch64-linux-gnu-strip", "-g"],
          ["eu-strip"],
        ] as const) {
          for (const [i, path] of paths.entries()) {
            files.write("unstripped", raised[i]!);
            must(strip, [...args, "-o", path, files.path("unstripped")]);
          }
          expectRuns(`then ${strip} ${args.join(" ")}`);
        }

        const edits = [setRunpath(`/opt/elfwright:${"/a/long/path".repeat(500)}`), stripUnneeded()];
        for (const [i, path] of paths.entries()) {
          const { bytes } = patch(raised[i]!, edits);
          files.write(nameOf(path), bytes);
          expect(Buffer.compare(patch(before[i]!, [...edits, raiseAlignment(size)]).bytes, bytes)).toBe(0);
          expect(pageFitness(readElf(bytes), size).fit).toBe(true);
        }
        expectRuns("then a runpath and our strip");
      },
    );
  }
});

describe("what no edit can separate", () => {
  itWithTools(["aarch64-linux-gnu-gcc"], "a program for 4 KiB pages: the PT_LOADs that share a page are named", () => {
    const path = files.path("small");
    const source = files.write("small.c", Buffer.from("int main(void) { return 0; }"));
    must("aarch64-linux-gnu-gcc", ["-o", path, "-Wl,-z,max-page-size=4096", "-Wl,-z,separate-code", source]);

    const bytes = bytesOf(path);
    const error = caught(() => patch(bytes, [raiseAlignment(16384)]));

    expect(error.code).toBe("NO_ROOM");
    expect(pageFitness(readElf(bytes), 16384).raisable).toBe(false);
    expect((error.detail as { tried: string[] }).tried).toContainEqual(
      expect.stringMatching(
        /^PT_LOAD 0x1000: it starts at 0x1000 in the page at 0x0 \(0x4000 bytes\), in which PT_LOAD 0x0 ends at 0x/,
      ),
    );
  });

  itWithTools(["gcc", "ld.lld"], "lld: PT_GNU_RELRO fills a PT_LOAD of its own, wherever it ends", () => {
    const text = "int x = 1; int *const p = &x; int answer(void) { return *p + x++; }";
    const source = files.write("relro.c", Buffer.from(text));
    const path = files.path("relro.so");
    const problems = (...flags: string[]) => {
      const lld = ["-fuse-ld=lld", "-Wl,-z,max-page-size=16384", ...flags];
      must("gcc", ["-shared", "-fPIC", "-nostdlib", ...lld, "-o", path, source]);
      return pageFitness(readElf(readFileSync(path)), 16384).problems;
    };

    expect(problems().filter((problem) => problem.severity === "error")).toEqual([]);
    expect(problems("-Wl,-z,norelro")).toEqual([]);
  });
});

itWithTools(["gcc", "strip", "eu-strip", "eu-elflint"], "x86-64 with gaps: raised, stripped, run here", () => {
  const path = files.path("x86");
  const stripped = files.path("x86-stripped");
  const text = PROGRAM.replace("extern int answer(void);", "static int answer(void) { return 43; }");
  must("gcc", ["-O1", "-o", path, LARGE, files.write("x86.c", Buffer.from(text))]);

  const unfits = [lowered(bytesOf(path)), squeezed(bytesOf(path)), squeezed(bytesOf(path), 9)];
  for (const [i, unfit] of unfits.entries()) {
    const before = files.write(`x86-${i}`, unfit);
    const after = files.write(`x86-${i}-raised`, patch(unfit, [raiseAlignment(65536)]).bytes);
    expect([must(before, []), must(after, [])]).toEqual([EXPECTED, EXPECTED]);
    expect(newLines(lint(before), lint(after))).toEqual([]);

    for (const [strip, ...args] of [["strip"], ["strip", "-g"], ["eu-strip"]] as const) {
      must(strip, [...args, "-o", stripped, after]);
      expect([strip, must(stripped, [])]).toEqual([strip, EXPECTED]);
      expect(pageFitness(readElf(readFileSync(stripped)), 65536).fit).toBe(true);
    }
  }
});
