// Programs that check themselves: whatever a tool may break of a file, some run of one of them shows. They print no
// addresses, since these differ from run to run.

/** `{ 3, 10, 17, … }`: bytes of which a program knows the sum. */
const bytes = (count: number, step: number): string =>
  `{ ${Array.from({ length: count }, (_, i) => (i * step + 3) % 251).join(", ")} }`;

/** What programs and libraries check alike: .rodata, .data, .bss, relocated pointers, thread-local storage. */
const CHECKED = `
#include <stdio.h>
#include <string.h>
#ifndef ZEROS
#define ZEROS 5000
#endif
static const volatile unsigned char constants[700] = ${bytes(700, 7)};
static volatile unsigned char data[900] = ${bytes(900, 11)};
static volatile unsigned char zeros[ZEROS];
static __thread volatile int local = 7;
static __thread volatile char local_zeros[200];
static __thread volatile long long local_aligned __attribute__((aligned(64))) = 9;
static const char *volatile words[] = { "relative", "relocations", "lead", "here" };
static int twice(int x) { return 2 * x; }
static int thrice(int x) { return 3 * x; }
static int (*volatile functions[])(int) = { twice, thrice };
__attribute__((noinline, used)) int unreached(int x) { return functions[x & 1](x + 12345) ^ 0x5a5a5a5a; }
static int order;
__attribute__((constructor(101))) static void first(void) { order = order * 10 + 1; }
__attribute__((constructor(102))) static void second(void) { order = order * 10 + 2; }
__attribute__((constructor)) static void last(void) { order = order * 10 + 3; }
__attribute__((destructor)) static void at_end(void) { puts("at the end"); fflush(stdout); }
#ifdef IFUNC
static int picked(void) { return 11; }
static int (*pick(void))(void) { return picked; }
__attribute__((visibility("hidden"))) int chosen(void) __attribute__((ifunc("pick")));
#else
static int chosen(void) { return 11; }
#endif
static const char *checked(void) {
  static char text[300];
  unsigned sum = 0, dirty = 0;
  for (unsigned i = 0; i < sizeof constants; i++) sum = sum * 31 + constants[i];
  for (unsigned i = 0; i < sizeof data; i++) sum = sum * 31 + data[i];
  for (unsigned i = 0; i < ZEROS; i = i == 100000 && ZEROS > 200000 ? ZEROS - 100000 : i + 1) dirty += zeros[i] != 0;
  for (unsigned i = 0; i < sizeof local_zeros; i++) dirty += local_zeros[i] != 0;
  zeros[7] = data[3] = 1;
  local_zeros[5] = 1;
  snprintf(text, sizeof text, "sum %08x, %u dirty, local %d %lld %s, %s %s %s %s, %d %d %d, order %d", sum, dirty,
    local, local_aligned, (unsigned long)&local_aligned % 64 ? "not aligned" : "aligned", words[0], words[1], words[2],
    words[3], functions[0](21), functions[1](33), chosen(), order);
  return text;
}
`;

/** A program: checks itself, its program headers as the loader gives them, calls by PLT and a copied object. */
export const PROGRAM_C = `
#define _GNU_SOURCE
#include <stdlib.h>
#ifndef STATIC
#include <link.h>
#endif
${CHECKED}
extern char **environ;
extern void absent(void) __attribute__((weak));
static int ascending(const void *a, const void *b) { return *(const char *)a - *(const char *)b; }
#ifndef STATIC
static int count(struct dl_phdr_info *info, size_t n, void *seen) {
  (void)n;
  if (*(int *)seen) return 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    unsigned type = info->dlpi_phdr[i].p_type;
    *(int *)seen |= type == PT_LOAD ? 1 : type == PT_DYNAMIC ? 2 : type == PT_TLS ? 4 : 0;
  }
  return 0;
}
#endif
int main(int argc, char **argv) {
  char letters[] = "elfwright";
  int seen = 0;
  (void)argc; (void)argv;
  qsort(letters, 9, 1, ascending);
#ifndef STATIC
  dl_iterate_phdr(count, &seen);
#endif
  fprintf(stdout, "%s\\nheaders %d, sorted %s, environment %d, absent %d\\n", checked(), seen, letters, environ != 0,
    absent != 0);
  return 0;
}
`;

export const PROGRAM_CXX = `
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
struct Base { virtual ~Base() = default; virtual std::string name() const { return "base"; } };
struct Derived : Base { std::string name() const override { return "derived"; } };
static std::map<std::string, int> early = {{"constructed", 1}, {"early", 2}};
static thread_local std::string local = "per thread";
__attribute__((noinline)) static void deep(int n) {
  std::string guard(n, 'x');
  if (n == 0) throw std::runtime_error("thrown");
  deep(n - 1);
}
int main() {
  std::unique_ptr<Base> base(new Derived);
  try { deep(5); } catch (const std::exception &e) { std::cout << e.what() << " and caught\\n"; }
  try { throw 7; } catch (int n) { std::cout << "a number " << n << "\\n"; }
  bool same = dynamic_cast<Derived *>(base.get()) != nullptr;
  std::cout << early.size() << " " << local << " " << base->name() << " " << same << "\\n";
}
`;

/** A library with two versions of a symbol, one without, and 20 more, so that its hash table has chains. */
export const LIBRARY_C = `
${CHECKED}
__asm__(".symver answer_1,answer@V1\\n.symver answer_2,answer@@V2\\n");
int answer_1(void) { return 41; }
int answer_2(void) { return 42; }
const char *say(void) { return checked(); }
int object = 77;
__thread int exported_local = 66;
${Array.from({ length: 20 }, (_, i) => `int f${i}(void) { return ${i * i}; }`).join("\n")}
`;
export const LIBRARY_VERSIONS = `V1 { global: answer; say; object; exported_local; f*; local: *; };
V2 { global: answer; } V1;
`;

/** Opens the library that is its argument, all symbols bound, and asks for every name and version. */
export const OPENER_C = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
static int call(void *f) { return f ? ((int (*)(void))f)() : -1; }
int main(int argc, char **argv) {
  void *h = dlopen(argc > 1 ? argv[1] : "", RTLD_NOW);
  const char *(*say)(void) = h ? (const char *(*)(void))dlsym(h, "say") : 0;
  if (!say) { fprintf(stderr, "%s\\n", dlerror()); return 3; }
  puts(say());
  int *object = dlsym(h, "object"), *local = dlsym(h, "exported_local");
  printf("%d %d %d %s, %d %d\\n", call(dlvsym(h, "answer", "V1")), call(dlvsym(h, "answer", "V2")),
    call(dlsym(h, "answer")), dlvsym(h, "answer", "V3") ? "three" : "no third", object ? *object : -1,
    local ? *local : -1);
  for (int i = 0; i < 20; i++) {
    char name[9];
    sprintf(name, "f%d", i);
    printf("%d ", call(dlsym(h, name)));
  }
  printf("%s\\n", dlsym(h, "no_such_name") ? "a name that is not there" : "");
  return 0;
}
`;

/** The same for a library that has nothing but \`say\`. */
export const SAYER_C = `
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv) {
  void *h = argc > 1 ? dlopen(argv[1], RTLD_NOW) : 0;
  const char *(*say)(void) = h ? (const char *(*)(void))dlsym(h, "say") : 0;
  if (!say) { fprintf(stderr, "%s\\n", dlerror()); return 3; }
  puts(say());
  return 0;
}
`;

/**
 * Starts a program as a user who may not map the lowest addresses, as root may; what the kernel refuses is not read as
 * a script of the shell, as execvp does it.
 */
export const STARTER_C = `
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(int argc, char **argv) {
  prctl(PR_CAPBSET_DROP, 17 /* CAP_SYS_RAWIO */, 0, 0, 0);
  if (argc > 1) execv(argv[1], argv + 1);
  fprintf(stderr, "not started: %s\\n", strerror(errno));
  return 126;
}
`;

export const HELLO_C = `#include <stdio.h>
static int zeros[300];
int main(void) {
  int n = 0;
  for (int i = 0; i < 300; i++) n += zeros[i] != 0;
  zeros[3] = 1;
  printf("hello, %d dirty\\n", n);
  return 0;
}
`;

export const GO_USER = `package main

import (
	"fmt"
	"os/user"
)

func main() { u, _ := user.Current(); fmt.Println("go", u != nil, len(fmt.Sprint(map[string]int{"a": 1}))) }
`;
export const GO_CGO = `package main

// static int twice(int x) { return 2 * x; }
import "C"
import "fmt"

func main() { fmt.Println("go", C.twice(21)) }
`;
export const RUST = `use std::collections::HashMap;
thread_local! { static LOCAL: std::cell::Cell<u32> = std::cell::Cell::new(7); }
fn main() {
    let thrown = || { if std::env::args().count() > 0 { std::panic::resume_unwind(Box::new(5u8)) } };
    let caught = std::panic::catch_unwind(thrown);
    let words: HashMap<_, _> = ["a", "b"].iter().map(|w| (w.to_string(), w.len())).collect();
    println!("rust {} {} {}", caught.is_err(), words.len(), LOCAL.with(|l| l.get()));
}
`;

// What follows is special: each program shows one class of docs/failures.md.

/** A note of a program's own: owner "mine", a label in front of it where one is given. */
const note = (section: string, type: number, align: number, words: readonly number[], label = ""): string => `
__asm__(".pushsection ${section},\\"a\\",@note\\n.balign ${align}\\n"
        "${label}.long 5, 8, ${type}\\n.asciz \\"mine\\"\\n.balign ${align}\\n.long ${words.join(", ")}\\n"
        ".popsection\\n");`;

/** Notes of alignments 4 and 8 in turn, so that there are several PT_NOTE. */
export const MANY_NOTES_C = `
${Array.from({ length: 16 }, (_, i) => note(`.note.mine${i}`, 1, i % 2 ? 8 : 4, [1000 + i, 2000 + i])).join("")}
const char *say(void) { return "noted"; }
`;

export const OWN_NOTE_C = `
#include <stdio.h>
${note(".note.mine0", 1, 4, [1000, 2000])}
${note(".note.mine0", 2, 4, [42, 43], "own:")}
extern const unsigned own[] __attribute__((visibility("hidden")));
int main(void) {
  printf("%u %u %u %s %u %u\\n", own[0], own[1], own[2], (const char *)(own + 3), own[5], own[6]);
  return 0;
}
`;

/** Reads its own _DYNAMIC: it must have a terminator, its tags and valid strings. */
export const OWN_DYNAMIC_C = `
#include <link.h>
#include <stdio.h>
#include <string.h>
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
int main(void) {
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
  printf("libc %d strtab %d %s\\n", libc, strtab, n > 10 && n < 100 ? "whole" : "broken");
  return 0;
}
`;

/** Finds its own program headers in both ways that a program has: by the ELF header's e_phoff, and by AT_PHDR. */
const WALK = `
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
static int walk(void) {
  const ElfW(Ehdr) *e = (const void *)__ehdr_start;
  const ElfW(Phdr) *p = (const void *)(__ehdr_start + e->e_phoff), *aux = (const void *)getauxval(AT_PHDR);
  int loads = 0, dynamic = 0, stack = 0, i, same = aux == p && getauxval(AT_PHNUM) == e->e_phnum;
  const char *base = __ehdr_start;
  for (i = 0; i < e->e_phnum; i++) {
    if (p[i].p_type == PT_LOAD && loads++ == 0) base = __ehdr_start - (p[i].p_vaddr - p[i].p_offset);
  }
  for (i = 0; i < e->e_phnum; i++) {
    if (p[i].p_type == PT_GNU_STACK) stack++;
    if (p[i].p_type == PT_DYNAMIC) {
      const ElfW(Dyn) *d = (const void *)(base + p[i].p_vaddr);
      for (; d->d_tag != DT_NULL; d++) if (d->d_tag == DT_STRTAB) dynamic++;
    }
  }
  return loads >= 2 && dynamic == 1 && stack == 1 && same;
}
`;
export const WALK_C = `${WALK}
int main(void) { puts(walk() ? "headers right" : "headers wrong"); return 0; }
`;

/** 600 bytes of its own, which a linker script puts right behind the program header table. */
export const FAT_C = `
__asm__(".pushsection .fat,\\"a\\",@progbits\\n.globl fat\\n.hidden fat\\nfat: .fill 600,1,0x5a\\n.popsection\\n");
extern const unsigned char fat[600] __attribute__((visibility("hidden")));
#include <stdio.h>
int main(void) {
  int n = 0;
  for (int i = 0; i < 600; i++) n += fat[i] == 0x5a;
  printf("%d fat bytes\\n", n);
  return 0;
}
`;
export const FAT_SCRIPT = "SECTIONS { .fat : { KEEP(*(.fat)) } } INSERT AFTER .interp;\n";

/** A program that exports a symbol with a version, and asks for it. */
export const EXPORTS_C = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
int exported(void) { return 42; }
int main(void) {
  int (*f)(void) = (int (*)(void))dlvsym(RTLD_DEFAULT, "exported", "V1");
  printf("%d %s\\n", f ? f() : -1, dlvsym(RTLD_DEFAULT, "exported", "V2") ? "another" : "no other");
  return 0;
}
`;
export const EXPORTS_VERSIONS = "V1 { global: exported; local: *; };\n";

const object = (section: string, symbol: string, value: number): string => `
__asm__(".pushsection ${section},\\"a\\",@progbits\\n.globl ${symbol}\\n"
        "${symbol}: .long ${value}\\n.size ${symbol},4\\n.type ${symbol},@object\\n.popsection\\n");`;
export const TWO_OBJECTS_C = `${HELLO_C}${object(".aaa", "first", 1)}${object(".bbb", "second", 2)}\n`;

/** Tells whether anything is mapped below 64 KiB, where most kernels let only root map. */
export const LOW_C = `
#include <stdio.h>
static int zeros[300];
int main(void) {
  FILE *f = fopen("/proc/self/maps", "r");
  unsigned long lowest = 0;
  if (f && fscanf(f, "%lx", &lowest) == 1) printf("%s 64 KiB\\n", lowest < 0x10000 ? "below" : "not below");
  return zeros[5];
}
`;

/** A .bss of many bytes, all read before one is written. */
export const zerosC = (size: number): string => `
#include <stdio.h>
static unsigned char zeros[${size}];
int main(void) {
  int dirty = 0;
  for (int i = 0; i < ${size}; i++) dirty += zeros[i] != 0;
  zeros[7] = 1;
  printf("%d dirty bytes\\n", dirty);
  return 0;
}
`;

/** Reads what stands behind the file's own end, as a self-extracting program does: the last 8 bytes are its length. */
export const PAYLOAD_C = `
#include <stdio.h>
int main(void) {
  FILE *f = fopen("/proc/self/exe", "rb");
  char text[64];
  unsigned long n = 0;
  if (!f || fseek(f, -8, SEEK_END) || fread(&n, 8, 1, f) != 1 || n >= sizeof text) { puts("no payload"); return 3; }
  fseek(f, -8 - (long)n, SEEK_END);
  text[fread(text, 1, n, f)] = 0;
  puts(text);
  return 0;
}
`;

/** Prints the bytes that a segment without a section holds, at an address that the linker does not know. */
export const injectedC = (address: number): string => `
#include <stdio.h>
int main(void) { puts((const char *)${address}UL); return 0; }
`;

export const ANSWER_C = "int answer(void) { return 42; }\n";
export const ANSWER_VERSIONS = "V1 { global: answer; local: *; };\n";
export const ASKS_C = `#include <stdio.h>
int answer(void);
int main(void) { printf("%d\\n", answer()); return 0; }
`;
