import { crossTool, type Machine } from "./machines.js";
import { must } from "./run.js";

/**
 * A program that relies on what loaders do: constructors, thread-local storage, zeroed .bss, relocated pointers, the
 * program headers as dl_iterate_phdr finds them. It loads argv[1] and calls it, and tells whether argv[2] was loaded
 * before and after.
 */
const PROGRAM = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#ifndef ZEROS
#define ZEROS 5000
#endif
static __thread int local = 7;
static volatile char zeros[ZEROS];
static const char *volatile words[] = {"relative", "relocations", "lead", "here"};
__attribute__((constructor)) static void before(void) { local += 1; }
static int count(struct dl_phdr_info *i, size_t n, void *p) {
  (void)n;
  if (!*(int *)p) *(int *)p = i->dlpi_phnum > 4 && i->dlpi_phdr[0].p_type != 0;
  return 0;
}
static int loaded(const char *name) { return dlopen(name, RTLD_LAZY | RTLD_NOLOAD) != 0; }
int main(int argc, char **argv) {
  for (int i = 0; i < ZEROS; i = i == 100000 && ZEROS > 200000 ? ZEROS - 100000 : i + 1)
    if (zeros[i]) { printf("zeros[%d] is %d\\n", i, zeros[i]); return 1; }
  int ok = 0;
  dl_iterate_phdr(count, &ok);
  char *m = malloc(100000);
  m[99999] = 1;
  printf("headers=%d local=%d %s %s %s %s\\n", ok, local, words[0], words[1], words[2], words[3]);
  if (argc < 3) return 0;
  int first = loaded(argv[2]);
  void *library = dlopen(argv[1], RTLD_NOW);
  if (!library) { puts(dlerror()); return 3; }
  int (*answer)(int) = (int (*)(int))dlsym(library, "answer");
  printf("answer=%d before=%d after=%d\\n", answer(18), first, loaded(argv[2]));
  return 0;
}
`;

const LIBRARY = `
#include <string.h>
static __thread int local = 5;
static volatile char zeros[5000];
static const char *volatile words[] = {"relative", "relocations"};
__attribute__((constructor)) static void before(void) { local += 1; }
int answer(int x) {
  for (unsigned i = 0; i < sizeof zeros; i++) if (zeros[i]) return -1;
  return x * 2 + local + (int)strlen(words[0]) - (int)strlen(words[1]) + 3;
}
`;
const VERSIONS = "ELFWRIGHT_1.0 { global: answer; local: *; };\n";

/** What the programs need of the C library. */
const STUB_SYMBOLS = [
  "__libc_start_main",
  "__cxa_finalize",
  "__tls_get_addr",
  "dl_iterate_phdr",
  "dlerror",
  "dlopen",
  "dlsym",
  "malloc",
  "printf",
  "puts",
  "strlen",
];

export type Kind = "PIE" | "non-PIE" | "library";

interface Files {
  path(name: string): string;
  write(name: string, bytes: Uint8Array): string;
}

const KIND_FLAGS: Readonly<Record<Kind, readonly string[]>> = {
  PIE: ["-fPIE", "-pie"],
  "non-PIE": ["-fno-pie", "-no-pie"],
  library: ["-fPIC", "-shared"],
};

/** Compiles the program, or the library that it loads, for this machine. The path of the result ends in `name`. */
export function compile(
  files: Files,
  machine: Machine,
  kind: Kind,
  name: string,
  flags: readonly string[] = [],
): string {
  const source = files.write(`${name}.c`, Buffer.from(kind === "library" ? LIBRARY : PROGRAM));
  const out = files.path(name);
  const kindFlags = [...KIND_FLAGS[kind]];
  if (kind === "library") {
    const script = files.write(`${name}.map`, Buffer.from(VERSIONS));
    kindFlags.push(`-Wl,-soname,${name}`, `-Wl,--version-script,${script}`);
  }

  must(crossTool(machine, "gcc"), ["-O1", "-fno-builtin", ...kindFlags, "-o", out, source, ...flags]);
  return out;
}

/**
 * Flags with which glibc takes the DT_RELR of lld and mold. Of a file that names versions, glibc asks for one more
 * beside DT_RELR; these two linkers, as Debian 12 has them, do not name it. So the programs are linked against a
 * libc.so.6 without versions.
 */
export function unversionedLibc(files: Files): string[] {
  const source = files.write("libc-stub.c", Buffer.from(STUB_SYMBOLS.map((s) => `void ${s}(void) {}\n`).join("")));
  const out = files.path("libc-stub.so");

  const flags = ["-O1", "-w", "-fno-builtin", "-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libc.so.6"];
  must("gcc", [...flags, "-o", out, source]);
  return ["-nodefaultlibs", out];
}
