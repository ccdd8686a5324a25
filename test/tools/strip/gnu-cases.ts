/** Options that are given to GNU strip and to ours, once for each file. `force` stands with ours alone. */
export interface Case {
  readonly args: readonly string[];
  readonly force?: true;
}

const MODES = ["", "-s", "-g", "--strip-unneeded", "--strip-dwo", "--only-keep-debug", "-x", "-X"];

/** Names of sections and symbols are those of {@link SOURCES}. */
const LINES = [
  ...MODES,
  // Two that exclude each other: the last counts.
  "-g -s",
  "-s -g",
  "-S --strip-unneeded",
  "--strip-unneeded -d",
  "--only-keep-debug -g",
  "-g --only-keep-debug",
  "--strip-dwo -g",
  "-g --strip-dwo",
  "-x -X",
  "-X -x",
  // Two that add up.
  "-g -x",
  "-x -g",
  "-g -X",
  "--strip-unneeded -x",
  "-s -x",
  "--strip-dwo -x",
  "--only-keep-debug -X",
  "--only-keep-debug -x",
  "-R .comment",
  "-g -R .comment",
  "--strip-unneeded -R .comment",
  "-X -R .comment",
  "-R .com* -R !.comment",
  "-g -R .debug_* -R .[cx]omment",
  "-g -R .comm?nt -R .no-such",
  "-R .debug_str -X",
  "-R .note.GNU-stack -g",
  "-R .nothing",
  "-g -R .symtab",
  "-g -R .strtab",
  "-g -R .shstrtab",
  "-R .text -g",
  "-R .text.* -g",
  "-R .note.* -g",
  "-R .eh_frame -g",
  "-R .rela.text -X",
  "-R .rela.debug_info -X",
  "-R .gnu.version -g",
  "--keep-section=.debug_info",
  "--keep-section=.debug_line*",
  "-g --keep-section=.debug_*",
  "-g --keep-section=.debug_* --keep-section=!.debug_info",
  "--strip-unneeded --keep-section=.debug_str",
  "--keep-section=.symtab",
  "-R .comment --keep-section=.comment",
  "-x --keep-section=.debug_abbrev",
  "-K used",
  "-K used -K data",
  "-g -K counter",
  "--strip-unneeded -K counter",
  "--strip-unneeded -K nothing",
  "-w -K u*",
  "-w -K * -K !u*",
  "-K u*",
  "-x -K counter",
  "-w --strip-unneeded -K c*",
  "-K main.c",
  "-K undefined",
  "-N data",
  "-N nothing",
  "-N counter",
  "-g -N data",
  "-w -N d*",
  "-w -N * -N !main",
  "-w -N [du]ata",
  "-N printf",
  "-N puts",
  "-N used -K used",
  "-g -N local",
  "-N main.c",
  "--strip-unneeded -N data",
  "-N .text",
  "--keep-file-symbols",
  "--strip-unneeded --keep-file-symbols",
  "-g --keep-file-symbols",
  "-x --keep-file-symbols",
  "--keep-file-symbols -K used",
  "--keep-section-symbols",
  "--strip-unneeded --keep-section-symbols",
  "-g --keep-section-symbols",
  "--remove-relocations=.text",
  "--remove-relocations=.text -X",
  "--remove-relocations=.debug_* -X",
  "--remove-relocations=.* --remove-relocations=!.text -X",
  "--remove-relocations=.text -g",
  "--remove-relocations=.text --strip-unneeded",
  "-M -g",
  "--no-merge-notes -g",
  "-D -g",
  "-U -g",
  "-p -g",
  "-O elf64-x86-64 -g",
  "-F elf64-x86-64 -g",
  "-I elf64-x86-64 -g",
];

const FORCED = [
  "",
  "-s",
  "-K used",
  "-R .comment",
  "--keep-file-symbols",
  "-R .note.* -g",
  "--keep-section=.debug_info",
  "--remove-relocations=.text",
];

const words = (line: string): string[] => line.split(" ").filter((word) => word !== "");

export const cases: readonly Case[] = [
  ...LINES.map((line) => ({ args: words(line) })),
  ...FORCED.map((line) => ({ args: words(line), force: true as const })),
];

/** One symbol of every kind, and what is only declared. */
const C = `#include <stdio.h>
int data = 1, common, used_too;
static int counter, hidden_data = 3;
__thread int tls = 1;
static __thread int local_tls;
extern int undefined_data;
extern int undefined_weak __attribute__((weak));
int *points = &common;
__attribute__((visibility("hidden"))) int hidden(void) { return counter++; }
__attribute__((weak)) int weak(void) { return 2; }
static int local(int x) { return x + hidden_data + local_tls; }
int used(int x) { return local(x) + hidden() + weak() + tls; }
int unused(void) { return data; }
int main(int argc, char **argv) {
  printf("%s\\n", argv[0]);
  puts("here");
  return used(argc + (&undefined_weak != 0)) == 0;
}
`;

/** Inline functions and a template, each in a group of its own. */
const CXX = `#include <stdio.h>
template <int N> struct T {
  static int count;
  __attribute__((noinline)) int f(int x) { count++; return x + N; }
  virtual ~T() {}
};
template <int N> int T<N>::count;
inline int used(int x) { static int once = x; return once; }
int data = 3;
static int counter;
static int local(int x) { try { if (x > 99) throw x; } catch (int e) { return e; } return x + counter; }
int main(int argc, char **) {
  T<1> a;
  T<2> b;
  puts("here");
  return a.f(argc) + b.f(used(argc)) + local(argc) + data == 0;
}
`;

export interface Source {
  readonly name: string;
  readonly compiler: string;
  /** The files that are compiled: `main.c`, `main.cc`. */
  readonly source: string;
  readonly args: readonly string[];
}

export const TEXTS: Readonly<Record<string, string>> = { "main.c": C, "main.cc": CXX };

export const SOURCES: readonly Source[] = [
  { name: "pie", compiler: "gcc", source: "main.c", args: ["-g", "-fPIE", "-pie"] },
  { name: "exec", compiler: "gcc", source: "main.c", args: ["-g", "-fno-pie", "-no-pie"] },
  {
    name: "lib.so",
    compiler: "gcc",
    source: "main.c",
    args: ["-g", "-fPIC", "-shared", "-Wl,--version-script=VERSIONS"],
  },
  { name: "emit-relocs", compiler: "gcc", source: "main.c", args: ["-g", "-fPIE", "-pie", "-Wl,--emit-relocs"] },
  { name: "release", compiler: "gcc", source: "main.c", args: ["-O2", "-s"] },
  {
    name: "debug.o",
    compiler: "gcc",
    source: "main.c",
    args: ["-g", "-c", "-fcommon", "-ffunction-sections", "-fdata-sections"],
  },
  { name: "plain.o", compiler: "gcc", source: "main.c", args: ["-O1", "-c", "-fcommon"] },
  { name: "dwo.o", compiler: "gcc", source: "main.c", args: ["-g", "-gsplit-dwarf", "-c"] },
  { name: "comdat.o", compiler: "g++", source: "main.cc", args: ["-g", "-c"] },
  { name: "compressed.o", compiler: "g++", source: "main.cc", args: ["-g", "-gz", "-c", "-ffunction-sections"] },
  { name: "cxx", compiler: "g++", source: "main.cc", args: ["-g"] },
];
