import { mkdirSync, writeFileSync } from "node:fs";
import { scratch } from "../../support/fixtures.js";
import { must } from "../../support/tools.js";

export type Compiler = "gcc" | "musl-gcc";
export const MUSL = "/lib/ld-musl-x86_64.so.1";

export interface Bench {
  readonly root: string;
  at(name: string): string;
  /** A library that defines a function of its own name and calls those of the libraries it is linked with. */
  library(
    path: string,
    options?: { calls?: readonly string[]; soname?: string; flags?: readonly string[]; value?: number },
  ): string;
  /** A program that prints the sum of what its libraries give. */
  program(path: string, calls: readonly string[], flags?: readonly string[]): string;
}

/** `-Wl,-rpath` as DT_RPATH or DT_RUNPATH. */
export const rpath = (path: string): string[] => ["-Wl,--disable-new-dtags", `-Wl,-rpath,${path}`];
export const runpath = (path: string): string[] => ["-Wl,--enable-new-dtags", `-Wl,-rpath,${path}`];

/** Keeps every library in DT_NEEDED, and accepts undefined symbols in shared libraries. */
const LINKING = ["-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined", "-Wl,--unresolved-symbols=ignore-in-shared-libs"];

const nameOf = (path: string): string => /lib([^/.]*)\.so/.exec(path)![1]!;

/** Libraries and programs that one compiler makes, below a folder of their own. */
export function bench(cc: Compiler): Bench {
  const files = scratch();
  const root = files.path("bench");
  let made = 0;
  mkdirSync(root);

  const at = (name: string) => `${root}/${name}`;
  const sum = (calls: readonly string[]) => calls.map((path) => ` + ${nameOf(path)}()`).join("");
  const declared = (calls: readonly string[]) => calls.map((path) => `int ${nameOf(path)}(void);\n`).join("");

  return {
    root,
    at,
    library(path, { calls = [], soname, flags = [], value = 1 } = {}) {
      return build(path, `${declared(calls)}int ${nameOf(path)}(void) { return ${value}${sum(calls)}; }\n`, [
        "-shared",
        "-fPIC",
        ...(soname === undefined ? [] : [`-Wl,-soname,${soname}`]),
        ...calls.flatMap(linked),
        ...flags,
      ]);
    },
    program(path, calls, flags = []) {
      return build(
        path,
        `#include <stdio.h>\n${declared(calls)}int main(void) { printf("%d\\n", 0${sum(calls)}); return 0; }\n`,
        [...calls.flatMap(linked), ...flags],
      );
    },
  };

  function build(path: string, source: string, flags: readonly string[]): string {
    const out = at(path);
    const sourceFile = at(`${made++}.c`);
    mkdirSync(out.slice(0, out.lastIndexOf("/")), { recursive: true });
    writeFileSync(sourceFile, source);
    must(cc, ["-o", out, sourceFile, ...LINKING, ...flags]);

    return out;
  }

  /** By its folder and name, so that no directory stands in DT_NEEDED. */
  function linked(path: string): string[] {
    const slash = path.lastIndexOf("/");
    return [`-L${at(path.slice(0, slash))}`, `-l:${path.slice(slash + 1)}`];
  }
}
