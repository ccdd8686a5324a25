import { describe, expect, it } from "vitest";
import type { Facts } from "../../../src/diagnose/facts.js";
import { DF, EM, PF, PT } from "../../../src/spec/constants.js";
import { DT } from "../../../src/spec/dynamic.js";
import { glibc } from "../../../src/targets/index.js";
import { buildElf } from "../../../src/testing/build-elf.js";
import { ehdr, ENCODINGS, phdr } from "../../support/elf.js";
import { findings, said } from "../../support/findings.js";

describe.each(ENCODINGS)("$label", (e) => {
  it("a segment that is writable and executable", () => {
    const b = buildElf(e);
    expect(said(b, "segment-write-execute")).toBe(null);
    const text = phdr(b, PT.LOAD, 1);
    text.flags = PF.R | PF.W | PF.X;
    expect(said(b, "segment-write-execute")).toBe(
      `warning: the PT_LOAD at 0x${text.vaddr.toString(16)} is both writable and executable`,
    );
  });

  it("an entry point that is nowhere, or in data", () => {
    const machine = e.class === 64 && !e.littleEndian ? { machine: EM.S390 } : {};
    const b = buildElf({ ...e, ...machine });
    const data = phdr(b, PT.LOAD, 2);

    expect(said(b, "entry-not-executable")).toBe(null);

    ehdr(b).entry = data.vaddr;
    expect(said(b, "entry-not-executable")).toBe(
      `error: the entry point 0x${data.vaddr.toString(16)} lies in the PT_LOAD at 0x${data.vaddr.toString(16)}, which is not executable: the program crashes when it is started`,
    );

    ehdr(b).entry = 0x123450000 % 2 ** 32;
    expect(said(b, "entry-not-executable")).toBe(
      "error: the entry point 0x23450000 lies in no PT_LOAD: the program crashes when it is started",
    );

    // A function descriptor on PowerPC's first ABI; a library is started by nobody.
    const descriptor = buildElf({ ...e, machine: EM.PPC64 });
    ehdr(descriptor).entry = phdr(descriptor, PT.LOAD, 2).vaddr;
    expect(said(descriptor, "entry-not-executable")).toBe(null);
    expect(said(buildElf({ ...e, soname: "libx.so" }), "entry-not-executable")).toBe(null);
  });

  it("relocations of code, counted where they are, whatever says that there are some", () => {
    const of = (tags: readonly { tag: number; value: number }[], linkage: "shared-library" = "shared-library") => {
      const b = buildElf({
        ...e,
        soname: "libx.so",
        tags,
        symbols: [{ name: "f", defined: false }],
        relocations: [{ symbol: "f" }, { symbol: "f" }],
      });
      phdr(b, PT.LOAD, 2).flags = PF.R;
      return { b, message: (more = {}) => said(b, "text-relocations", { linkage, ...more }) };
    };
    for (const tags of [[{ tag: DT.TEXTREL, value: 0 }], [{ tag: DT.FLAGS, value: DF.TEXTREL }]]) {
      const { message } = of(tags);
      expect(message()).toMatch(
        /^warning: DT_TEXTREL: the loader makes code writable to relocate it: 2 relocations into what is not writable, the first at 0x[0-9a-f]+; SELinux may refuse it$/,
      );
      expect(message({ libc: "bionic" })).toMatch(
        e.class === 64 ? /^error: .*; Android refuses it$/ : /^error: .*in apps for API level 23 and later$/,
      );
    }

    expect(of([{ tag: DT.FLAGS, value: DF.BIND_NOW }]).message()).toBe(null);
  });
});

describe("an executable stack", () => {
  const of = (options = {}, more = {}) => said(buildElf(options), "exec-stack", more);
  it("that is asked for", () => {
    expect(of({ stackFlags: 7 })).toBe("warning: PT_GNU_STACK asks for an executable stack");
    expect(of({ stackFlags: 7, soname: "libx.so" })).toBe(
      'warning: PT_GNU_STACK asks for an executable stack: from glibc 2.41 on, dlopen refuses it in a program whose stack is not executable ("cannot enable executable stack as shared object requires")',
    );
    expect(of({ stackFlags: 7, soname: "libx.so" }, { target: glibc("2.41") })).toContain("error: ");
    expect(of({ stackFlags: 7, soname: "libx.so" }, { target: glibc("2.36") })).toContain("warning: ");
    expect(of({ stackFlags: 7 }, { target: glibc("2.41") })).toContain("warning: ");
    expect(of({ stackFlags: 7, machine: EM.MIPS })).toContain("note: ");
    expect(of({ stackFlags: 6 })).toBe(null);
  });
  it("that is taken for granted where nothing is said, on machines where glibc does so", () => {
    expect(of({ stackFlags: null, soname: "libx.so" })).toContain(
      "warning: without PT_GNU_STACK, glibc takes it to need an executable stack on this machine",
    );
    for (const machine of [EM.AARCH64, EM.RISCV, EM.PPC64]) {
      expect(of({ stackFlags: null, soname: "libx.so", machine })).toBe(null);
    }
    expect(of({ stackFlags: null, soname: "libx.so" }, { libc: "musl" })).toBe(null);
    expect(of({ stackFlags: null, type: 2, dynamic: false }, { libc: "none" })).toBe(null);
  });
});

it("pages: what a machine's systems have decides", () => {
  const of = (options: Parameters<typeof buildElf>[0], more = {}) => said(buildElf(options), "page-size", more);
  const arm = { machine: EM.AARCH64, soname: "libx.so", pageSize: 0x1000 };
  expect(of(arm)).toMatch(
    /^warning: it is not fit for pages of 16 KiB \(Linux on Apple's processors\): PT_LOAD 0x0: p_align 0x1000 is smaller than a page of 0x4000 and \d+ more$/,
  );
  expect(of({ ...arm, pageSize: 0x4000 })).toContain("pages of 64 KiB (Linux distributions for servers");
  expect(of({ ...arm, pageSize: 0x10000 })).toBe(null);
  expect(
    of(
      {
        ...arm,
        pageSize: 0x4000,
        notes: [{ section: ".note.android.ident", owner: "Android", type: 1, description: new Uint8Array(4) }],
      },
      { libc: "bionic" },
    ),
  ).toBe(null);
  expect(of({ ...arm, machine: EM.X86_64 })).toBe(null);
  expect(of({ ...arm, machine: EM.X86_64 }, { libc: "bionic" })).toContain("16 KiB (Android 15");
  expect(of({ ...arm, machine: EM.PPC64 })).toContain("pages of 64 KiB (most Linux distributions for POWER)");
  expect(findings(buildElf({ type: 1, machine: EM.AARCH64 })).map((f) => f.rule)).toEqual(["not-loadable"]);
});

it("files that nothing starts", () => {
  const of = (bytes: Uint8Array, more: Partial<Facts> = {}) => said(bytes, "not-loadable", more);
  const kernel = [{ about: "libc", kind: "kernel-module", says: "none", text: "", offset: 0 }] as const;
  expect(of(buildElf({ type: 1 }))).toBe("note: it is a relocatable object (ET_REL)");
  expect(of(buildElf({ type: 1 }), { evidence: [...kernel] })).toContain("note: it is a module of the Linux kernel");
  expect(of(buildElf({ type: 4, dynamic: false }))).toContain("note: it is a core file");
  expect(of(buildElf({}), { hasContents: false })).toContain("note: it is a separate debug file");
  expect(of(buildElf({}))).toBe(null);
});
