import { expect, it } from "vitest";
import { readElf } from "../../src/image/read-elf.js";
import type { Linkage } from "../../src/image/elf.js";
import { DF_1, ET, STB } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { ENCODINGS, fixture } from "../support/elf.js";

const PIE = { tag: DT.FLAGS_1, value: DF_1.PIE };

const CASES: readonly [string, BuildOptions, Linkage][] = [
  ["a PIE", {}, "dynamic"],
  ["a PIE that needs nothing", { needed: [] }, "dynamic"],
  ["a program at a fixed address", { type: ET.EXEC }, "dynamic"],
  ["a program at a fixed address without PT_INTERP", { type: ET.EXEC, interpreter: null }, "dynamic"],
  ["a PIE without PT_INTERP", { interpreter: null, tags: [PIE] }, "dynamic"],
  ["a library", { soname: "libx.so" }, "shared-library"],
  ["a library that needs nothing", { soname: "libx.so", needed: [] }, "shared-library"],
  ["a library without a name", { interpreter: null }, "shared-library"],
  ["a library with an entry point", { soname: "libx.so", entry: true }, "shared-library"],
  ["a library with an interpreter, as libc.so.6", { soname: "libc.so.6", interpreter: "/lib64/ld.so" }, "dynamic"],
  ["a static program", { type: ET.EXEC, dynamic: false }, "static"],
  ["a static program with a .dynamic", { type: ET.EXEC, interpreter: null, needed: [] }, "static"],
  ["a static-pie program", { interpreter: null, needed: [], entry: true, tags: [PIE] }, "static-pie"],
  [
    "a static-pie program of an old linker",
    { interpreter: null, needed: [], entry: true, tags: [{ tag: DT.DEBUG, value: 0 }] },
    "static-pie",
  ],
  [
    "the loader",
    { soname: "ld.so", interpreter: null, needed: [], entry: true, symbols: [{ name: "_r_debug" }] },
    "loader",
  ],
  [
    "musl's loader, which has no name",
    { interpreter: null, needed: [], entry: true, symbols: [{ name: "_dl_debug_state" }] },
    "loader",
  ],
  [
    "a library that needs nothing by name, but a symbol of another file",
    { soname: "libx.so", needed: [], entry: true, hash: "both", symbols: [{ name: "puts", defined: false }] },
    "shared-library",
  ],
  [
    "the loader of a SPARC, whose registers have symbols",
    {
      soname: "ld.so",
      interpreter: null,
      needed: [],
      entry: true,
      symbols: [{ name: "_r_debug" }, { name: "", defined: false, type: 13 }],
    },
    "loader",
  ],
  ["an object file", { type: ET.REL }, "relocatable"],
  ["a core file", { type: ET.CORE }, "other"],
  ["a type nobody knows", { type: 0xfe00 }, "other"],
];

/** A static-pie program of an old linker, or a library that was given a DT_DEBUG. */
const DEBUG: BuildOptions = { interpreter: null, needed: [], entry: true, tags: [{ tag: DT.DEBUG, value: 0 }] };
const NOTYPE = 0;

it.each<[string, BuildOptions, Linkage]>([
  ["a name", { soname: "libx.so" }, "shared-library"],
  ["a symbol of another file", { symbols: [{ name: "puts", defined: false }] }, "shared-library"],
  ["a function", { symbols: [{ name: "answer" }] }, "shared-library"],
  ["only its own start code", { symbols: [{ name: "_init" }, { name: "_fini" }] }, "static-pie"],
  ["only the linker's symbols", { symbols: [{ name: "_end", type: NOTYPE }] }, "static-pie"],
  ["a function and its start", { symbols: [{ name: "answer" }, { name: "_start", type: NOTYPE }] }, "static-pie"],
  [
    "a weak symbol that may be missing",
    { symbols: [{ name: "_ITM_registerTMCloneTable", defined: false, binding: STB.WEAK, type: NOTYPE }] },
    "static-pie",
  ],
])("a DT_DEBUG alone makes no static-pie program of a file with %s: %s", (_, options, linkage) => {
  for (const e of ENCODINGS) {
    expect(readElf(buildElf({ ...DEBUG, ...e, hash: "both", ...options })).linkage).toBe(linkage);
  }
});

it("a library that begins where its code does, with no hook for debuggers, is no loader", () => {
  const library: BuildOptions = {
    soname: "libx.so",
    interpreter: null,
    needed: [],
    entry: true,
    symbols: [{ name: "answer" }],
  };
  expect(readElf(buildElf(library)).linkage).toBe("shared-library");
  // Without section headers it cannot be told where the code begins.
  expect(readElf(buildElf({ ...library, sectionHeaders: false })).linkage).toBe("loader");
});

it.each(CASES)("the linkage of %s", (_, options, linkage) => {
  expect(readElf(buildElf(options)).linkage).toBe(linkage);
  expect(readElf(buildElf({ ...options, class: 32, byteOrder: "big", sectionHeaders: false })).linkage).toBe(linkage);
});

it.each([
  ["x86_64-glibc-pie", "dynamic"],
  ["x86_64-glibc-exec", "dynamic"],
  ["x86_64-glibc-lib.so", "shared-library"],
  ["x86_64-glibc-static", "static"],
  ["x86_64-musl-pie", "dynamic"],
  ["x86_64-musl-lib.so", "shared-library"],
  ["x86_64-musl-pie-libc.so", "dynamic"],
  ["x86_64-musl-static-pie", "static-pie"],
  ["i386-glibc-exec", "dynamic"],
  ["i386-glibc-lib.so", "shared-library"],
  ["s390x-glibc-pie", "dynamic"],
  ["s390x-glibc-lib.so", "shared-library"],
  ["x86_64-object.o", "relocatable"],
] as const)("the linkage of fixture %s is %s", (name, linkage) => {
  expect(readElf(fixture(name)).linkage).toBe(linkage);
});
