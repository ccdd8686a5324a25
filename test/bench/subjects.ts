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

/** Templates whose functions each get a section, a group and relocations of their own. */
const TEMPLATES = `
#include <vector>

template <int N> struct Box {
  std::vector<int> *v = nullptr;
  __attribute__((noinline)) int add(int x) {
    if (v) v->push_back(x);
    return x * N + 1;
  }
};

template <int N> __attribute__((noinline)) int first(int x) {
  static int counter_with_a_long_name = N;
  return counter_with_a_long_name++ + x;
}
`;

/** A C++ program of many instantiations. */
function templates(out: string): void {
  const source = cache("templates.cc");
  const count = 6500;
  const uses = Array.from({ length: count }, (_, i) => `  s += Box<${i}>().add(x) + first<${i}>(x);\n`);
  writeFileSync(source, `${TEMPLATES}\nint all(int x) {\n  int s = 0;\n${uses.join("")}  return s;\n}\n`);
  must("g++", ["-std=c++17", "-g", "-O0", "-ffunction-sections", "-fdata-sections", "-c", "-o", out, source]);
}

/** One GiB of zeros as .debug_info, which a strip need not read. */
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

/** Functions with names of a usual length, every other one global. */
function symbolSource(): string {
  const head = ['.file "symbols.c"', ".text", ".globl _start", "_start: call a_function_of_some_name_7"];
  const functions = Array.from({ length: SYMBOLS }, (_, i) => {
    const name = `a_function_of_some_name_${i}`;
    const isGlobal = i % 2 === 0;
    return isGlobal ? `.globl ${name}\n${name}: ret` : `${name}: ret`;
  });
  const tail = [".section .debug_info", ".zero 100000", ""];

  const path = cache("symbols.s");
  writeFileSync(path, [...head, ...functions, ...tail].join("\n"));
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
