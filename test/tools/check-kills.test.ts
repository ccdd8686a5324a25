import { chmodSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { check } from "../../src/check/check.js";
import { gnuHashTable } from "../../src/image/dynamic/hash.js";
import { readElf } from "../../src/image/read-elf.js";
import { PT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { Corruptible } from "../check/corrupt.js";
import { scratch } from "../support/fixtures.js";
import { LINKERS } from "../support/linkers.js";
import { itWithTools, must, run } from "../support/tools.js";

const LIBRARY = "int answer(void) { return 42; } int second(void) { return 7; } int third(void) { return 9; }";
const PROGRAM = `
#include <stdio.h>
int answer(void);
int third(void);
int main(void) { return printf("sum %d\\n", answer() + third()) < 0; }
`;

type Change = (c: Corruptible) => void;

/** What is done to a program, and the rule that says it. */
const PROGRAMS: readonly (readonly [string, Change, rule: string])[] = [
  ["e_entry outside", (c) => (c.header.entry = 0xffffff), "entry-executable"],
  ["e_entry in .dynamic", (c) => (c.header.entry = Number(c.elf.dynamic!.address)), "entry-executable"],
  ["DT_RELASZ of 25", (c) => (c.tag(DT.RELASZ).val = 25), "relocation-size"],
  ["DT_RELAENT of 7", (c) => (c.tag(DT.RELAENT).val = 7), "relocation-size"],
  ["PT_GNU_RELRO of a megabyte", (c) => (c.phdr(PT.GNU_RELRO).memsz = 0x100000), "segment-mapped"],
];

/** What is done to the hash table of a library. */
const LIBRARIES: readonly (readonly [string, Change, rule: string])[] = [
  ["no buckets", (c) => c.bytes.fill(0, table(c).offset, table(c).offset + 4), "hash-table"],
  ["an empty Bloom filter", (c) => c.bytes.fill(0, table(c).offset + 16, bucketsOf(c)), "hash-symbol"],
  ["empty buckets", (c) => c.bytes.fill(0, bucketsOf(c), table(c).chainsOffset), "hash-symbol"],
  ["other hashes", (c) => c.bytes.fill(0x55, table(c).chainsOffset, chainsEnd(c)), "hash-symbol"],
];

const table = (c: Corruptible) => gnuHashTable(c.elf)!;
const bucketsOf = (c: Corruptible): number => table(c).chainsOffset - table(c).buckets * 4;
const chainsEnd = (c: Corruptible): number => table(c).chainsOffset + (table(c).symbols! - table(c).first) * 4;

const errorsOf = (bytes: Uint8Array): string[] =>
  check(readElf(bytes))
    .filter((f) => f.severity === "error")
    .map((f) => f.rule);

describe.each(LINKERS)("what kills a program of $name is an error of check", ({ tool, flags }) => {
  const files = scratch();

  itWithTools(["gcc", tool], "and a whole one has none", () => {
    const library = files.path("libanswer.so");
    const program = files.path("program");
    must("gcc", [
      ...["-O1", "-shared", "-fPIC", "-Wl,--hash-style=gnu", ...flags],
      ...["-o", library, files.write("library.c", Buffer.from(LIBRARY))],
    ]);
    must("gcc", [
      ...["-O1", "-pie", "-fPIE", ...flags, "-o", program, files.write("program.c", Buffer.from(PROGRAM))],
      ...[library, "-Wl,-rpath,$ORIGIN", "-Wl,-z,relro,-z,now"],
    ]);
    expect(must(program, [])).toBe("sum 51\n");
    expect(errorsOf(readFileSync(program))).toEqual([]);
    expect(errorsOf(readFileSync(library))).toEqual([]);

    for (const [what, change, rule] of PROGRAMS) {
      const c = new Corruptible(readFileSync(program));
      change(c);
      const path = files.write("corrupt", c.bytes);
      chmodSync(path, 0o755);
      expect([what, run(path, []).stdout]).toEqual([what, ""]);
      expect([what, errorsOf(c.bytes)]).toEqual([what, expect.arrayContaining([rule])]);
    }

    const whole = readFileSync(library);
    for (const [what, change, rule] of LIBRARIES) {
      const c = new Corruptible(Buffer.from(whole));
      change(c);
      files.write("libanswer.so", c.bytes);
      expect([what, run(program, []).stdout]).toEqual([what, ""]);
      expect([what, errorsOf(c.bytes)]).toEqual([what, expect.arrayContaining([rule])]);
    }
  });
});
