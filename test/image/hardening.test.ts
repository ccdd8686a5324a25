import { describe, expect, it } from "vitest";
import { readElf } from "../../src/image/read-elf.js";
import { type Hardening, readHardening } from "../../src/image/hardening.js";
import { DF, DF_1, EM, PF, PT } from "../../src/spec/constants.js";
import { checkedForms } from "../../src/spec/fortify.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { dyn, ENCODINGS, fixture, phdr } from "../support/elf.js";

const of = (options: BuildOptions | Uint8Array): Hardening =>
  readHardening(readElf(options instanceof Uint8Array ? options : buildElf(options)))!;
const undefinedSymbols = (...names: string[]) => ({
  symbols: names.map((name) => ({ name, defined: false })),
  relocations: [{ symbol: names[0]!, type: 7 }],
});

describe.each(ENCODINGS)("$label", (e) => {
  const library = (tags: BuildOptions["tags"] = [], more: BuildOptions = {}) =>
    of({ ...e, soname: "libx.so", tags: tags!, ...more });

  it("RELRO is the segment, and full where nothing is bound late", () => {
    const lazy = { tag: DT.PLTRELSZ, value: 24 };
    expect(library([lazy]).relro).toBe("partial");

    for (const now of [
      { tag: DT.BIND_NOW, value: 0 },
      { tag: DT.FLAGS, value: DF.BIND_NOW },
      { tag: DT.FLAGS_1, value: DF_1.NOW },
    ]) {
      expect(library([lazy, now])).toMatchObject({ relro: "full", bindNow: true });
      // Binding at start protects nothing by itself.
      expect(library([lazy, now], { relro: false })).toMatchObject({ relro: "none", bindNow: true });
    }

    expect(library([])).toMatchObject({ relro: "full", bindNow: false });
    expect(library([], { machine: EM.MIPS })).toMatchObject({ relro: "partial", bindNow: false });

    const empty = buildElf({ ...e, soname: "libx.so" });
    phdr(empty, PT.GNU_RELRO).memsz = 0;
    expect(of(empty).relro).toBe("none");
  });

  it("programs are position-independent or not; of libraries that is no question", () => {
    expect(of({ ...e, type: 2, base: 0x10000 }).pie).toBe(false);
    expect(of({ ...e }).pie).toBe(true);
    expect(of({ ...e, soname: "libx.so" }).pie).toBe(null);

    // libc.so.6 can be started, too.
    const flags1 = (value: number) => [{ tag: DT.FLAGS_1, value }];
    const libc = { ...e, soname: "libc.so.6", interpreter: "/lib/ld.so", tags: flags1(DF_1.NOW) };
    expect(of(libc).pie).toBe(null);

    const staticPie = { ...e, interpreter: null, entry: true, needed: [], tags: flags1(DF_1.PIE) };
    expect(of(staticPie).pie).toBe(true);
    expect(of({ ...e, type: 2, base: 0x10000, dynamic: false })).toMatchObject({ pie: false, bindNow: null });
  });

  it("stack, writable code, text relocations, search paths, alignment, symbols", () => {
    expect(of({ ...e, stackFlags: 7 }).stack).toEqual({ stated: true, executable: true });
    expect(of({ ...e, stackFlags: 6 }).stack).toEqual({ stated: true, executable: false });

    // Without PT_GNU_STACK, the machine decides.
    const unstated = (machine: number) => of({ ...e, machine, stackFlags: null }).stack;
    for (const machine of [EM["386"], EM.ARM, EM.S390, EM.MIPS]) {
      expect(unstated(machine)).toEqual({ stated: false, executable: true });
    }
    for (const machine of [EM.AARCH64, EM.RISCV, EM.PPC64, EM.LOONGARCH]) {
      expect(unstated(machine)).toEqual({ stated: false, executable: false });
    }

    const wx = buildElf({ ...e, base: 0x10000, pageSize: 0x4000 });
    phdr(wx, PT.LOAD, 1).flags |= PF.W;
    expect(of(wx)).toMatchObject({ writableExecutable: [BigInt(phdr(wx, PT.LOAD, 1).vaddr)], loadAlignment: 0x4000 });
    expect(library([{ tag: DT.TEXTREL, value: 0 }], { runpath: "/a", rpath: "/b" })).toMatchObject({
      textRelocations: true,
      runpath: "/a",
      rpath: "/b",
      stripped: false,
      debugInfo: false,
    });
    expect(of({ ...e, sectionHeaders: false })).toMatchObject({
      stripped: true,
      writableExecutable: [],
      textRelocations: false,
    });
    expect(of({ ...e, debugInfo: 100 }).debugInfo).toBe(true);
  });

  it("canaries and checked calls, by what other files define", () => {
    const protectedCalls = undefinedSymbols("__stack_chk_fail", "__memcpy_chk", "strcpy", "__open_2", "puts");
    expect(library([], protectedCalls)).toMatchObject({
      canary: true,
      fortify: { fortified: ["memcpy", "open"], fortifiable: ["strcpy"] },
    });
    expect(library([], undefinedSymbols("puts"))).toMatchObject({
      canary: false,
      fortify: { fortified: [], fortifiable: [] },
      cfi: null,
      safeStack: false,
    });
    expect(library([], { ...undefinedSymbols("puts"), sectionHeaders: false })).toMatchObject({
      canary: false,
      safeStack: null,
    });
    // The C library's own calls go to itself.
    expect(library([], { symbols: [{ name: "__stack_chk_fail" }] })).toMatchObject({ canary: null, fortify: null });
    expect(library([], { symbols: [{ name: "__cfi_check" }] }).cfi).toBe(true);

    const program = {
      ...e,
      type: 2,
      base: 0x10000,
      dynamic: false,
      symbols: [{ name: "__stack_chk_fail" }, { name: "__safestack_init" }],
    };
    expect(of(program)).toMatchObject({ canary: true, safeStack: true });
    expect(of({ ...program, symtab: false })).toMatchObject({ canary: null, fortify: null, safeStack: null });
  });

  it("what is broken is not told, and the rest is", () => {
    const b = buildElf({ ...e, soname: "libx.so", runpath: "/a", ...undefinedSymbols("__stack_chk_fail") });
    dyn(b, DT.STRTAB).val = 0x7fffff00;
    expect(of(b)).toMatchObject({ runpath: null, relro: "full", stack: { stated: true, executable: false } });
  });
});

it("what no loader maps has none", () => {
  for (const b of [fixture("x86_64-object.o"), buildElf({ type: 4 })]) expect(readHardening(readElf(b))).toBe(null);
});

it("the checked forms have distinct plain ones", () => {
  const forms = checkedForms();
  const names = ["__memcpy_chk", "__openat64_2", "__fdelt_chk", "memcpy"];
  expect(names.map((name) => forms.get(name))).toEqual(["memcpy", "openat64", "FD_SET", undefined]);
  expect(new Set(forms.values()).size).toBe(forms.size);
});
