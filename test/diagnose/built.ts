import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import type { DiagnosedLinkage, GoDiagnosis, Language, Libc } from "../../src/diagnose/diagnosis.js";
import { crossTool, type Machine, MACHINES } from "../support/machines.js";

/** A program that a test builds, and what it is. */
export interface Built {
  readonly name: string;
  readonly libc: Libc;
  readonly linkage: DiagnosedLinkage;
  readonly language: Language;
  readonly go?: Pick<GoDiagnosis, "cgo" | "usesLibc">;
  readonly machine: Machine;
  /** Commands, one after the other; the file is `$out` and sources are `$hello.c`. */
  readonly commands: readonly (readonly string[])[];
  readonly env?: Readonly<Record<string, string>>;
}

const HELLO = `#include <stdio.h>
int main(int c, char **v) { printf("hello %d %s %s\\n", c, v[0], "$PLACE"); return 0; }
`;

/** By file name. */
export const SOURCES: Readonly<Record<string, string>> = {
  "hello.c": HELLO,
  // klcc puts hello.o beside hello.c, and two of it may run at a time.
  "hello-shared.c": HELLO,
  "library.c": `#include <stdlib.h>
#include <errno.h>
int twice(int x) { errno = 0; return abs(x) + (int)strtol("0", 0, 10) + errno; }
`,
  "hello.cc": `#include <iostream>
#include <stdexcept>
int main(int c, char **) {
  try { if (c > 9) throw std::runtime_error("no"); std::cout << "hello\\n"; }
  catch (std::exception &e) { std::cout << e.what(); }
}
`,
  "library.cc": `#include <string>\nstd::string twice(std::string s) { return s + s; }\n`,
  "nothing.s": ".globl _start\n_start: mov $60, %eax\n xor %edi, %edi\n syscall\n",
  "node.c": `#include <stdlib.h>
extern int napi_create_int32(void *, int, void **);
void *napi_register_module_v1(void *env, void *exports) {
  void *v;
  napi_create_int32(env, atoi("1"), &v);
  return exports;
}
`,
  "node-old.c": `extern void napi_module_register(void *);
static int m[16];
__attribute__((constructor)) static void up(void) { napi_module_register(m); }
`,
  "python.c": `extern void *PyModule_Create2(void *, int);
void *PyInit_sample(void) { return PyModule_Create2(0, 1013); }
`,
  "java.c": `#include <stdlib.h>
int Java_org_example_Sample_twice(void *env, void *self, int x) { return atoi("2") * x; }
`,
  "module.c": `__attribute__((section(".gnu.linkonce.this_module"))) char this_module[64] = "sample";
int init_module(void) { return 0; }
`,
  "hello.rs": `fn main() { println!("hello {}", std::env::args().count()); }\n`,
  "library.rs": `#[no_mangle]
pub extern "C" fn twice(x: *const std::ffi::c_char) -> usize {
  unsafe { std::ffi::CStr::from_ptr(x) }.to_str().unwrap().parse::<usize>().unwrap() * 2
}
`,
  "hello.go": `package main\n\nfunc main() { println("hello") }\n`,
  "cgo.go": `package main\n\n// #include <stdlib.h>\nimport "C"\n\nfunc main() { println(C.abs(-21)) }\n`,
  "net.go": `package main\n\nimport "net"\n\nfunc main() { a, _ := net.LookupHost("localhost"); println(len(a)) }\n`,
};

type Kind = Pick<Built, "libc" | "linkage" | "language"> & Partial<Pick<Built, "go" | "machine" | "env">>;

/** A row. Commands stand between ` ; `, their words between blanks; a no-break space is a blank within a word. */
const build = (
  name: string,
  [libc, linkage, language]: readonly [Libc, DiagnosedLinkage, Language],
  commandLine: string,
  more: Omit<Partial<Kind>, "libc"> = {},
): Built => {
  const commands = commandLine.split(" ; ").map((command) => command.split(" "));
  return { name, libc, linkage, language, machine: "x86_64", commands, ...more };
};

/** The programs and libraries of C that every machine's cross compiler makes. */
const ofMachine = (machine: Machine): Built[] => {
  const gcc = crossTool(machine, "gcc");
  const more = { machine };
  return [
    build(`${machine}-pie`, ["glibc", "dynamic", "c"], `${gcc} -O1 -fPIE -pie -o $out $hello.c`, more),
    build(`${machine}-exec`, ["glibc", "dynamic", "c"], `${gcc} -O1 -fno-pie -no-pie -o $out $hello.c`, more),
    build(`${machine}-static`, ["glibc", "static", "c"], `${gcc} -O1 -static -o $out $hello.c`, more),
    build(`${machine}-library`, ["glibc", "shared-library", "c"], `${gcc} -O1 -fPIC -shared -o $out $library.c`, more),
  ];
};

const MUSL = "/usr/lib/x86_64-linux-musl";
const GO = "go build -o $out";

/** The facts of each row follow from how it is built. */
export const BUILT: readonly Built[] = [
  ...MACHINES.flatMap(ofMachine),
  build("x86_64-static-pie", ["glibc", "static-pie", "c"], "gcc -O1 -static-pie -fPIE -o $out $hello.c"),
  build("i386-static-pie", ["glibc", "static-pie", "c"], "i686-linux-gnu-gcc -O1 -static-pie -fPIE -o $out $hello.c", {
    machine: "i386",
  }),
  build(
    "aarch64-static-pie",
    ["glibc", "static-pie", "c"],
    "aarch64-linux-gnu-gcc -O1 -static-pie -fPIE -o $out $hello.c",
    { machine: "aarch64" },
  ),
  build("lld", ["glibc", "dynamic", "c"], "clang-19 -O1 -fuse-ld=lld -o $out $hello.c"),
  build("mold", ["glibc", "dynamic", "c"], "clang-19 -O1 -fuse-ld=mold -o $out $hello.c"),
  build("musl", ["musl", "dynamic", "c"], "musl-gcc -O1 -o $out $hello.c"),
  build("musl-exec", ["musl", "dynamic", "c"], "musl-gcc -O1 -no-pie -fno-pie -o $out $hello.c"),
  build("musl-static", ["musl", "static", "c"], "musl-gcc -O1 -static -o $out $hello.c"),
  // musl-gcc -static-pie makes a dynamic program in Debian 12.
  build(
    "musl-static-pie",
    ["musl", "static-pie", "c"],
    `gcc -O1 -isystem /usr/include/x86_64-linux-musl -fPIE -static-pie -nostdlib -o $out ${MUSL}/rcrt1.o ` +
      `${MUSL}/crti.o $hello.c ${MUSL}/libc.a ${MUSL}/crtn.o`,
  ),
  build("musl-library", ["musl", "shared-library", "c"], "musl-gcc -O1 -fPIC -shared -o $out $library.c"),
  build("dietlibc", ["dietlibc", "static", "c"], "diet gcc -O1 -w -o $out $hello.c"),
  build("klibc-static", ["klibc", "static", "c"], "klcc -static -o $out $hello.c"),
  build("klibc-shared", ["klibc", "dynamic", "c"], "klcc -shared -o $out $hello-shared.c"),
  build("assembler", ["unknown", "static", "unknown"], "gcc -nostdlib -static -o $out $nothing.s"),
  build("assembler-pie", ["none", "interpreter-only", "unknown"], "gcc -nostdlib -pie -o $out $nothing.s"),
  build("c++", ["glibc", "dynamic", "c++"], "g++ -O1 -o $out $hello.cc"),
  build("c++-static", ["glibc", "static", "c++"], "g++ -O1 -static -o $out $hello.cc"),
  build("c++-static-pie", ["glibc", "static-pie", "c++"], "g++ -O1 -static-pie -fPIE -o $out $hello.cc"),
  build("c++-own-libstdc++", ["glibc", "dynamic", "c++"], "g++ -O1 -static-libstdc++ -static-libgcc -o $out $hello.cc"),
  build("c++-library", ["glibc", "shared-library", "c++"], "g++ -O1 -fPIC -shared -o $out $library.cc"),
  build("object", ["unknown", "relocatable", "c"], "gcc -O1 -c -o $out $hello.c"),
  build("c++-object", ["unknown", "relocatable", "c++"], "g++ -O1 -c -o $out $hello.cc"),
  build("kernel-module", ["none", "relocatable", "c"], "gcc -O1 -c -o $out $module.c"),
  build("node-addon", ["glibc", "plugin", "c"], "gcc -O1 -fPIC -shared -o $out $node.c"),
  build("node-addon-musl", ["musl", "plugin", "c"], "musl-gcc -O1 -fPIC -shared -o $out $node.c"),
  build("node-addon-old", ["glibc", "plugin", "c"], "gcc -O1 -fPIC -shared -Wl,--no-as-needed -o $out $node-old.c"),
  build("python-module", ["glibc", "plugin", "c"], "gcc -O1 -fPIC -shared -Wl,--no-as-needed -o $out $python.c"),
  build("java-library", ["glibc", "plugin", "c"], "gcc -O1 -fPIC -shared -o $out $java.c"),
  build("rust", ["glibc", "dynamic", "rust"], "rustc -O -o $out $hello.rs"),
  build("rust-abort", ["glibc", "dynamic", "rust"], "rustc -O -C panic=abort -C strip=symbols -o $out $hello.rs"),
  build("rust-static", ["glibc", "static-pie", "rust"], "rustc -O -C target-feature=+crt-static -o $out $hello.rs"),
  build("rust-library", ["glibc", "shared-library", "rust"], "rustc -O --crate-type cdylib -o $out $library.rs"),
  build("go", ["none", "static", "go"], `${GO} $hello.go`, {
    env: { CGO_ENABLED: "0" },
    go: { cgo: "pure", usesLibc: false },
  }),
  build("go-could-cgo", ["none", "static", "go"], `${GO} -ldflags=-s $hello.go`, {
    env: { CGO_ENABLED: "1" },
    go: { cgo: "pure", usesLibc: false },
  }),
  // Not with `go build -buildmode=pie`, which would compile the whole standard library anew.
  build(
    "go-pie",
    ["none", "interpreter-only", "go"],
    "go tool compile -p main -shared -o $out.o $hello.go ; go tool link -buildmode=pie -o $out $out.o",
    { go: { cgo: "pure", usesLibc: false } },
  ),
  build("go-cgo", ["glibc", "dynamic", "go"], `${GO} $cgo.go`, {
    env: { CGO_ENABLED: "1" },
    go: { cgo: "external", usesLibc: true },
  }),
  build("go-net", ["glibc", "dynamic", "go"], `${GO} $net.go`, {
    env: { CGO_ENABLED: "1" },
    go: { cgo: "internal", usesLibc: true },
  }),
  build("go-cgo-musl", ["musl", "dynamic", "go"], `${GO} $cgo.go`, {
    env: { CGO_ENABLED: "1", CC: "musl-gcc" },
    go: { cgo: "external", usesLibc: true },
  }),
  build(
    "go-cgo-static",
    ["glibc", "static", "go"],
    `${GO} -ldflags=-linkmode=external\u00a0-extldflags=-static $cgo.go`,
    { env: { CGO_ENABLED: "1" }, go: { cgo: "external", usesLibc: true } },
  ),
  build(
    "go-cgo-musl-static",
    ["musl", "static", "go"],
    `${GO} -ldflags=-linkmode=external\u00a0-extldflags=-static $cgo.go`,
    { env: { CGO_ENABLED: "1", CC: "musl-gcc" }, go: { cgo: "external", usesLibc: true } },
  ),
];

const LINKERS: Readonly<Record<string, string>> = { mold: "mold", lld: "ld.lld-19" };

/** The tools that a row needs. */
export function toolsOf(row: Built): string[] {
  const tools = row.commands.map(([command]) => command!);
  const compiler = row.env?.["CC"];
  const linker = LINKERS[row.name];

  if (compiler) tools.push(compiler);
  if (linker) tools.push(linker);
  return tools;
}

const exec = promisify(execFile);

const ENVIRONMENT = {
  ...process.env,
  LC_ALL: "C",
  GOFLAGS: "-mod=mod",
  GOTOOLCHAIN: "local",
  GO111MODULE: "off",
  GOPROXY: "off",
};

async function buildRow(row: Built, path: (name: string) => string): Promise<string> {
  const file = path(`built-${row.name}`);
  const filled = (arg: string) =>
    arg
      .replaceAll("\u00a0", " ")
      .replace("$out", file)
      .replace(/\$([\w-]+\.\w+)$/, (_, source: string) => path(source));

  for (const [command, ...args] of row.commands) {
    await exec(command!, args.map(filled), { env: { ...ENVIRONMENT, ...row.env } });
  }
  return file;
}

/** Builds the rows, as many at a time as there are processors. The paths by name; an error where a compiler fails. */
export async function buildAll(
  rows: readonly Built[],
  path: (name: string) => string,
): Promise<Map<string, string | Error>> {
  const built = new Map<string, string | Error>();
  const left = [...rows];

  const worker = async () => {
    for (let row = left.shift(); row; row = left.shift()) {
      try {
        built.set(row.name, await buildRow(row, path));
      } catch (e) {
        built.set(row.name, e instanceof Error ? e : new Error(String(e)));
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));

  return built;
}
