import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import {
  type Edit,
  patch,
  readElf,
  setInterpreter,
  setRunpath,
  stripDebug,
  stripUnneeded,
} from "../../../src/index.js";
import { scratch } from "../../support/fixtures.js";
import { crossTool, loaderOf, type Machine, MACHINES, runnersOf, runOn } from "../../support/machines.js";
import { stripTo } from "../../support/strip.js";
import { itWithTools, must } from "../../support/tools.js";

const files = scratch();

const C = `
#include <stdio.h>
#include <string.h>
static __thread int local = 7;
static char zeros[3000];
static const char *const words[] = {"one", "two"};
__attribute__((constructor)) static void before(void) { local++; }
static int (*resolve(void))(void);
static int real(void) { return 5; }
#ifdef __x86_64__
static int chosen(void) __attribute__((ifunc("resolve")));
#else
static int chosen(void) { return resolve()(); }
#endif
static int (*resolve(void))(void) { return real; }
int main(int argc, char **argv) {
  (void)argv;
  int n = 0;
  for (unsigned i = 0; i < sizeof zeros; i++) n += zeros[i];
  printf("%d %s %d %d %zu\\n", local, words[argc - 1], n, chosen(), strlen(words[1]));
  return 0;
}
`;
const CXX = `
#include <cstdio>
#include <stdexcept>
struct Guard { ~Guard() { puts("unwound"); } };
__attribute__((noinline)) static void deep(int n) {
  Guard g;
  if (n == 0) throw std::runtime_error("at the bottom");
  deep(n - 1);
  puts("never");
}
int main() {
  try { deep(3); } catch (const std::exception &e) { printf("caught %s\\n", e.what()); }
  try { throw 5; } catch (int i) { printf("%d\\n", i); }
}
`;

/** Finds its own function and line by the tables that Go's linker leaves in the program: inner panics in line 4. */
const GO = `package main
import ("runtime"; "strconv"; "syscall")
var a = []int{1}
func inner(n int) (s string) { defer rescue(&s); return strconv.Itoa(a[n]) }
func rescue(s *string) {
	if r := recover(); r != nil { *s = r.(error).Error() + " in " + where() }
}
func where() string {
	for i := 1; ; i++ {
		pc, _, line, ok := runtime.Caller(i)
		if !ok { return "lost" }
		f := runtime.FuncForPC(pc)
		if f != nil && f.Name() == "main.inner" { return f.Name() + " " + strconv.Itoa(line) }
	}
}
func main() {
	m := map[string]int{"x": 1}
	c := make(chan int)
	go func() { c <- m["x"] }()
	syscall.Write(1, []byte(strconv.Itoa(<-c) + " " + inner(0) + " " + inner(7) + "\\n"))
}
`;

/** With RUST_BACKTRACE the panic walks the stack and looks its symbols up before it is caught. */
const RUST = `
#[inline(never)]
fn innermost(n: usize) -> usize {
  let v = vec![1usize];
  if n > 3 { panic!("too far: {}", n) }
  v[n % 1] + n
}
fn main() {
  println!("{}", innermost(2));
  let r = std::panic::catch_unwind(|| innermost(5));
  println!("{}", r.is_err());
}
`;

interface Program {
  readonly title: string;
  readonly tools: readonly string[];
  readonly machine?: Machine;
  readonly build: (out: string) => void;
  readonly stdout: string;
  readonly env?: Record<string, string>;
}

const cOutput = "8 one 0 5 3\n";
const cxxOutput = "unwound\nunwound\nunwound\nunwound\ncaught at the bottom\n5\n";

const compiled =
  (compiler: string, language: "c" | "c++", input: string, ...flags: string[]) =>
  (out: string): void => {
    must(compiler, ["-O1", "-g", ...flags, "-x", language, "-o", out, "-"], { input });
  };
const c = (compiler: string, ...flags: string[]) => compiled(compiler, "c", C, ...flags);
const cxx = (...flags: string[]) => compiled("g++", "c++", CXX, ...flags);

/** musl has no ifunc. */
const muslC = (...flags: string[]) => compiled("musl-gcc", "c", C.replaceAll("__x86_64__", "NEVER"), ...flags);

const go =
  (env: Record<string, string>, ...flags: string[]) =>
  (out: string): void => {
    const source = files.write("main.go", Buffer.from(GO));
    const own = { GOCACHE: files.path("go-cache"), GO111MODULE: "off", GOFLAGS: "" };
    must("go", ["build", "-o", out, ...flags, source], { env: { ...own, ...env } });
  };
const goProgram = (title: string, env: Record<string, string>, ...flags: string[]): Program => ({
  title: `Go, ${title}`,
  tools: ["go", "gcc"],
  build: go(env, ...flags),
  stdout: "1 1 runtime error: index out of range [7] with length 1 in main.inner 4\n",
});

const PROGRAMS: readonly Program[] = [
  ...(["-pie", "-no-pie", "-static", "-static-pie"] as const).map((kind): Program => ({
    title: `C, ${kind}`,
    tools: ["gcc"],
    build: c("gcc", kind, ...(kind === "-no-pie" ? ["-fno-pie"] : [])),
    stdout: cOutput,
  })),
  {
    title: "C, musl",
    tools: ["musl-gcc", "/lib/ld-musl-x86_64.so.1"],
    build: muslC(),
    stdout: cOutput,
  },
  {
    title: "C, musl, -static",
    tools: ["musl-gcc"],
    build: muslC("-static"),
    stdout: cOutput,
  },
  {
    title: "C++ with exceptions",
    tools: ["g++"],
    build: cxx(),
    stdout: cxxOutput,
  },
  {
    title: "C++ with exceptions, -static",
    tools: ["g++"],
    build: cxx("-static"),
    stdout: cxxOutput,
  },
  {
    title: "Rust with a backtrace",
    tools: ["rustc"],
    build: (out) => {
      must("rustc", ["-g", "-o", out, files.write("main.rs", Buffer.from(RUST))]);
    },
    stdout: "3\ntrue\n",
    env: { RUST_BACKTRACE: "1" },
  },
  goProgram("internal linking", { CGO_ENABLED: "0" }, "-ldflags=-linkmode=internal"),
  goProgram("external linking", { CGO_ENABLED: "1" }, "-ldflags=-linkmode=external"),
  goProgram("PIE", { CGO_ENABLED: "1" }, "-buildmode=pie"),
  ...MACHINES.filter((m) => m !== "x86_64").flatMap((machine) =>
    [[], ["-static"]].map((kind): Program => ({
      title: `C on ${machine} ${kind.join("")}`,
      machine,
      tools: [crossTool(machine, "gcc"), ...runnersOf(machine)],
      build: c(crossTool(machine, "gcc"), ...kind),
      stdout: cOutput,
    })),
  ),
];

/**
 * Edits for the same pass: of a dynamic program a long search path, for x86-64 its interpreter by a longer path, too.
 */
function patches(bytes: Buffer, machine: Machine): Edit[] {
  const { linkage, interpreter } = readElf(bytes);
  if (interpreter === null || linkage.startsWith("static")) return [];

  const edits: Edit[] = [setRunpath(`/nowhere/${"a-long-folder/".repeat(30)}`)];
  if (machine === "x86_64" && interpreter === loaderOf(machine)) {
    edits.push(setInterpreter(interpreter.replace("/lib64/", "/lib64/../lib64/./")));
  }
  return edits;
}

describe("stripped programs run as before", () => {
  PROGRAMS.forEach(({ title, tools, machine = "x86_64", build, stdout, env }, n) => {
    itWithTools(
      [...tools, crossTool(machine, "strip")],
      `${title}: stripped; patched and stripped in one pass; patched, then stripped by GNU; ` +
        "stripped, patched, stripped",
      () => {
        const path = files.path(`program-${n}`);
        const strip = crossTool(machine, "strip");
        build(path);
        const input = readFileSync(path);
        const edits = patches(input, machine);
        const at = (name: string) => files.path(`program-${n}-${name}`);
        const runs = (file: string): void =>
          expect([file, runOn(machine, file, [], env)]).toMatchObject([file, { status: 0, stdout }]);
        const byGnu = (from: string, name: string): string => {
          must(strip, ["-o", at(name), from]);
          return at(name);
        };

        runs(path);
        const stripped = stripTo(at("stripped"), path, [stripUnneeded()]);
        runs(stripped);
        expect(readFileSync(stripped).length).toBeLessThan(input.length);
        runs(stripTo(at("debug"), path, [stripDebug()]));
        runs(byGnu(stripped, "stripped-gnu"));
        if (edits.length === 0) return;

        const once = stripTo(at("once"), path, [...edits, stripUnneeded()]);
        runs(once);
        runs(byGnu(once, "once-gnu"));

        const patched = stripTo(at("patched"), path, edits);
        runs(stripTo(at("patched-ours"), patched, [stripUnneeded()]));
        runs(byGnu(patched, "patched-gnu"));

        const between = stripTo(at("between"), stripped, edits);
        runs(between);
        const again = patch(readFileSync(between), [stripUnneeded()]);
        runs(files.write(`program-${n}-again`, again.bytes));
        runs(byGnu(between, "between-gnu"));
      },
    );
  });
});
