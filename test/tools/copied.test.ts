import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { clearSymbolVersion, patch, readElf, setSymbolVersion, symbolVersions } from "../../src/index.js";
import { scratch } from "../support/fixtures.js";
import { crossTool, runnersOf, runOn } from "../support/machines.js";
import { lint, newLines } from "../support/oracles.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();

const SOURCE = `#include <stdio.h>
#include <stdlib.h>
extern char **environ;
int main(void) { fprintf(stdout, "%s\\n", environ[0] && stderr ? "ok" : "none"); return 0; }
`;

describe("copy relocations of real programs", () => {
  for (const machine of ["x86_64", "i386", "aarch64", "s390x"] as const) {
    const gcc = machine === "x86_64" ? "gcc" : crossTool(machine, "gcc");
    itWithTools(
      [gcc, "eu-elflint", ...runnersOf(machine)],
      `stdout takes another version, and comes back (${machine})`,
      () => {
        const before = files.path(`${machine}-before`);
        must(gcc, ["-O1", "-no-pie", "-fno-pie", "-o", before, files.write("c.c", Buffer.from(SOURCE))]);
        const program = readFileSync(before);
        const elf = readElf(program);
        const { index, shndx } = [...elf.dynamicSymbols!].find((s) => s.name === "stdout")!;
        const version = symbolVersions(elf)(index)!;
        expect([shndx > 0, version.file]).toEqual([true, "libc.so.6"]);

        const cleared = patch(program, clearSymbolVersion("stdout")).bytes;
        const results = {
          cleared,
          again: patch(cleared, setSymbolVersion("stdout", version.name, { file: "libc.so.6" })).bytes,
          // No library has the version, and ld.so says so: the edit has reached the symbol.
          lost: patch(program, setSymbolVersion("stdout", "GLIBC_2.999")).bytes,
        };
        expect(Buffer.compare(results.again, program)).toBe(0);
        for (const [name, bytes] of Object.entries(results)) {
          const path = files.write(`${machine}-${name}`, bytes);
          const { stdout, stderr } = runOn(machine, path, []);
          const said = name === "lost" ? "version `GLIBC_2.999' not found" : "";
          expect([name, stdout]).toEqual([name, name === "lost" ? "" : "ok\n"]);
          expect(stderr).toContain(said);
          expect(newLines(lint(before), lint(path)), name).toEqual([]);
        }
      },
    );
  }
});
