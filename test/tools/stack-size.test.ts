import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { check } from "../../src/check/check.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { setGnuStackSize } from "../../src/edit/stack-size.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { stripUnneeded } from "../../src/strip/strip.js";
import { scratch } from "../support/fixtures.js";
import { itWithTools, must } from "../support/tools.js";

/** Says how large a stack a thread gets that asks for none. */
const PROGRAM = `
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
static void *report(void *unused) {
  pthread_attr_t attr;
  size_t size;
  void *base;
  pthread_getattr_np(pthread_self(), &attr);
  pthread_attr_getstack(&attr, &base, &size);
  printf("%zu\\n", size);
  return unused;
}
int main(void) {
  pthread_t t;
  return pthread_create(&t, 0, report, 0) || pthread_join(t, 0);
}
`;

const MIB = 1 << 20;

describe("setGnuStackSize, in a program for musl", () => {
  const files = scratch();

  itWithTools(["musl-gcc"], "threads get the size, up to 8 MiB; also stripped, and patched once more", () => {
    const program = files.path("threads");
    must("musl-gcc", ["-O1", "-o", program, files.write("threads.c", Buffer.from(PROGRAM))]);
    const size = (bytes: Uint8Array): number => Number(must(files.write("patched", bytes), []).trim());

    const bytes = readFileSync(program);
    expect(size(bytes)).toBeLessThan(MIB);

    const once = patch(bytes, [setGnuStackSize(MIB)]).bytes;
    expect(size(once)).toBeGreaterThanOrEqual(MIB);
    expect(size(once)).toBeLessThan(2 * MIB);

    const edits = [setGnuStackSize(64 * MIB), setRunpath("/opt/elfwright/".repeat(99)), stripUnneeded()];
    const more = patch(once, edits).bytes;
    expect(Math.round(size(more) / MIB)).toBe(8);
    expect(check(readElf(more)).filter((f) => f.severity === "error")).toEqual([]);
  });
});
