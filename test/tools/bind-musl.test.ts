import { describe, expect } from "vitest";
import { resolveFileLibraries } from "../../src/node/index.js";
import { bindSymbols } from "../../src/resolve/bind/bind.js";
import { scratch } from "../support/fixtures.js";
import { itWithTools, must, run } from "../support/tools.js";

const MUSL = "/lib/ld-musl-x86_64.so.1";
const files = scratch();

const LIBRARY = `
int old_twice(int x) { return x + x; }
int new_twice(int x) { return x * 20; }
int old_gone(void) { return 6; }
__asm__(".symver old_twice,twice@V1");
__asm__(".symver new_twice,twice@@V2");
__asm__(".symver old_gone,gone@V1");
int inner(void) { return 1; }
int outer(void) { return inner(); }
int variable = 4;
__thread int local = 3;
void *malloc(unsigned long n) {
  static char room[1 << 20];
  static unsigned long at;
  char *m = room + at;
  at += (n + 63) / 64 * 64;
  return m;
}
`;
const LIBRARY_MAP = `
V1 { global: twice; gone; inner; outer; variable; local; malloc; };
V2 { global: twice; } V1;
`;
const SECOND = "int inner(void) { return 2; } int late(void) { return 9; } int use(void) { return inner(); }";
const STUB = "int nothere(void) { return 0; } int gone(void) { return 0; }";
const NAMES = ["twice", "inner", "outer", "late", "use", "malloc", "free", "open64", "printf"];
const MAIN = `
#define _GNU_SOURCE
#include <dlfcn.h>
int printf(const char *, ...);
int twice(int), inner(void), outer(void), late(void), use(void);
void *malloc(unsigned long);
void free(void *);
int open64(const char *, int, ...);
extern int variable;
extern __thread int local;
__attribute__((weak)) int nowhere(void);
static void say(const char *name, void *at) { Dl_info i; dladdr(at, &i); printf("%s %s\\n", name, i.dli_fname); }
int main(void) {
${NAMES.map((name) => `  say("${name}", (void *)${name});`).join("\n")}
  say("variable", &variable);
  return nowhere != 0 && variable + local;
}
`;
const LACKING = `
int nothere(void), gone(void), inner(void);
__attribute__((weak)) int nowhere(void);
int main(void) { return nothere() + gone() + inner() + (nowhere != 0); }
`;

/** Builds the libraries and both programs in a folder, and gives its path. */
function build(folder: string, flags: readonly string[] = ["-fPIE", "-pie"]): string {
  must("mkdir", ["-p", files.path(folder)]);
  const at = (name: string) => files.path(`${folder}/${name}`);
  const write = (name: string, text: string) => files.write(`${folder}/${name}`, Buffer.from(text));
  const gcc = (...args: string[]) => must("musl-gcc", ["-w", "-O1", "-fno-builtin", ...args]);
  const shared = (name: string, soname: string, source: string, map?: string) => {
    const script = map === undefined ? [] : [`-Wl,--version-script=${write(`${name}.map`, map)}`];
    gcc("-fPIC", "-shared", `-Wl,-soname,${soname}`, "-o", at(name), write(`${name}.c`, source), ...script);
  };
  const program = (name: string, source: string, ...libraries: string[]) =>
    gcc(...flags, "-o", at(name), write(`${name}.c`, source), ...libraries, "-Wl,-rpath,$ORIGIN");

  shared("libone.so", "libone.so", LIBRARY, LIBRARY_MAP);
  shared("libtwo.so", "libtwo.so", SECOND);
  program("main", MAIN, at("libone.so"), at("libtwo.so"));

  // What the stub has is not in the libtwo.so that the loader finds.
  shared("stub.so", "libtwo.so", STUB + SECOND);
  program("lacking", LACKING, "-Wl,--no-as-needed", at("stub.so"), at("libone.so"));

  return at("");
}

describe("bindSymbols by musl's rules", () => {
  for (const kind of ["PIE", "non-PIE"] as const) {
    itWithTools(["musl-gcc", MUSL], `names the library that each function of a running ${kind} program has`, () => {
      const folder = build(kind, kind === "PIE" ? ["-fPIE", "-pie"] : ["-fno-pie", "-no-pie"]);
      const path = `${folder}main`;
      const lines = must(path, []).trimEnd().split("\n");
      const said = new Map(lines.map((line) => line.split(" ") as [string, string]));

      const tree = resolveFileLibraries(path);
      const { bindings, missing, tolerated, versionErrors, problems } = bindSymbols(tree);
      const isMusl = (object: (typeof bindings)[number]["provider"]) => object === tree.interpreter?.object;

      expect(tree.rules).toBe("musl");
      expect({ missing, versionErrors, problems }).toEqual({ missing: [], versionErrors: [], problems: [] });
      expect(tolerated.map(({ symbol }) => symbol).includes("nowhere")).toBe(kind === "PIE");

      // A copied variable lies in the program; so does a function's address in a program at a fixed address.
      const ofProgram = bindings.filter(({ from, copy }) => from === tree.root && !copy);
      const ours = new Map(ofProgram.map(({ symbol, provider }) => [symbol, isMusl(provider) ? MUSL : provider.path]));
      for (const name of kind === "PIE" ? NAMES : []) {
        expect([name, ours.get(name)]).toEqual([name, said.get(name) === "libc.so" ? MUSL : said.get(name)]);
      }

      const copies = bindings.filter((binding) => binding.copy);
      expect(copies.map(({ symbol, from, provider }) => [symbol, from.path, provider.name])).toEqual([
        ["variable", path, "libone.so"],
      ]);
      expect(said.get("variable")).toBe(path);

      const ofSecond = bindings.filter(({ symbol, from }) => symbol === "inner" && from.name === "libtwo.so");
      expect(ofSecond.filter(({ provider }) => provider.name === "libone.so")).toHaveLength(1);
      expect(bindings.find(({ symbol }) => symbol === "twice")).toMatchObject({
        providerVersion: "V2",
        how: "default",
        version: "V2",
      });

      // musl's own calls go to the library's malloc.
      const mallocOfMusl = bindings.filter(({ symbol, from }) => symbol === "malloc" && isMusl(from));
      expect(mallocOfMusl.map(({ provider }) => provider.name)).toEqual(["libone.so"]);
    });
  }

  itWithTools(
    ["musl-gcc", MUSL],
    "names what the loader does not find, in its words: hidden versions do not count",
    () => {
      const path = `${build("lacking")}lacking`;
      const { stdout, stderr } = run(MUSL, ["--list", path]);
      const errors = `${stdout}${stderr}`.split("\n").filter((line) => line.startsWith("Error relocating"));

      const { missing, tolerated } = bindSymbols(resolveFileLibraries(path));
      const ours = missing.map(({ from, message }) => `Error relocating ${from.path}: ${message}`);

      expect(ours.sort()).toEqual(errors.sort());
      expect(missing.map(({ symbol }) => symbol).sort()).toEqual(["gone", "nothere"]);
      expect(tolerated.map(({ symbol }) => symbol)).toContain("nowhere");
    },
  );
});
