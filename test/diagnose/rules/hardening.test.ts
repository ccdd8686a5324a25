import { expect, it } from "vitest";
import { DF } from "../../../src/spec/constants.js";
import { DT } from "../../../src/spec/dynamic.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import type { BuildOptions } from "../../../src/testing/build-options.js";
import { ENCODINGS } from "../../support/elf.js";
import { said } from "../../support/findings.js";

const calls = (...names: string[]): BuildOptions => ({ symbols: names.map((name) => ({ name, defined: false })) });
const LATE = { tag: DT.PLTRELSZ, value: 24 };
const NOW = { tag: DT.FLAGS, value: DF.BIND_NOW };

it.each(ENCODINGS)("$label: what stays writable after relocation", (e) => {
  const none = "note: it has no PT_GNU_RELRO: tables of pointers stay writable after relocation";
  expect(said(buildElf({ ...e, relro: false }), "relro-none")).toBe(none);
  expect(said(buildElf(e), "relro-none")).toBe(null);
  // A static program has next to nothing to relocate.
  expect(said(buildElf({ ...e, type: 2, dynamic: false, relro: false }), "relro-none")).toBe(null);

  const late =
    "note: it is not bound at start (no DF_BIND_NOW, no DF_1_NOW), " +
    "so that the table of functions' addresses (.got.plt) stays writable";

  expect(said(buildElf({ ...e, tags: [LATE] }), "relro-partial")).toBe(late);
  // Without relocations of that table nothing is bound late; without PT_GNU_RELRO the other rule says all.
  for (const options of [{ tags: [LATE, NOW] }, {}, { tags: [LATE], relro: false }] satisfies BuildOptions[]) {
    expect([options, said(buildElf({ ...e, ...options }), "relro-partial")]).toEqual([options, null]);
  }
});

it.each(ENCODINGS)("$label: a program that is always loaded at one address", (e) => {
  const fixed = "note: it is ET_EXEC: its code is always loaded at the same address, whatever the system randomises";
  expect(said(buildElf({ ...e, type: 2 }), "no-pie")).toBe(fixed);
  for (const options of [{}, { soname: "libx.so" }]) expect(said(buildElf({ ...e, ...options }), "no-pie")).toBe(null);
  expect(said(buildElf({ ...e, type: 2 }), "no-pie", { libc: "none" })).toBe(null);
});

it("functions without a stack canary, of C and C++ alone", () => {
  const plain = buildElf(calls("puts"));
  expect(said(plain, "no-canary")).toMatch(/^note: nothing in it refers to __stack_chk_fail: /);
  expect(said(plain, "no-canary", { language: "c++" })).toMatch(/^note: /);
  expect(said(plain, "no-canary", { language: "rust" })).toBe(null);
  expect(said(buildElf(calls("puts", "__stack_chk_fail")), "no-canary")).toBe(null);
});

it("calls that do not check sizes where glibc has functions that do", () => {
  const plain = buildElf(calls("strcpy", "memcpy", "puts"));
  expect(said(plain, "no-fortify")).toBe(
    "note: 2 functions of glibc that can check sizes are called in the plain form only: memcpy and strcpy",
  );
  expect(said(buildElf(calls("strcpy")), "no-fortify")).toMatch(/^note: 1 function .* is called in the plain form/);

  // A compiler that knows a size calls the plain function: one checked call shows that checks were asked for.
  for (const names of [["strcpy", "__memcpy_chk"], ["puts"]]) {
    expect([names, said(buildElf(calls(...names)), "no-fortify")]).toEqual([names, null]);
  }

  expect(said(plain, "no-fortify", { libc: "musl" })).toBe(null);
});

it("no rule speaks for a packed program, whose protections cannot be seen", () => {
  const bytes = buildElf({ type: 2, relro: false, ...calls("strcpy") });
  for (const rule of ["relro-none", "no-pie", "no-canary", "no-fortify"]) {
    expect([rule, said(bytes, rule)?.startsWith("note: ")]).toEqual([rule, true]);
    expect([rule, said(bytes, rule, { packer: "upx" })]).toEqual([rule, null]);
  }
});
