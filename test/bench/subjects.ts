import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { must } from "../support/run.js";
import { cache } from "./measure.js";

/** A file to strip, and how. Made once and kept. */
export interface Subject {
  readonly name: string;
  readonly option: "--strip-unneeded" | "-g";
  readonly path: () => string;
}

function made(name: string, make: (path: string) => void): string {
  const path = cache(name);
  if (!existsSync(path)) {
    make(`${path}.part`);
    renameSync(`${path}.part`, path);
  }
  return path;
}

/** A C++ program of many instantiations: each function has a section, a group and relocations of its own. */
function templates(out: string): void {
  const source = cache("templates.cc");
  const count = 6500;
  const uses = Array.from({ length: count }, (_, i) => `  s += Box<${i}>().add(x) + first<${i}>(x);\n`).join("");
  writeFileSync(
    source,
    `
#include <vector>
template <int N> struct Box { std::vector<int> *v = nullptr; __attribute__((noinline)) int add(int x) { if (v) v->push_back(x); return x * N + 1; } };
template <int N> __attribute__((noinline)) int first(int x) { static int counter_with_a_long_name = N; return counter_with_a_long_name++ + x; }
int all(int x) { int s = 0;\n${uses}  return s; }\n`,
  );
  must("g++", ["-std=c++17", "-g", "-O0", "-ffunction-sections", "-fdata-sections", "-c", "-o", out, source]);
}

/** One GiB of zeros as .debug_info: what matters is that nobody needs to read it. */
function gigabyte(out: string): void {
  const zeros = cache("zeros");
  const program = cache("small");
  const fd = openSync(zeros, "w");
  ftruncateSync(fd, 1 << 30);
  closeSync(fd);
  must("gcc", ["-O1", "-x", "c", "-o", program, "-"], { input: "int main(void) { return 0; }\n" });
  must("objcopy", ["--add-section", `.debug_info=${zeros}`, program, out]);
  rmSync(zeros);
}

const SYMBOLS = 500_000;

function symbolSource(): string {
  const path = cache("symbols.s");
  const line = (i: number) =>
    `${i % 2 === 0 ? `.globl a_function_of_some_name_${i}\n` : ""}a_function_of_some_name_${i}: ret\n`;
  writeFileSync(
    path,
    `.file "symbols.c"\n.text\n.globl _start\n_start: call a_function_of_some_name_7\n${Array.from({ length: SYMBOLS }, (_, i) => line(i)).join("")}.section .debug_info\n.zero 100000\n`,
  );
  return path;
}

function symbolObject(out: string): void {
  must("gcc", ["-c", "-o", out, symbolSource()]);
}

function symbolProgram(out: string): void {
  must("ld", ["-o", out, made("symbols.o", symbolObject)]);
}

/** Node itself, or another copy of the same kind. */
function node(out: string): void {
  copyFileSync(process.execPath, out);
}

export const SUBJECTS: readonly Subject[] = [
  { name: "node itself", option: "--strip-unneeded", path: () => made("node", node) },
  { name: "object of 65,000 sections", option: "--strip-unneeded", path: () => made("templates.o", templates) },
  { name: "object of 65,000 sections", option: "-g", path: () => made("templates.o", templates) },
  { name: "1 GiB of debugging information", option: "--strip-unneeded", path: () => made("gigabyte", gigabyte) },
  { name: "program of 500,000 symbols", option: "--strip-unneeded", path: () => made("symbols", symbolProgram) },
  { name: "program of 500,000 symbols", option: "-g", path: () => made("symbols", symbolProgram) },
  { name: "object of 500,000 symbols", option: "--strip-unneeded", path: () => made("symbols.o", symbolObject) },
  { name: "object of 500,000 symbols", option: "-g", path: () => made("symbols.o", symbolObject) },
];

export const megabytes = (path: string): string => `${(statSync(path).size / 1e6).toFixed(1)} MB`;
