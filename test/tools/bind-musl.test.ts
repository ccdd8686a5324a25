import { describe, expect } from "vitest";
import { resolveFileLibraries } from "../../src/node/index.js";
import { bindSymbols } from "../../src/resolve/bind/bind.js";
import { scratch } from "../support/fixtures.js";
import { itWithTools, must, run } from "../support/tools.js";

const MUSL = "/lib/ld-musl-x86_64.so.1";
const files = scratch();

const LIBRARY = `
int old_twice(int x) { return x + x; } int new_twice(int x) { return x * 20; } int old_gone(void) { return 6; }
__asm__(".symver old_twice,twice@V1"); __asm__(".symver new_twice,twice@@V2"); __asm__(".symver old_gone,gone@V1");
int inner(void) { return 1; } int outer(void) { return inner(); } int variable = 4; __thread int local = 3; void *malloc(unsigned long n) { static char room[1 << 20]; static unsigned long at; char *m = room + at; at += (n + 63) / 64 * 64; return m; }
`;
const SECOND = "int inner(void) { return 2; } int late(void) { return 9; } int use(void) { return inner(); }";
const STUB = "int nothere(void) { return 0; } int gone(void) { return 0; }";
const NAMES = ["twice", "inner", "outer", "late", "use", "malloc", "free", "open64", "printf"];
const MAIN = `
#define _GNU_SOURCE
#include <dlfcn.h>
int printf(const char *, ...); int twice(int), inner(void), outer(void), late(void), use(void); void *malloc(unsigned long); void free(void *); int open64(const char *, int, ...);
extern int variable; extern __thread int local; __attribute__((weak)) int nowhere(void);
static void say(const char *name, void *at) { Dl_info i; dladdr(at, &i); printf("%s %s\\n", name, i.dli_fname); }
int main(void) { ${NAMES.map((n) => `say("${n}", (void *)${n});`).join(" ")} say("variable", &variable); return nowhere != 0 && variable + local; }
`;

function build(folder: string, flags: readonly string[] = ["-fPIE", "-pie"]): string {
  must("mkdir", ["-p", files.path(folder)]);
  const at = (n: string) => files.path(`${folder}/${n}`);
  const write = (n: string, text: string) => files.write(`${folder}/${n}`, Buffer.from(text));
  const gcc = (args: string[]) => must("musl-gcc", ["-w", "-O1", "-fno-builtin", ...args]);
  const shared = (name: string, soname: string, source: string, map?: string) =>
    gcc([
      "-fPIC",
      "-shared",
      `-Wl,-soname,${soname}`,
      "-o",
      at(name),
      write(`${name}.c`, source),
      ...(map === undefined ? [] : [`-Wl,--version-script=${write(`${name}.map`, map)}`]),
    ]);
  shared(
    "libone.so",
    "libone.so",
    LIBRARY,
    "V1 { global: twice; gone; inner; outer; variable; local; malloc; };\nV2 { global: twice; } V1;\n",
  );
  shared("libtwo.so", "libtwo.so", SECOND);
  gcc([...flags, "-o", at("main"), write("main.c", MAIN), at("libone.so"), at("libtwo.so"), "-Wl,-rpath,$ORIGIN"]);
  shared("stub.so", "libtwo.so", STUB + SECOND);
  gcc([
    ...flags,
    "-o",
    at("lacking"),
    write(
      "lacking.c",
      "int nothere(void), gone(void), inner(void); __attribute__((weak)) int nowhere(void); int main(void) { return nothere() + gone() + inner() + (nowhere != 0); }",
    ),
    "-Wl,--no-as-needed",
    at("stub.so"),
    at("libone.so"),
    "-Wl,-rpath,$ORIGIN",
  ]);

  return at("");
}

describe("bindSymbols by musl's rules", () => {
  for (const kind of ["PIE", "non-PIE"] as const) {
    itWithTools(["musl-gcc", MUSL], `names the library that each function of a running ${kind} program has`, () => {
      const folder = build(kind, kind === "PIE" ? ["-fPIE", "-pie"] : ["-fno-pie", "-no-pie"]);
      const path = `${folder}main`;
      const said = new Map(
        must(path, [])
          .trimEnd()
          .split("\n")
          .map((l) => l.split(" ") as [string, string]),
      );
      const tree = resolveFileLibraries(path);
      const { bindings, missing, tolerated, versionErrors, problems } = bindSymbols(tree);

      expect({ rules: tree.rules, missing, versionErrors, problems }).toEqual({
        rules: "musl",
        missing: [],
        versionErrors: [],
        problems: [],
      });
      expect(tolerated.map((t) => t.symbol).includes("nowhere")).toBe(kind === "PIE");

      const ours = new Map(
        bindings
          .filter((b) => b.from === tree.root && !b.copy)
          .map((b) => [b.symbol, b.provider === tree.interpreter?.object ? MUSL : b.provider.path]),
      );
      // A copied variable has its place in the program, as has the address of a function in a program at a fixed
      // address.
      for (const name of kind === "PIE" ? NAMES : []) {
        expect([name, ours.get(name)]).toEqual([name, said.get(name) === "libc.so" ? MUSL : said.get(name)]);
      }

      expect(bindings.filter((b) => b.copy).map((b) => [b.symbol, b.from.path, b.provider.name])).toEqual([
        ["variable", path, "libone.so"],
      ]);
      expect(said.get("variable")).toBe(path);
      expect(
        bindings.filter((b) => b.symbol === "inner" && b.from.name === "libtwo.so" && b.provider.name === "libone.so"),
      ).toHaveLength(1);
      expect(bindings.find((b) => b.symbol === "twice")).toMatchObject({
        providerVersion: "V2",
        how: "default",
        version: "V2",
      });
      // Its own library takes the program's malloc.
      expect(
        bindings
          .filter((b) => b.from === tree.interpreter?.object && b.symbol === "malloc")
          .map((b) => b.provider.name),
      ).toEqual(["libone.so"]);
    });
  }

  itWithTools(
    ["musl-gcc", MUSL],
    "names what the loader does not find, in its words: hidden versions count for nothing",
    () => {
      const path = `${build("lacking")}lacking`;
      const tree = resolveFileLibraries(path);
      const { missing, tolerated } = bindSymbols(tree);
      const said = run(MUSL, ["--list", path]);
      const lines = `${said.stdout}${said.stderr}`.split("\n").filter((l) => l.startsWith("Error relocating"));
      expect(missing.map((m) => `Error relocating ${m.from.path}: ${m.message}`).sort()).toEqual(lines.sort());
      expect(missing.map((m) => m.symbol).sort()).toEqual(["gone", "nothere"]);
      expect(tolerated.map((t) => t.symbol)).toContain("nowhere");
    },
  );
});
