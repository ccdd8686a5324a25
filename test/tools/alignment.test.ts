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
int table[3] = { 40, 2, 0 }; static char zeros[70000]; const char *const name = "answer"; __thread int local = 1;
int answer(void) { for (unsigned i = 0; i < sizeof zeros; i++) if (zeros[i]) return -1; memset(zeros, 0, sizeof zeros); table[2] += local; return name[0] == 'a' ? table[0] + table[1] + table[2] : -2; }
`;
const PROGRAM = `
#include <stdio.h>
extern int answer(void); int counter = 7; static char zeros[200000]; const char *const word = "ok";
int main(int argc, char **argv) { for (unsigned i = 0; i < sizeof zeros; i++) if (zeros[i]) return 9; counter += argc; printf("%s answer=%d counter=%d\\n", word, answer(), counter); return 0; }
`;
const EXPECTED = "ok answer=43 counter=8\n";

const ROOT = "/usr/aarch64-linux-gnu";
const LOADER = `${ROOT}/lib/ld-linux-aarch64.so.1`;
const PAGES = [4096, 16384, 65536] as const;
const TOOLS = ["aarch64-linux-gnu-gcc", "aarch64-linux-gnu-strip", "qemu-aarch64", "eu-strip", "eu-elflint", LOADER];
const ld = (page: number, program: string, how: "kernel" | "ld.so") =>
  run("qemu-aarch64", [
    "-p",
    String(page),
    "-L",
    ROOT,
    "-E",
    `LD_LIBRARY_PATH=${files.path(".")}`,
    ...(how === "ld.so" ? [LOADER] : []),
    program,
  ]);

/** Where gcc finds lld as its linker, whatever machine it is for. */
function lldFolder(): string {
  mkdirSync(files.path("bin"), { recursive: true });
  rmSync(files.path("bin/ld"), { force: true });
  symlinkSync(must("which", ["ld.lld"]).trim(), files.path("bin/ld"));
  return files.path("bin");
}

/**
 * Builds the program and its library, both changed by `unfit`, the library under a name that only this program needs.
 */
function built(
  id: string,
  flags: readonly string[],
  unfit: (b: Uint8Array) => Uint8Array,
): { program: string; library: string } {
  const all = [...flags.filter((f) => f !== NO_PIE && f !== LLD), ...(flags.includes(LLD) ? ["-B", lldFolder()] : [])];
  const source = (name: string, text: string) => files.write(`${id}-${name}.c`, Buffer.from(text));
  const library = files.path(`lib${id}.so`);
  const program = files.path(id);
  must("aarch64-linux-gnu-gcc", ["-O1", "-shared", "-fPIC", ...all, "-o", library, source("lib", LIBRARY)]);
  must("aarch64-linux-gnu-gcc", [
    "-O1",
    ...(flags.includes(NO_PIE) ? ["-no-pie"] : []),
    ...all,
    "-o",
    program,
    source("main", PROGRAM),
    "-L",
    files.path("."),
    `-l${id}`,
  ]);

  for (const path of [library, program]) {
    files.write(path.slice(files.path(".").length + 1), unfit(new Uint8Array(readFileSync(path))));
  }

  return { program, library };
}

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
        const moves = !kind.includes("alone");
        const pages = PAGES.filter((p) => p <= size);
        const before = [program, library].map((p) => new Uint8Array(readFileSync(p)));

        expect(ld(4096, program, "kernel").stdout, "before, 4 KiB").toBe(EXPECTED);

        if (moves) {
          for (const page of pages.slice(1)) expect(ld(page, program, "ld.so").status, `before, ${page}`).not.toBe(0);
        }

        for (const [i, path] of [program, library].entries()) {
          expect(pageFitness(readElf(before[i]!), size)).toMatchObject({ fit: false, raisable: true });

          const { bytes } = patch(before[i]!, [raiseAlignment(size)]);
          const name = path.slice(files.path(".").length + 1);
          const old = files.write(`${name}.before`, before[i]!);
          files.write(name, bytes);

          expect(pageFitness(readElf(bytes), size).fit).toBe(true);
          expect(memory(readElf(bytes))).toEqual(memory(readElf(before[i]!)));
          expect(newLines(lint(old), lint(path))).toEqual([]);
        }

        const all = (what: string, path = program) => {
          for (const page of pages) {
            for (const how of ["kernel", "ld.so"] as const) {
              expect([what, page, how, ld(page, path, how).stdout]).toEqual([what, page, how, EXPECTED]);
            }
          }
        };
        all("after");
        const raised = [program, library].map((p) => new Uint8Array(readFileSync(p)));

        for (const [strip, ...args] of [
          ["aarch64-linux-gnu-strip"],
          ["aarch64-linux-gnu-strip", "-g"],
          ["eu-strip"],
        ] as const) {
          for (const [i, path] of [program, library].entries()) {
            files.write("unstripped", raised[i]!);
            must(strip, [...args, "-o", path, files.path("unstripped")]);
          }
          all(`then ${strip} ${args.join(" ")}`);
        }

        for (const [i, path] of [program, library].entries()) {
          const edits = [setRunpath(`/opt/elfwright:${"/a/long/path".repeat(500)}`), stripUnneeded()];
          const name = path.slice(files.path(".").length + 1);
          files.write(name, patch(raised[i]!, edits).bytes);
          expect(Buffer.compare(patch(before[i]!, [...edits, raiseAlignment(size)]).bytes, readFileSync(path))).toBe(0);
          expect(pageFitness(readElf(readFileSync(path)), size).fit).toBe(true);
        }

        all("then a runpath and our strip");
      },
    );
  }
});

describe("what no edit can part", () => {
  itWithTools(["aarch64-linux-gnu-gcc"], "a program for 4 KiB pages: the PT_LOADs that share a page are named", () => {
    const path = files.path("small");
    must("aarch64-linux-gnu-gcc", [
      "-o",
      path,
      "-Wl,-z,max-page-size=4096",
      "-Wl,-z,separate-code",
      files.write("small.c", Buffer.from("int main(void) { return 0; }")),
    ]);
    const bytes = new Uint8Array(readFileSync(path));
    const e = caught(() => patch(bytes, [raiseAlignment(16384)]));

    expect([e.code, pageFitness(readElf(bytes), 16384).raisable]).toEqual(["NO_ROOM", false]);
    expect((e.detail as { tried: string[] }).tried).toContainEqual(
      expect.stringMatching(
        /^PT_LOAD 0x1000: it starts at 0x1000 in the page at 0x0 \(0x4000 bytes\), in which PT_LOAD 0x0 ends at 0x/,
      ),
    );
  });

  itWithTools(["gcc", "ld.lld"], "lld: PT_GNU_RELRO fills a PT_LOAD of its own, wherever it ends", () => {
    const source = files.write(
      "relro.c",
      Buffer.from("int x = 1; int *const p = &x; int answer(void) { return *p + x++; }"),
    );
    const of = (...flags: string[]) => {
      must("gcc", [
        "-shared",
        "-fPIC",
        "-nostdlib",
        "-fuse-ld=lld",
        "-o",
        files.path("relro.so"),
        "-Wl,-z,max-page-size=16384",
        ...flags,
        source,
      ]);
      return pageFitness(readElf(readFileSync(files.path("relro.so"))), 16384).problems;
    };
    expect(of().filter((p) => p.severity === "error")).toEqual([]);
    expect(of("-Wl,-z,norelro")).toEqual([]);
  });
});

itWithTools(["gcc", "strip", "eu-strip", "eu-elflint"], "x86-64 with gaps: raised, stripped, run here", () => {
  const path = files.path("x86");
  must("gcc", [
    "-O1",
    "-o",
    path,
    LARGE,
    files.write(
      "x86.c",
      Buffer.from(PROGRAM.replace("extern int answer(void);", "static int answer(void) { return 43; }")),
    ),
  ]);
  for (const [i, unfit] of [
    lowered(new Uint8Array(readFileSync(path))),
    squeezed(new Uint8Array(readFileSync(path))),
    squeezed(new Uint8Array(readFileSync(path)), 9),
  ].entries()) {
    const before = files.write(`x86-${i}`, unfit);
    const after = files.write(`x86-${i}-raised`, patch(unfit, [raiseAlignment(65536)]).bytes);
    expect([must(before, []), must(after, [])]).toEqual([EXPECTED, EXPECTED]);
    expect(newLines(lint(before), lint(after))).toEqual([]);

    for (const [strip, ...args] of [["strip"], ["strip", "-g"], ["eu-strip"]] as const) {
      must(strip, [...args, "-o", files.path("x86-stripped"), after]);
      expect([strip, must(files.path("x86-stripped"), [])]).toEqual([strip, EXPECTED]);
      expect(pageFitness(readElf(readFileSync(files.path("x86-stripped"))), 65536).fit).toBe(true);
    }
  }
});
