import { crossTool, type Machine } from "./machines.js";
import { must } from "./tools.js";

/** How many functions the library defines beside the two versions of `twice`. */
const COUNT = 40;

const LIBRARY = `
${Array.from({ length: COUNT }, (_, i) => `int fun_${i}(void) { return ${i}; }`).join("\n")}
int counter = 5, *pointer = &counter;
int (*table[])(void) = {fun_7, fun_31, fun_2};
int through(void) { return table[0]() + table[1]() + *pointer; }
int inner(void) { return 100; }
int outer(void) { return inner() + 1; }
int old_twice(int x) { return x + x; }
int new_twice(int x) { return x * 20; }
__asm__(".symver old_twice,twice@V1");
__asm__(".symver new_twice,twice@@V2");
`;
const SCRIPT = `V1 { global: fun_*; counter; through; inner; outer; twice; local: *; };\nV2 { global: twice; } V1;\n`;

/**
 * Counts which of the library's functions dlsym and dlvsym find, and calls some. argv holds the names that `fun_13` and
 * `inner` have in the library.
 */
const PROGRAM = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
int fun_1(void); int fun_13(void); int through(void); int outer(void); int twice(int); extern int counter;
static int call(void *f) { return f ? ((int (*)(void))f)() : -1; }
static int call1(void *f) { return f ? ((int (*)(int))f)(3) : -1; }
int main(int argc, char **argv) {
  int plain = 0, versioned = 0;
  char name[32];
  for (int i = 0; i < ${COUNT}; i++) {
    snprintf(name, sizeof name, "fun_%d", i);
    plain += call(dlsym(RTLD_DEFAULT, name)) == i;
    versioned += call(dlvsym(RTLD_DEFAULT, name, "V1")) == i;
  }
  printf("%d %d through=%d outer=%d twice=%d counter=%d found=%d/%d old=%d new=%d",
    fun_1(), fun_13(), through(), outer(), twice(3), counter, plain, versioned,
    call1(dlvsym(RTLD_DEFAULT, "twice", "V1")), call1(dlvsym(RTLD_DEFAULT, "twice", "V2")));
  for (int i = 1; i < argc; i++) printf(" %s=%d", argv[i], call(dlsym(RTLD_DEFAULT, argv[i])));
  puts("");
  return 0;
}
`;

/** What the program prints; the defaults are of an unedited library. `found` counts what dlsym and dlvsym find. */
export const says = (found = `${COUNT}/${COUNT}`, twice = 60, more = ""): string =>
  `1 13 through=43 outer=101 twice=${twice} counter=5 found=${found} old=6 new=60${more}\n`;

interface Files {
  path(name: string): string;
  write(name: string, bytes: Uint8Array): string;
}

/** Builds the library and a program that uses it. The program finds the library as `libsym.so` beside itself. */
export function buildPair(
  m: Machine,
  files: Files,
  name: string,
  flags: readonly string[],
): { library: string; program: string } {
  const gcc = crossTool(m, "gcc");
  const library = files.path(`${name}.so`);
  const program = files.path(`${name}.bin`);
  const script = files.write(`${name}.map`, Buffer.from(SCRIPT));
  const librarySource = files.write(`${name}.lib.c`, Buffer.from(LIBRARY));
  const programSource = files.write(`${name}.c`, Buffer.from(PROGRAM));

  const shared = ["-O1", "-fPIC", "-shared", "-Wl,-soname,libsym.so", `-Wl,--version-script=${script}`];
  must(gcc, [...shared, ...flags, "-o", library, librarySource]);
  must(gcc, ["-O1", "-Wl,-rpath,$ORIGIN", ...flags, "-o", program, programSource, library, "-ldl"]);

  return { library, program };
}
